-- Invoiced = paid + open + credited + written off, for every invoice; used + open for every credit note and payment
WITH settled AS (
    SELECT invoice_id, sum(amount_minor) AS minor FROM billing_settlement GROUP BY invoice_id
), used AS (
    SELECT coalesce(payment_id, credit_note_id) AS source_id, sum(amount_minor) AS minor
      FROM billing_settlement WHERE kind <> 'write_off' GROUP BY 1
)
SELECT coalesce(i.number, i.id::text) AS ref, i.gross_minor::text AS expected,
       (i.open_minor + coalesce(s.minor, 0))::text AS found, 'open + settled' AS detail
  FROM billing_invoice i LEFT JOIN settled s ON s.invoice_id = i.id
 WHERE i.kind = 'invoice' AND i.state <> 'draft' AND i.gross_minor <> i.open_minor + coalesce(s.minor, 0)
UNION ALL
SELECT coalesce(i.number, i.id::text), i.gross_minor::text, (i.open_minor + coalesce(u.minor, 0))::text, 'credit note: open + used'
  FROM billing_invoice i LEFT JOIN used u ON u.source_id = i.id
 WHERE i.kind = 'credit_note' AND i.state <> 'draft' AND i.gross_minor <> i.open_minor + coalesce(u.minor, 0)
UNION ALL
SELECT 'payment ' || p.source_ref, p.amount_minor::text, (p.unapplied_minor + coalesce(u.minor, 0))::text, 'unapplied + applied'
  FROM billing_payment p LEFT JOIN used u ON u.source_id = p.id
 WHERE p.amount_minor <> p.unapplied_minor + coalesce(u.minor, 0)
