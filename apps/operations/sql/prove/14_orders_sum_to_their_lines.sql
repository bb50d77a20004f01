-- Orders = their lines without parts; bundles = their parts, in net, discount and tax
SELECT o.number AS ref, o.net_minor || ' + ' || o.tax_minor AS expected,
       coalesce(l.net, 0) || ' + ' || coalesce(l.tax, 0) AS found, 'lines of the order' AS detail
  FROM orders_order o
  LEFT JOIN (
    SELECT order_id, sum(net_minor) AS net, sum(tax_minor) AS tax FROM orders_orderline WHERE kind <> 'part' GROUP BY order_id
  ) l ON l.order_id = o.id
 WHERE (o.net_minor, o.tax_minor) IS DISTINCT FROM (coalesce(l.net, 0), coalesce(l.tax, 0))
UNION ALL
SELECT o.number || ' line ' || b.line_no, b.net_minor || ' - ' || b.discount_minor || ' + ' || b.tax_minor,
       coalesce(sum(p.net_minor), 0) || ' - ' || coalesce(sum(p.discount_minor), 0) || ' + ' || coalesce(sum(p.tax_minor), 0),
       'parts of the bundle'
  FROM orders_orderline b
  JOIN orders_order o ON o.id = b.order_id
  LEFT JOIN orders_orderline p ON p.order_id = b.order_id AND p.part_of = b.line_no
 WHERE b.kind = 'bundle'
 GROUP BY b.id, o.number
HAVING (b.net_minor, b.discount_minor, b.tax_minor)
       IS DISTINCT FROM (coalesce(sum(p.net_minor), 0), coalesce(sum(p.discount_minor), 0), coalesce(sum(p.tax_minor), 0))
