"""The figures and tables of a customer's account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.billing.contract import Account, Ageing, OpenItem, UnappliedPayment
from apps.masterdata.contract import entities_by_id
from apps.orders.pages.places import address_lines
from apps.orders.selectors.account import ITEMS_SHOWN, CreditUse, CustomerAccount
from ordercash.web.columns import Column, Table
from ordercash.web.components import Empty, Tile
from ordercash.web.formats import amount_text, money_html
from ordercash.web.links import link_html

ADDRESSES_SHOWN: Final = 12

BUCKETS: Final[Mapping[str, str]] = {
    "not_due": "Not due",
    "1_30": "1 to 30 days",
    "31_60": "31 to 60",
    "61_90": "61 to 90",
    "over_90": "Over 90 days",
}


@dataclass(frozen=True, slots=True)
class CreditBar:
    """What is used of a credit limit, drawn as a bar; `percent` is None without a limit."""

    label: str
    used: SafeString
    limit: SafeString | str
    split: str
    percent: int | None

    @property
    def is_over(self) -> bool:
        return self.percent is not None and self.percent > 100

    @property
    def drawn(self) -> int:
        """Percent for the drawing, which ends at 100."""
        return min(self.percent or 0, 100)


def account_tiles(account: CustomerAccount, customer: Any) -> list[Tile]:
    """Return the balance and its parts; amounts of several currencies stand beside each other, never summed."""
    overdue = _sum(account.accounts, "overdue_minor")
    own = customer.currency_id
    parts = (
        ("Balance", "balance_minor", ""),
        ("Open invoices", "invoiced_minor", ""),
        ("Overdue", "overdue_minor", "bad" if any(overdue.values()) else ""),
        ("Open credit notes", "credit_minor", ""),
        ("Unapplied payments", "unapplied_minor", "warn" if any(_sum(account.accounts, "unapplied_minor").values()) else ""),
    )  # fmt: skip
    return [Tile(label, _amounts(_sum(account.accounts, name), own), tone=tone) for label, name, tone in parts]


def _sum(accounts: Sequence[Account], name: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for account in accounts:
        sums[account.currency] = sums.get(account.currency, 0) + getattr(account, name)
    return sums


def _amounts(sums: Mapping[str, int], currency: str) -> SafeString:
    shown = [(money_html(minor, code),) for code, minor in sorted(sums.items()) if minor]
    return format_html_join(" · ", "{}", shown or [(money_html(0, currency),)])


def accounts_table(accounts: Sequence[Account]) -> Table:
    """Return the accounts of a customer who buys from several legal entities or in several currencies."""
    entities = entities_by_id()
    return Table(
        columns=(
            Column("entity", "With", value=lambda row: entities[row.legal_entity_id].code),
            Column("currency", "Currency", kind="code"),
            Column("invoiced_minor", "Open invoices", kind="money"),
            Column("overdue_minor", "Overdue", kind="money"),
            Column("credit_minor", "Credit notes", kind="money"),
            Column("unapplied_minor", "Unapplied", kind="money"),
            Column("balance_minor", "Balance", kind="money"),
        ),
        rows=accounts,
    )


def ageing_table(buckets: Sequence[Ageing]) -> Table:
    """Return what is open by days overdue, a row per legal entity and currency."""
    entities = entities_by_id()
    rows: dict[tuple[Any, str], dict[str, Any]] = {}
    for each in buckets:
        key = (each.legal_entity_id, each.currency)
        row = rows.setdefault(key, {"entity": entities[key[0]].code, "currency": key[1], "total": 0})
        row[each.bucket] = each.open_minor
        row["total"] += each.open_minor
    columns = [Column(code, label, kind="money", value=_bucket(code)) for code, label in BUCKETS.items()]
    return Table(
        columns=(Column("entity", "Sold by", kind="code"), *columns, Column("total", "Open", kind="money")),
        rows=list(rows.values()),
    )


def _bucket(code: str) -> Any:
    return lambda row: row.get(code)


def items_table(account: CustomerAccount, today: date) -> Table:
    """Return the open items, the first due first."""
    return Table(
        columns=(
            Column("number", "Number", link="invoice"),
            Column("kind", "Kind", kind="badge"),
            Column("order", "Order", kind="html", value=lambda item: _order(account, item)),
            Column("issue_date", "Issued", kind="day"),
            Column("due_date", "Due", kind="day"),
            Column("late", "Days overdue", kind="number", value=lambda item: _late(item, today)),
            Column("gross_minor", "Total", kind="money"),
            Column("open_minor", "Open", kind="money"),
        ),
        rows=account.items[:ITEMS_SHOWN],
        caption="Open items",
        empty=Empty("Nothing is open"),
    )


def _order(account: CustomerAccount, item: OpenItem) -> SafeString | None:
    number = account.numbers.get(item.order_id) if item.order_id else None
    return link_html("order", item.order_id, number) if number else None


def _late(item: OpenItem, today: date) -> int | None:
    days = (today - item.due_date).days
    return days if item.kind == "invoice" and days > 0 else None


def payments_table(payments: Sequence[UnappliedPayment]) -> Table:
    """Return payments of which something is left."""
    return Table(
        columns=(
            Column("reference", "Payment", link="payment", value=lambda row: row.reference or "without reference"),
            Column("received_at", "Received", kind="when"),
            Column("method", "Method"),
            Column("amount_minor", "Amount", kind="money"),
            Column("unapplied_minor", "Not applied", kind="money"),
        ),
        rows=payments[:ITEMS_SHOWN],
        empty=Empty("Every payment is applied"),
    )


def shown_addresses(rows: Sequence[Any]) -> list[tuple[str, list[str]]]:
    """Return addresses as (what for, lines), current ones first."""
    return [(_purpose(row), address_lines(row)) for row in rows[:ADDRESSES_SHOWN]]


def _purpose(row: Any) -> str:
    purpose = {"bill": "Billing", "ship": "Delivery"}.get(row.kind, row.kind)
    return purpose if row.is_current else f"{purpose}, not in use"


def credit_bars(credit: Sequence[CreditUse], currency: str, limit_minor: int | None) -> list[CreditBar]:
    """Return a bar per legal entity and currency; the limit is in the customer's own currency and holds for each entity."""
    return [_bar(use, limit_minor if use.currency == currency else None) for use in credit]


def _bar(use: CreditUse, limit_minor: int | None) -> CreditBar:
    orders, invoices = amount_text(use.orders_minor, use.currency), amount_text(use.invoices_minor, use.currency)
    percent = None if limit_minor is None else (use.used_minor * 100 // limit_minor if limit_minor else 999)
    return CreditBar(
        label=use.entity.code,
        used=money_html(use.used_minor, use.currency),
        limit="no limit" if limit_minor is None else money_html(limit_minor, use.currency),
        split=f"on order {orders}, invoiced {invoices}",
        percent=percent,
    )
