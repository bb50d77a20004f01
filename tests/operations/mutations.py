"""What a hand past every guard does to a finished world, and which equalities of the proof must see it.

`@line(paid)` is the first line of the order that the world calls "paid"; see WHERE. A mutation names the equality that it is meant to
break, its statement, the other equalities that cannot but see it too, and what the rows are called that the broken one names.
"""

import re
from typing import Final, NamedTuple


class Mutation(NamedTuple):
    """One statement; `names` is a pattern for every row that the equality `code` then names."""

    code: str
    statement: str
    names: str
    others: str = ""

    @property
    def sql(self) -> str:
        """Return the statement with every @name(argument) filled in."""
        return re.sub(r"@(\w+)\((\w*)\)", lambda found: f"({_where(found[1], found[2])})", self.statement)


WHERE: Final = {
    "order": "SELECT id FROM orders_order WHERE external_number = '{}'",
    "line": "SELECT l.id FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id"
    " WHERE l.line_no = 1 AND o.external_number = '{}'",
    "invoice": "SELECT i.id FROM billing_invoice i JOIN orders_order o ON o.id = i.order_id"
    " WHERE i.kind = 'invoice' AND o.external_number = '{}'",
    "note": "SELECT id FROM billing_invoice WHERE kind = 'credit_note'",
    "entry": "SELECT id FROM ledger_journalentry WHERE kind = '{}' ORDER BY id LIMIT 1",
    "posting": "SELECT p.id FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id WHERE a.role = '{}' ORDER BY p.id LIMIT 1",
    "cash": "SELECT a.id FROM ledger_account a JOIN masterdata_legalentity e ON e.id = a.legal_entity_id"
    " WHERE a.role = 'cash' AND e.code = 'UK01'",
    "stock": "SELECT s.id FROM inventory_stock s JOIN masterdata_product p ON p.id = s.product_id"
    " JOIN inventory_warehouse w ON w.id = s.warehouse_id WHERE p.sku = 'MUG-BLUE' AND w.code = 'UK-MAIN'",
    "customer": "SELECT id FROM masterdata_customer WHERE code = 'C-1001'",
}


def _where(name: str, argument: str) -> str:
    return WHERE[name].format(argument)


ID: Final = r"[0-9a-f-]{36}"
A_LINE: Final = r"SO-\d+ line 1"
AN_ORDER: Final = r"SO-\d+"
A_DOCUMENT: Final = r"[A-Z]+\d*[A-Z0-9-]+"
MUGS: Final = "UK-MAIN MUG-BLUE"

MUTATIONS: Final = (
    # Supplies are what came of them.
    Mutation("17", "UPDATE inventory_supply SET received = received + 1 WHERE source_ref = 'PO-1/1'", "supply PO-1"),
    Mutation("17", "UPDATE inventory_supply SET status = 'cancelled' WHERE source_ref = 'PO-1/1'", "supply PO-1"),
    Mutation("17", "DELETE FROM inventory_supplyreceipt", "supply .+"),
    Mutation("17", "UPDATE inventory_supplyreceipt SET movement_id = new_id()", "receipt of supply .+"),
    # What was ordered is shipped, open or cancelled.
    Mutation("01", "UPDATE orders_orderline SET cancelled_quantity = 1 WHERE id = @line(open)", A_LINE),
    Mutation("01", "UPDATE orders_orderline SET cancelled_quantity = 1 WHERE id = @line(held)", A_LINE),
    Mutation("01", "UPDATE orders_orderline SET cancelled_quantity = 1 WHERE id = @line(cancelled)", A_LINE),
    Mutation("01", "UPDATE orders_orderline SET quantity = quantity + 1 WHERE id = @line(paid)", A_LINE),
    Mutation("01", "DELETE FROM inventory_backorder WHERE order_id = @order(partly)", A_LINE, "12"),
    Mutation("01", "UPDATE inventory_backorder SET line_id = new_id() WHERE order_id = @order(partly)", f"line {ID}|{A_LINE}"),
    Mutation("01", "UPDATE inventory_reservation SET line_id = @line(held) WHERE order_id = @order(open)", A_LINE),
    # What was shipped is invoiced or owed.
    Mutation("02", "UPDATE billing_billingobligation SET quantity = quantity + 1 WHERE line_id = @line(unpaid)", ".+ .+"),
    Mutation("02", "UPDATE billing_billingobligation SET state = 'owed' WHERE line_id = @line(paid)", "obligation .+", "09 12"),
    Mutation("02", "UPDATE billing_billingobligation SET state = 'billed' WHERE line_id = @line(delivered)", "obligation .+", "09"),
    Mutation("02", "UPDATE billing_billingobligation SET source_ref = 'x' WHERE line_id = @line(delivered)", f"shipment line (x|{ID})"),
    Mutation("02", "UPDATE billing_billingobligation SET line_id = new_id() WHERE line_id = @line(delivered)", f"shipment line {ID}"),
    Mutation("02", "DELETE FROM billing_billingobligation WHERE line_id = @line(delivered)", f"shipment line {ID}"),
    Mutation("02", "UPDATE billing_invoiceline SET net_minor = net_minor + 1 WHERE line_id = @line(unpaid)", "obligation .+", "04 13"),
    Mutation("02", "UPDATE orders_orderline SET net_minor = net_minor + 1 WHERE id = @line(unpaid)", A_LINE, "14"),
    # What was invoiced is paid, open, credited or written off.
    Mutation("03", "UPDATE billing_invoice SET open_minor = open_minor - 1 WHERE id = @invoice(unpaid)", A_DOCUMENT, "06 09"),
    Mutation("03", "UPDATE billing_invoice SET open_minor = open_minor - 1 WHERE open_minor > 0 AND id IN @note()", A_DOCUMENT, "06"),
    Mutation("03", "UPDATE billing_payment SET unapplied_minor = unapplied_minor + 1", "payment bank:1", "06"),
    Mutation("03", "DELETE FROM billing_settlement WHERE kind = 'payment'", f"payment bank:1|{A_DOCUMENT}"),
    Mutation("03", "DELETE FROM billing_settlement WHERE kind = 'credit'", A_DOCUMENT),
    # Documents are their lines and their tax table.
    Mutation("04", "UPDATE billing_invoicetax SET tax_minor = tax_minor + 1 WHERE invoice_id = @invoice(unpaid)", A_DOCUMENT),
    Mutation("04", "UPDATE billing_invoiceline SET tax_minor = tax_minor + 1 WHERE line_id = @line(unpaid)", A_DOCUMENT),
    Mutation("04", "UPDATE billing_invoiceline SET credited_quantity = 1 WHERE line_id = @line(unpaid)", f"invoice line {ID}"),
    Mutation("04", "UPDATE billing_invoiceline SET credited_minor = 1 WHERE line_id = @line(unpaid)", f"invoice line {ID}"),
    Mutation("04", "DELETE FROM billing_invoicetax WHERE invoice_id IN @note()", A_DOCUMENT),
    Mutation(
        "04",
        "UPDATE billing_invoice SET net_minor = net_minor + 1, gross_minor = gross_minor + 1 WHERE id = @invoice(unpaid)",
        A_DOCUMENT,
        "03 06",
    ),
    # Every entry balances
    Mutation("05", "UPDATE ledger_posting SET functional_minor = functional_minor + 1 WHERE id = @posting(revenue)", ".+"),
    Mutation("05", "UPDATE ledger_posting SET amount_minor = amount_minor + 1 WHERE id = @posting(revenue)", ".+", "06"),
    Mutation("05", "UPDATE ledger_posting SET currency = 'EUR' WHERE id = @posting(cash)", ".+"),
    Mutation("05", "DELETE FROM ledger_posting WHERE entry_id = @entry(payment)", ".+", "06"),
    # The documents are in the general ledger.
    Mutation("06", "UPDATE ledger_posting SET account_id = @cash() WHERE id = @posting(revenue)", "revenue UK01 GBP"),
    Mutation("06", "UPDATE ledger_posting SET account_id = @cash() WHERE id = @posting(tax_payable)", "tax_payable UK01 GBP"),
    Mutation("06", "UPDATE ledger_posting SET account_id = @cash() WHERE id = @posting(stock)", "stock (UK|DE)01 (GBP|EUR)"),
    Mutation(
        "06", "UPDATE ledger_posting SET account_id = @cash() WHERE id = @posting(cost_of_sales)", "cost_of_sales UK01 GBP"
    ),
    Mutation(
        "06", "UPDATE ledger_posting SET customer_id = @customer() WHERE id = @posting(receivable)", "receivable UK01 GBP C-100[14]"
    ),
    Mutation(
        "06", "UPDATE ledger_posting SET customer_id = @customer() WHERE id = @posting(unapplied_cash)",
        "unapplied_cash UK01 GBP C-100[14]",
    ),
    Mutation("06", "UPDATE inventory_goodsreturn SET cost_minor = cost_minor + 1", "cost_of_sales UK01 GBP"),
    # Stock is what moved
    Mutation("07", "UPDATE inventory_stock SET on_hand = on_hand + 1 WHERE id = @stock()", MUGS),
    Mutation("07", "UPDATE inventory_stock SET value_minor = value_minor + 1 WHERE id = @stock()", MUGS, "06"),
    Mutation("07", "UPDATE inventory_stock SET reserved = reserved - 1 WHERE reserved > 0", MUGS),
    Mutation("07", "UPDATE inventory_stockmovement SET quantity = quantity + 1 WHERE kind = 'opening' AND stock_id = @stock()", MUGS),
    Mutation("07", "UPDATE inventory_stock SET damaged = damaged + 1 WHERE id = @stock()", MUGS),
    Mutation("07", "UPDATE inventory_stockmovement SET held_change = 1 WHERE kind = 'opening' AND stock_id = @stock()", MUGS),
    Mutation("07", "UPDATE inventory_reservation SET quantity = quantity + 1 WHERE order_id = @order(open)", MUGS, "01"),
    Mutation("07", "UPDATE inventory_reservation SET stock_id = new_id() WHERE stock_id = @stock()", f"{MUGS}|reservation {ID}"),
    Mutation("07", "UPDATE inventory_reservation SET warehouse_id = new_id() WHERE stock_id = @stock()", f"reservation {ID}"),
    Mutation("07", "UPDATE inventory_shipmentline SET returned_quantity = 1 WHERE line_id = @line(unpaid)", ".+"),
    Mutation("07", "INSERT INTO inventory_lot (id, stock_id, code, on_hand) SELECT new_id(), @stock(), 'X', 1", f"{MUGS}|lot X of .+"),
    Mutation("07", "UPDATE inventory_stock SET has_lots = true WHERE id = @stock()", MUGS),
    Mutation(
        "07",
        "INSERT INTO inventory_inspection (id, goods_return_id, stock_id, order_id, line_id, return_ref, quantity, good, opened_at)"
        " SELECT new_id(), id, @stock(), order_id, new_id(), 'R', 3, 1, now() FROM inventory_goodsreturn LIMIT 1",
        f"{MUGS}|inspection {ID}",
    ),
    # A held order has one case
    Mutation("08", "UPDATE exceptions_case SET state = 'resolved', closed_at = now() WHERE subject_kind = 'order'", AN_ORDER),
    Mutation("08", "UPDATE exceptions_case SET state = 'cancelled', closed_at = now() WHERE subject_kind = 'return'", "return R-1"),
    Mutation("08", "UPDATE exceptions_case SET subject_id = new_id() WHERE subject_kind = 'order'", f"{AN_ORDER}|{ID}"),
    Mutation("08", "UPDATE exceptions_case SET subject_id = @order(open) WHERE subject_kind = 'order'", AN_ORDER),
    Mutation("08", "UPDATE orders_returnline SET state = 'dismissed' WHERE state = 'held'", "return R-1"),
    Mutation("08", "UPDATE orders_order SET state = 'held' WHERE external_number = 'open'", AN_ORDER, "01 09 21"),
    Mutation("08", "UPDATE billing_billingobligation SET set_aside_at = now() WHERE state = 'owed'", f"delivery {ID}"),
    # Credit exposure
    Mutation("09", "UPDATE billing_creditexposure SET orders_minor = orders_minor + 1", "C-1004 GBP"),
    Mutation("09", "UPDATE billing_creditexposure SET invoices_minor = invoices_minor - 1", "C-1004 GBP"),
    Mutation("09", "DELETE FROM billing_creditexposure", "C-1004 GBP"),
    Mutation(
        "09",
        "UPDATE orders_order SET net_minor = net_minor + 1, gross_minor = gross_minor + 1 WHERE external_number = 'open'",
        "C-1004 GBP",
        "14",
    ),
    # Legal numbers
    Mutation("10", "UPDATE billing_numberseries SET next_number = next_number + 1", "UK01 .+"),
    Mutation("10", "DELETE FROM billing_numberseries", "UK01 .+"),
    Mutation("10", "UPDATE billing_invoice SET serial = serial + 100 WHERE id = @invoice(unpaid)", "UK01 .+"),
    # Documents and entries
    Mutation("11", "UPDATE ledger_journalentry SET source_id = new_id() WHERE id = @entry(invoice)", ".+"),
    Mutation("11", "UPDATE ledger_journalentry SET source_id = new_id() WHERE id = @entry(credit_note)", ".+"),
    Mutation("11", "UPDATE ledger_journalentry SET source_id = new_id() WHERE id = @entry(payment)", ".+"),
    Mutation("11", "UPDATE ledger_journalentry SET source_id = new_id() WHERE id = @entry(shipment)", ".+"),
    # Rebates
    Mutation("11", "UPDATE ledger_journalentry SET source_id = new_id() WHERE id = @entry(rebate_accrual)", ".+"),
    Mutation("11", "UPDATE ledger_journalentry SET source_id = new_id() WHERE id = @entry(rebate_settlement)", ".+"),
    Mutation("13", "UPDATE pricing_rebateaccount SET accrued_minor = accrued_minor + 1", "RB-1 C-1004"),
    Mutation("13", "UPDATE pricing_rebateaccount SET settled_minor = settled_minor + 1", "RB-1 C-1004"),
    Mutation("13", "UPDATE pricing_rebateaccount SET base_minor = base_minor + 1", "RB-1 C-1004"),
    Mutation("13", "UPDATE pricing_rebatetier SET rate = rate + 1", "RB-1 C-1004"),
    Mutation("13", "DELETE FROM pricing_rebateaccrual WHERE kind = 'reversal'", "RB-1 C-1004|rebates_(payable|granted) UK01 GBP.*"),
    Mutation("13", "DELETE FROM pricing_rebateaccrual WHERE kind = 'settlement'", "RB-1 C-1004|CN-.+|rebates_payable UK01 GBP C-1004"),
    Mutation(
        "13", "UPDATE pricing_rebateaccrual SET amount_minor = amount_minor + 1 WHERE kind = 'true_up'",
        "RB-1 C-1004|rebates_(payable|granted) UK01 GBP.*",
    ),
    Mutation(
        "13", "UPDATE pricing_rebateaccrual SET quantity = quantity + 1 WHERE kind = 'accrual'", "RB-1 C-1004"
    ),
    Mutation("13", "UPDATE pricing_rebateaccrual SET line_id = new_id() WHERE kind = 'reversal'", "RB-1 C-1004"),
    Mutation(
        "13", "UPDATE ledger_posting SET account_id = @cash() WHERE id = @posting(rebates_granted)", "rebates_granted UK01 GBP"
    ),
    Mutation(
        "13", "UPDATE ledger_posting SET customer_id = @customer() WHERE id = @posting(rebates_payable)",
        "rebates_payable UK01 GBP C-100[14]"
    ),
    # States follow the facts
    Mutation("12", "UPDATE orders_order SET state = 'confirmed' WHERE external_number = 'paid'", AN_ORDER),
    Mutation("12", "UPDATE orders_order SET state = 'shipped' WHERE external_number = 'partly'", AN_ORDER),
    Mutation("12", "UPDATE orders_order SET state = 'partly_shipped' WHERE external_number = 'open'", AN_ORDER),
    Mutation("12", "UPDATE orders_order SET state = 'invoiced' WHERE external_number = 'delivered'", AN_ORDER),
    Mutation("12", "UPDATE orders_order SET state = 'closed' WHERE external_number = 'unpaid'", AN_ORDER),
    # Orders are their lines, bundles their parts.
    Mutation(
        "14", "UPDATE orders_order SET tax_minor = tax_minor + 1, gross_minor = gross_minor + 1 WHERE external_number = 'held'", AN_ORDER
    ),
    Mutation("14", "UPDATE orders_orderline SET tax_minor = tax_minor + 1 WHERE id = @line(open)", AN_ORDER),
    Mutation("14", "UPDATE orders_orderline SET kind = 'part', part_of = 9 WHERE id = @line(open)", AN_ORDER),
    Mutation("14", "UPDATE orders_orderline SET kind = 'bundle' WHERE id = @line(held)", A_LINE),
    # Coupons are counted
    Mutation("15", "UPDATE pricing_coupon SET used_total = used_total + 1", "FAIR26"),
    Mutation("15", "UPDATE pricing_couponuse SET used = used - 1", "FAIR26 C-1004"),
    Mutation("15", "DELETE FROM pricing_couponuse", "FAIR26 C-1004"),
    Mutation("15", "UPDATE pricing_couponuse SET customer_id = @customer()", "FAIR26 C-100[14]"),
    Mutation("15", "DELETE FROM pricing_couponredemption WHERE order_id = @order(discounted)", f"FAIR26( C-1004| {AN_ORDER})?"),
    Mutation("15", "UPDATE pricing_couponredemption SET state = 'redeemed', given_back_at = NULL", f"FAIR26( C-1004| {AN_ORDER})?"),
    Mutation("15", "UPDATE pricing_couponredemption SET order_id = new_id() WHERE state = 'redeemed'", f"FAIR26 ({AN_ORDER}|{ID})"),
    Mutation("15", "UPDATE pricing_couponredemption SET order_id = @order(open) WHERE state = 'redeemed'", f"FAIR26 {AN_ORDER}"),
    Mutation("15", "UPDATE orders_order SET coupons = '{}' WHERE external_number = 'discounted'", f"FAIR26 {AN_ORDER}"),
    # Discounts are as decided, shares sum to the whole.
    Mutation("16", "UPDATE orders_orderline SET discount_minor = discount_minor + 1 WHERE id = @line(discounted)", A_LINE),
    Mutation(
        "16", "UPDATE orders_orderline SET net_minor = net_minor - line_no * 2 + 3 WHERE order_id = @order(discounted) AND line_no < 3",
        "SO-.* line [12]",
    ),
    Mutation("16", "UPDATE orders_orderline SET kind = 'free' WHERE id = @line(discounted)", r"SO-\d+ (line|answer) \d"),
    Mutation(
        "16", """UPDATE rulebooks_decision SET trace = replace(trace, '["whole",34]', '["whole",33]')
                 WHERE subject_id = @order(discounted)""",
        r"SO-\d+ whole",
    ),
    # Nobody waits beside goods that he could have.
    Mutation(
        "20", "UPDATE inventory_backorder SET product_id = (SELECT product_id FROM inventory_stock WHERE id = @stock())", "UK01 MUG-BLUE"
    ),
    # What warehouse systems told is what we booked.
    Mutation(
        "22", "INSERT INTO integrations_warehouseconnection (id, warehouse_id, base_url, secret_name) VALUES (new_id(), new_id(),"
        " 'https://wms.example', 'X')", "https://wms.example",
    ),
    Mutation("22", "UPDATE inventory_shipment SET source_ref = 'wms:' || source_ref WHERE order_id = @order(paid)", r"SH-\d+"),
    Mutation(
        "22", """WITH c AS (INSERT INTO integrations_warehouseconnection (id, warehouse_id, base_url, secret_name)
                            SELECT new_id(), id, 'https://wms.example', 'X' FROM inventory_warehouse WHERE code = 'UK-MAIN' RETURNING id)
                 INSERT INTO integrations_warehousemessage (id, connection_id, direction, kind, source_ref, seq, payload, state,
                                                             created_at, applied_at)
                 SELECT new_id(), id, 'in', 'shipped', 'W-17', 17, '{"shipment_id": "S-1", "lines": []}', 'applied', now(), now() FROM c""",
        "W-17",
    ),
    Mutation(
        "22", """WITH c AS (INSERT INTO integrations_warehouseconnection (id, warehouse_id, base_url, secret_name)
                            SELECT new_id(), id, 'https://wms.example', 'X' FROM inventory_warehouse WHERE code = 'UK-MAIN' RETURNING id)
                 INSERT INTO integrations_warehouseorder (id, connection_id, order_id, seq, told, confirmed)
                 SELECT new_id(), id, @order(open), 2, '{"lines": []}', '{}' FROM c""",
        f"{ID}/2",
    ),
    # Slots are what their row deals out, and what is reserved out of them.
    Mutation("19", "UPDATE inventory_stock SET escrowed = escrowed + 1 WHERE id = @stock()", MUGS),
    Mutation(
        "19",
        "INSERT INTO inventory_stockslot (id, stock_id, slot_no, granted, taken)"
        " SELECT new_id(), id, 0, 1, 1 FROM inventory_stock WHERE id = @stock()",
        f"{MUGS}( slot 0)?",
    ),
    # Nothing is held for nobody.
    Mutation("21", "UPDATE inventory_reservation SET order_id = new_id() WHERE order_id = @order(open)", f"order {ID}", "12"),
    Mutation(
        "21",
        "UPDATE inventory_reservation SET state = 'held', expires_at = now() WHERE order_id = @order(open)",
        f"reservation {ID}",
        "01",
    ),
    # Promises
    Mutation("18", "UPDATE inventory_backorder SET promise_no = promise_no + 1", "line .+"),
)  # fmt: skip
