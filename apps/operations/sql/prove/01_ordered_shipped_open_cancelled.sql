-- Ordered = shipped + open + cancelled, for every line of every order; of a bundle it is its parts that move
WITH standing AS (
    SELECT line_id, sum(reserved) AS reserved, sum(backordered) AS backordered, sum(shipped) AS shipped
      FROM (
        SELECT line_id, quantity AS reserved, 0::numeric AS backordered, 0::numeric AS shipped FROM inventory_reservation
         WHERE state <> 'held'
        UNION ALL SELECT line_id, 0, quantity, 0 FROM inventory_backorder
        UNION ALL SELECT line_id, 0, 0, quantity FROM inventory_shipmentline
      ) parts GROUP BY line_id
)
SELECT o.number || ' line ' || l.line_no AS ref,
       l.quantity::text AS expected,
       (l.cancelled_quantity + coalesce(s.reserved, 0) + coalesce(s.backordered, 0) + coalesce(s.shipped, 0))::text AS found,
       o.state AS detail
  FROM orders_orderline l
  JOIN orders_order o ON o.id = l.order_id
  LEFT JOIN standing s ON s.line_id = l.id
 WHERE CASE o.state
         WHEN 'held' THEN s.line_id IS NOT NULL OR l.cancelled_quantity <> 0
         WHEN 'cancelled' THEN s.line_id IS NOT NULL OR l.cancelled_quantity <> l.quantity
         ELSE l.quantity <> l.cancelled_quantity + coalesce(s.reserved, 0) + coalesce(s.backordered, 0) + coalesce(s.shipped, 0)
       END
   AND l.kind <> 'bundle'
UNION ALL
SELECT 'line ' || s.line_id, 'an order line', 'none', 'inventory names a line that does not exist'
  FROM standing s LEFT JOIN orders_orderline l ON l.id = s.line_id WHERE l.id IS NULL
