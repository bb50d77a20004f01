-- Orders that ended hold no goods; goods set aside belong to a hold that stands, or are past their time; what was taken of quotas is reserved or left
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
UNION ALL
SELECT 'quota ' || q.channel || ' ' || p.sku || ' from ' || q.from_on, (coalesce(r.quantity, 0) + coalesce(l.quantity, 0)) || ' taken', q.taken || ' taken',
       'what of a quota is reserved or left against what it counts'
  FROM inventory_quota q
  JOIN masterdata_product p ON p.id = q.product_id
  LEFT JOIN (SELECT quota_id, sum(quantity) AS quantity FROM inventory_reservation WHERE quota_id IS NOT NULL GROUP BY quota_id) r ON r.quota_id = q.id
  LEFT JOIN (SELECT quota_id, sum(quantity) AS quantity FROM inventory_shipmentline WHERE quota_id IS NOT NULL GROUP BY quota_id) l ON l.quota_id = q.id
 WHERE q.taken <> coalesce(r.quantity, 0) + coalesce(l.quantity, 0)
UNION ALL
SELECT 'reservation ' || r.id, 'a quota of its product and legal entity', q.product_id::text, 'reservations out of a quota'
  FROM inventory_reservation r JOIN inventory_quota q ON q.id = r.quota_id JOIN inventory_warehouse w ON w.id = r.warehouse_id
 WHERE q.product_id <> r.product_id OR q.legal_entity_id <> w.legal_entity_id OR q.warehouse_id <> r.warehouse_id
UNION ALL
SELECT w.code || ' ' || p.sku, q.there::text, s.has_quotas::text, 'whether somebody has a quota of a stock row'
  FROM inventory_stock s
  JOIN inventory_warehouse w ON w.id = s.warehouse_id
  JOIN masterdata_product p ON p.id = s.product_id
 CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM inventory_quota q WHERE q.product_id = s.product_id AND q.legal_entity_id = w.legal_entity_id
                                       AND (q.warehouse_id IS NULL OR q.warehouse_id = s.warehouse_id)) AS there) q
 WHERE (s.has_quotas OR s.product_id IN (SELECT product_id FROM inventory_quota)) AND s.has_quotas <> q.there
