-- Every document is in the journal exactly once, and every journal entry names a document that exists
SELECT coalesce(i.number, i.id::text) AS ref, '1 entry' AS expected, count(e.id) || ' entries' AS found, i.kind AS detail
  FROM billing_invoice i
  LEFT JOIN ledger_journalentry e ON e.source_id = i.id AND e.kind = coalesce(nullif(i.posted_as, ''), i.kind)
 WHERE i.state <> 'draft' GROUP BY i.id HAVING count(e.id) <> 1 AND i.gross_minor <> 0
UNION ALL
SELECT 'payment ' || p.source_ref, '1 entry', count(e.id) || ' entries', 'payment'
  FROM billing_payment p LEFT JOIN ledger_journalentry e ON e.source_id = p.id AND e.kind = 'payment'
 GROUP BY p.id HAVING count(e.id) <> 1
UNION ALL
SELECT e.source_ref, 'a document', 'none', e.kind
  FROM ledger_journalentry e
 WHERE e.kind IN ('invoice', 'credit_note', 'rebate_settlement') AND NOT EXISTS (SELECT FROM billing_invoice i WHERE i.id = e.source_id)
    OR e.kind = 'payment' AND NOT EXISTS (SELECT FROM billing_payment p WHERE p.id = e.source_id)
    OR e.kind = 'rebate_accrual' AND NOT EXISTS (SELECT FROM pricing_rebateagreement a WHERE a.id = e.source_id)
    OR e.kind = 'shipment' AND NOT EXISTS (SELECT FROM inventory_shipment s WHERE s.id = e.source_id)
