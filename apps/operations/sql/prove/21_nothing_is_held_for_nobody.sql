-- Orders that ended hold no goods; goods that are set aside belong to a hold that stands, or are past their time
SELECT 'order ' || coalesce(o.number, r.order_id::text) AS ref, 'nothing reserved' AS expected, sum(r.quantity) || ' reserved' AS found,
       'reserved for an order that ' || CASE WHEN o.id IS NULL THEN 'does not exist' ELSE 'is ' || o.state END AS detail
  FROM inventory_reservation r LEFT JOIN orders_order o ON o.id = r.order_id
 WHERE r.state <> 'held' AND (o.id IS NULL OR o.state NOT IN ('confirmed', 'partly_shipped'))
 GROUP BY r.order_id, o.id, o.number, o.state
UNION ALL
SELECT 'reservation ' || r.id, 'a hold that stands', coalesce(h.state, 'none'), 'set aside without a hold'
  FROM inventory_reservation r LEFT JOIN inventory_hold h ON h.id = r.order_id
 WHERE r.state = 'held' AND (h.id IS NULL OR NOT (h.state = 'held' AND r.expires_at = h.expires_at OR h.state = 'claimed' AND r.expires_at = h.made_at))
UNION ALL
SELECT 'hold ' || h.source_ref, 'goods', 'none', 'a hold that stands sets nothing aside'
  FROM inventory_hold h WHERE h.state = 'held' AND NOT EXISTS (SELECT FROM inventory_reservation r WHERE r.order_id = h.id AND r.state = 'held')
