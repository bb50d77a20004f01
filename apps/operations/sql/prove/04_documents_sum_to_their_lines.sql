-- Documents = their lines = their tax table; credits never exceed what was invoiced
WITH lines AS (
    SELECT invoice_id, sum(net_minor) AS net, sum(tax_minor) AS tax FROM billing_invoiceline GROUP BY invoice_id
), taxes AS (
    SELECT invoice_id, sum(net_minor) AS net, sum(tax_minor) AS tax FROM billing_invoicetax GROUP BY invoice_id
)
SELECT coalesce(i.number, i.id::text) AS ref, i.net_minor || ' + ' || i.tax_minor AS expected,
       coalesce(l.net, 0) || ' + ' || coalesce(l.tax, 0) || ' by line, ' || coalesce(t.net, 0) || ' + ' || coalesce(t.tax, 0) AS found,
       'net + tax' AS detail
  FROM billing_invoice i
  LEFT JOIN lines l ON l.invoice_id = i.id
  LEFT JOIN taxes t ON t.invoice_id = i.id
 WHERE (i.net_minor, i.tax_minor) IS DISTINCT FROM (l.net, l.tax) OR (i.net_minor, i.tax_minor) IS DISTINCT FROM (t.net, t.tax)
UNION ALL
SELECT 'invoice line ' || l.id, l.credited_quantity || ' for ' || l.credited_minor,
       coalesce(sum(c.quantity), 0) || ' for ' || coalesce(sum(c.net_minor), 0), 'credited by credit notes'
  FROM billing_invoiceline l LEFT JOIN billing_invoiceline c ON c.credits_line_id = l.id
 WHERE l.credits_line_id IS NULL
 GROUP BY l.id
HAVING l.credited_quantity <> coalesce(sum(c.quantity), 0) OR l.credited_minor <> coalesce(sum(c.net_minor), 0)
