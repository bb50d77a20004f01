-- Pegs lie within their supply and their line and in its warehouse; only promised lines have some; every day that was promised is in the history
SELECT 'supply ' || s.number AS ref, 'at most ' || s.open_quantity || ' of it promised' AS expected, sum(p.quantity)::text AS found,
       'pegs against what is to come' AS detail
  FROM inventory_peg p JOIN inventory_supply s ON s.id = p.supply_id GROUP BY s.id HAVING sum(p.quantity) > s.open_quantity
UNION ALL
SELECT 'line ' || b.line_id, CASE WHEN b.promised_on IS NULL THEN 'no peg without a promise' ELSE 'at most ' || b.quantity || ' pegged' END,
       sum(p.quantity)::text, 'pegs against the line that waits'
  FROM inventory_peg p JOIN inventory_backorder b ON b.line_id = p.line_id
 GROUP BY b.line_id HAVING sum(p.quantity) > b.quantity OR b.promised_on IS NULL
UNION ALL
SELECT 'peg ' || p.id, 'the warehouse of supply ' || s.number, p.warehouse_id::text, 'pegs name the place of their supply'
  FROM inventory_peg p JOIN inventory_supply s ON s.id = p.supply_id WHERE p.warehouse_id <> s.warehouse_id
UNION ALL
SELECT 'line ' || b.line_id, coalesce(c.promised_on::text, 'no day') || ', told ' || coalesce(n.changes, 0) || ' times',
       coalesce(b.promised_on::text, 'no day') || ', told ' || b.promise_no || ' times', 'the line against the history of its promise'
  FROM inventory_backorder b
  LEFT JOIN (SELECT line_id, count(*) AS changes, max(promise_no) AS newest FROM inventory_promisechange GROUP BY line_id) n ON n.line_id = b.line_id
  LEFT JOIN inventory_promisechange c ON c.line_id = b.line_id AND c.promise_no = n.newest
 WHERE b.promise_no <> coalesce(n.changes, 0) OR b.promise_no <> coalesce(n.newest, 0) OR b.promised_on IS DISTINCT FROM c.promised_on
