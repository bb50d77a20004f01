-- A held order has exactly one open case, and an open case of an order a held order
SELECT coalesce(o.number, c.subject_id::text) AS ref,
       CASE WHEN o.state = 'held' THEN '1 open case' ELSE 'no open case' END AS expected,
       count(c.id) || ' open' AS found, coalesce(o.state, 'no such order') AS detail
  FROM orders_order o
  FULL JOIN (SELECT id, subject_id FROM exceptions_case WHERE subject_kind = 'order' AND state IN ('open', 'claimed')) c
    ON c.subject_id = o.id
 WHERE o.state = 'held' OR c.id IS NOT NULL
 GROUP BY o.id, o.number, o.state, c.subject_id
HAVING (o.state IS NOT DISTINCT FROM 'held') <> (count(c.id) = 1)
UNION ALL
SELECT 'return ' || r.number, CASE WHEN count(l.id) FILTER (WHERE l.state = 'held') > 0 THEN '1 open case' ELSE 'no open case' END,
       (SELECT count(*) FROM exceptions_case c WHERE c.subject_kind = 'return' AND c.subject_id = r.id AND c.state IN ('open', 'claimed'))
           || ' open', 'held return lines'
  FROM orders_returnrequest r LEFT JOIN orders_returnline l ON l.request_id = r.id
 GROUP BY r.id
HAVING (count(l.id) FILTER (WHERE l.state = 'held') > 0)
    <> ((SELECT count(*) FROM exceptions_case c WHERE c.subject_kind = 'return' AND c.subject_id = r.id AND c.state IN ('open', 'claimed')) = 1)
UNION ALL
SELECT 'delivery ' || coalesce(o.shipment_id, o.bundle_id), '1 open case', 'no open case', 'obligation ' || o.source_ref || ' was set aside'
  FROM billing_billingobligation o
 WHERE o.state = 'owed' AND o.set_aside_at IS NOT NULL
   AND NOT EXISTS (SELECT FROM exceptions_case c WHERE c.subject_kind IN ('shipment', 'collected_day')
                      AND c.subject_id IN (o.shipment_id, o.bundle_id) AND c.state IN ('open', 'claimed'))
