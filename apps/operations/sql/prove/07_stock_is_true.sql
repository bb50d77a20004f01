-- No stock below zero; reserved = sum of reservations; on hand = movements - shipped; value = what came in - what it cost; bins = what was moved into them
WITH moved AS (
    SELECT stock_id, sum(quantity) AS quantity, sum(value_minor) AS value_minor FROM inventory_stockmovement GROUP BY stock_id
), shipped AS (
    SELECT stock_id, sum(quantity) AS quantity, sum(cost_minor) AS cost_minor
      FROM inventory_shipmentline WHERE stock_id IS NOT NULL GROUP BY stock_id
), promised AS (
    SELECT stock_id, sum(quantity) AS quantity FROM inventory_reservation
     WHERE stock_id IS NOT NULL AND slot_no IS NULL AND state <> 'accepted' GROUP BY stock_id
)
SELECT w.code || ' ' || p.sku AS ref,
       (coalesce(m.quantity, 0) - coalesce(sh.quantity, 0)) || ' on hand, ' || coalesce(r.quantity, 0) || ' reserved, worth '
           || (coalesce(m.value_minor, 0) - coalesce(sh.cost_minor, 0)) AS expected,
       s.on_hand || ' on hand, ' || s.reserved || ' reserved, worth ' || s.value_minor AS found,
       'stock against its movements' AS detail
  FROM inventory_stock s
  JOIN inventory_warehouse w ON w.id = s.warehouse_id
  JOIN masterdata_product p ON p.id = s.product_id
  LEFT JOIN moved m ON m.stock_id = s.id
  LEFT JOIN shipped sh ON sh.stock_id = s.id
  LEFT JOIN promised r ON r.stock_id = s.id
 WHERE s.on_hand < 0 OR s.reserved < 0 OR s.on_hand < s.reserved + s.damaged + s.on_hold + s.escrowed
    OR s.reserved <> coalesce(r.quantity, 0)
    OR s.on_hand <> coalesce(m.quantity, 0) - coalesce(sh.quantity, 0)
    OR s.value_minor <> coalesce(m.value_minor, 0) - coalesce(sh.cost_minor, 0)
UNION ALL
SELECT 'shipment line ' || l.id, l.returned_quantity::text, coalesce(sum(r.quantity), 0)::text, 'returned against the goods that came back'
  FROM inventory_shipmentline l LEFT JOIN inventory_goodsreturn r ON r.shipment_line_id = l.id
 WHERE l.returned_quantity <> 0 OR r.id IS NOT NULL
 GROUP BY l.id HAVING l.returned_quantity <> coalesce(sum(r.quantity), 0)
UNION ALL
SELECT 'reservation ' || r.id, 'a stock row of its product and warehouse', coalesce(s.id::text, 'none'), 'reservations name their stock'
  FROM inventory_reservation r LEFT JOIN inventory_stock s ON s.id = r.stock_id
 WHERE r.stock_id IS NOT NULL AND (s.id IS NULL OR s.product_id <> r.product_id OR s.warehouse_id <> r.warehouse_id)
UNION ALL
SELECT w.code || ' ' || p.sku, coalesce(m.damaged, 0) || ' damaged, ' || coalesce(m.held, 0) || ' held',
       s.damaged || ' damaged, ' || s.on_hold || ' held', 'bins against their movements'
  FROM inventory_stock s
  JOIN inventory_warehouse w ON w.id = s.warehouse_id
  JOIN masterdata_product p ON p.id = s.product_id
  LEFT JOIN (SELECT stock_id, sum(damaged_change) AS damaged, sum(held_change) AS held FROM inventory_stockmovement GROUP BY stock_id) m
    ON m.stock_id = s.id
 WHERE s.damaged <> coalesce(m.damaged, 0) OR s.on_hold <> coalesce(m.held, 0)
