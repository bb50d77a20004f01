SET LOCAL lock_timeout = '5s';
UPDATE inventory_backorder b
   SET customer_id = o.customer_id, customer_group = coalesce(g.code, ''), channel = c.code, country = coalesce(a.country, ''),
       currency = o.currency, net_minor = l.net_minor, line_quantity = l.quantity, kit_no = l.part_of,
       per_kit = CASE WHEN l.part_of IS NOT NULL THEN l.quantity / k.quantity END
  FROM orders_order o
  JOIN masterdata_channel c ON c.id = o.channel_id
  LEFT JOIN masterdata_customer u ON u.id = o.customer_id
  LEFT JOIN masterdata_customergroup g ON g.id = u.group_id
  LEFT JOIN masterdata_address a ON a.id = o.ship_to_id, orders_orderline l
  LEFT JOIN orders_orderline k ON k.order_id = l.order_id AND k.line_no = l.part_of AND k.kind = 'bundle'
 WHERE o.id = b.order_id AND l.id = b.line_id;
