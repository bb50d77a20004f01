-- Shipped = invoiced + owed: one obligation for every shipped line, one invoice line for every billed obligation
SELECT 'shipment line ' || coalesce(s.id::text, o.source_ref) AS ref,
       coalesce(s.quantity::text, 'nothing shipped') AS expected,
       coalesce(o.quantity::text, 'no obligation') AS found,
       'obligation of the shipped line' AS detail
  FROM inventory_shipmentline s
  FULL JOIN billing_billingobligation o ON o.source_ref = 'shipment_line:' || s.id
 WHERE s.id IS NULL OR o.id IS NULL OR s.quantity <> o.quantity OR s.line_id <> o.line_id
UNION ALL
SELECT 'obligation ' || o.source_ref,
       o.state || ' ' || o.quantity || ' for ' || o.net_minor,
       coalesce('invoiced ' || i.quantity || ' for ' || i.net_minor, 'not invoiced'),
       'invoice line of the obligation'
  FROM billing_billingobligation o
  LEFT JOIN billing_invoiceline i ON i.obligation_id = o.id
 WHERE (o.state = 'billed') <> (i.id IS NOT NULL) OR i.quantity <> o.quantity OR i.net_minor <> o.net_minor
UNION ALL
SELECT ord.number || ' line ' || l.line_no, l.net_minor::text, (sum(o.net_minor) + l.cancelled_net_minor)::text, 'obligations of a line that shipped whole'
  FROM orders_orderline l
  JOIN orders_order ord ON ord.id = l.order_id
  JOIN billing_billingobligation o ON o.line_id = l.id
 GROUP BY l.id, ord.number
HAVING sum(o.quantity) = l.quantity - l.cancelled_quantity
   AND sum(o.net_minor) + l.cancelled_net_minor <> l.net_minor
