-- Subledger = general ledger: receivables, unapplied cash, stock, cost of sales, revenue and tax, by entity and currency
WITH books AS (
    SELECT a.role, a.legal_entity_id, p.currency, p.customer_id, sum(p.amount_minor) AS minor
      FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
     WHERE a.role IN ('receivable', 'unapplied_cash', 'stock', 'cost_of_sales', 'revenue', 'tax_payable')
     GROUP BY a.role, a.legal_entity_id, p.currency, p.customer_id
), facts AS (
    SELECT 'receivable' AS role, legal_entity_id, currency, customer_id,
           sum(CASE kind WHEN 'invoice' THEN open_minor ELSE -open_minor END) AS minor
      FROM billing_invoice WHERE state <> 'draft' GROUP BY 2, 3, 4
    UNION ALL
    SELECT 'unapplied_cash', legal_entity_id, currency, customer_id, -sum(unapplied_minor) FROM billing_payment GROUP BY 2, 3, 4
    UNION ALL
    SELECT 'revenue', legal_entity_id, currency, NULL,
           sum(CASE kind WHEN 'invoice' THEN -net_minor ELSE net_minor END) FROM billing_invoice WHERE state <> 'draft' AND posted_as = '' GROUP BY 2, 3
    UNION ALL
    SELECT 'tax_payable', legal_entity_id, currency, NULL,
           sum(CASE kind WHEN 'invoice' THEN -tax_minor ELSE tax_minor END) FROM billing_invoice WHERE state <> 'draft' GROUP BY 2, 3
    UNION ALL
    SELECT 'stock', w.legal_entity_id, le.currency, NULL, sum(s.value_minor)
      FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id
      JOIN masterdata_legalentity le ON le.id = w.legal_entity_id GROUP BY 2, 3
    UNION ALL
    SELECT 'cost_of_sales', legal_entity_id, currency, NULL, sum(minor) FROM (
        SELECT s.legal_entity_id, le.currency, l.cost_minor AS minor
          FROM inventory_shipmentline l JOIN inventory_shipment s ON s.id = l.shipment_id
          JOIN masterdata_legalentity le ON le.id = s.legal_entity_id
        UNION ALL
        SELECT s.legal_entity_id, le.currency, -r.cost_minor
          FROM inventory_goodsreturn r JOIN inventory_shipmentline l ON l.id = r.shipment_line_id
          JOIN inventory_shipment s ON s.id = l.shipment_id
          JOIN masterdata_legalentity le ON le.id = s.legal_entity_id
         WHERE r.is_restocked
        UNION ALL
        SELECT w.legal_entity_id, le.currency, -m.value_minor
          FROM inventory_stockmovement m JOIN inventory_stock st ON st.id = m.stock_id
          JOIN inventory_warehouse w ON w.id = st.warehouse_id
          JOIN masterdata_legalentity le ON le.id = w.legal_entity_id
         WHERE m.kind IN ('adjustment', 'issue', 'scrap', 'revaluation')
           -- What an imported history is worth at its end is an opening balance.
           AND NOT EXISTS (SELECT FROM inventory_stockmovement h
                            WHERE h.kind = 'history' AND h.source_ref = regexp_replace(m.source_ref, '[^:]+$', '1'))
    ) costs GROUP BY 2, 3
), compared AS (
    SELECT role, legal_entity_id, currency, customer_id, sum(book) AS book, sum(fact) AS fact FROM (
        SELECT role, legal_entity_id, currency,
               CASE WHEN role IN ('receivable', 'unapplied_cash') THEN customer_id END AS customer_id, minor AS book, 0 AS fact FROM books
        UNION ALL
        SELECT role, legal_entity_id, currency, customer_id, 0, minor FROM facts
    ) both_sides GROUP BY role, legal_entity_id, currency, customer_id
)
SELECT c.role || ' ' || le.code || ' ' || c.currency || coalesce(' ' || cu.code, '') AS ref,
       c.fact::text AS expected, c.book::text AS found, 'account against documents' AS detail
  FROM compared c
  JOIN masterdata_legalentity le ON le.id = c.legal_entity_id
  LEFT JOIN masterdata_customer cu ON cu.id = c.customer_id
 WHERE c.book <> c.fact
