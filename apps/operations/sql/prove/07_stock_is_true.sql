-- No stock below zero; reserved = sum of reservations; on hand = movements - shipped; value = what came in - what it cost; bins = what was moved into them; lots = their row
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
UNION ALL
SELECT w.code || ' ' || p.sku, s.on_hand || ' on hand, ' || s.reserved || ' reserved, ' || (s.damaged + s.on_hold) || ' set aside',
       coalesce(l.on_hand, 0) || ' on hand, ' || coalesce(l.reserved, 0) || ' reserved, ' || coalesce(l.blocked, 0) || ' set aside',
       'lots against their row'
  FROM inventory_stock s
  JOIN inventory_warehouse w ON w.id = s.warehouse_id
  JOIN masterdata_product p ON p.id = s.product_id
  LEFT JOIN (SELECT stock_id, sum(on_hand) AS on_hand, sum(reserved) AS reserved, sum(blocked) AS blocked, sum(damaged) AS damaged
               FROM inventory_lot GROUP BY stock_id) l ON l.stock_id = s.id
 WHERE s.has_lots <> p.tracks_lots
    OR s.has_lots AND (s.on_hand, s.reserved, s.damaged, s.damaged + s.on_hold)
                  <> (coalesce(l.on_hand, 0), coalesce(l.reserved, 0), coalesce(l.damaged, 0), coalesce(l.blocked, 0))
    OR NOT s.has_lots AND (coalesce(l.on_hand, 0) <> 0 OR coalesce(l.reserved, 0) <> 0)
UNION ALL
SELECT 'lot ' || l.code || ' of ' || p.sku,
       (coalesce(m.quantity, 0) - coalesce(sh.quantity, 0)) || ' on hand, ' || coalesce(r.quantity, 0) || ' reserved, ' || coalesce(m.blocked, 0) || ' set aside',
       l.on_hand || ' on hand, ' || l.reserved || ' reserved, ' || l.blocked || ' set aside', 'lots against what names them'
  FROM inventory_lot l
  JOIN inventory_stock s ON s.id = l.stock_id
  JOIN masterdata_product p ON p.id = s.product_id
  LEFT JOIN (SELECT lot_id, sum(quantity) AS quantity, sum(damaged_change + held_change) AS blocked FROM inventory_stockmovement
              WHERE lot_id IS NOT NULL GROUP BY lot_id) m ON m.lot_id = l.id
  LEFT JOIN (SELECT lot_id, sum(quantity) AS quantity FROM inventory_shipmentline WHERE lot_id IS NOT NULL GROUP BY lot_id) sh ON sh.lot_id = l.id
  LEFT JOIN (SELECT lot_id, sum(quantity) AS quantity FROM inventory_reservation WHERE lot_id IS NOT NULL GROUP BY lot_id) r ON r.lot_id = l.id
 WHERE l.on_hand <> coalesce(m.quantity, 0) - coalesce(sh.quantity, 0) OR l.reserved <> coalesce(r.quantity, 0)
    OR l.blocked <> coalesce(m.blocked, 0)
UNION ALL
SELECT w.code || ' ' || p.sku, i.waits || ' on hold at least', s.on_hold || ' on hold', 'what waits for inspection lies there'
  FROM (SELECT stock_id, sum(waits) AS waits FROM inventory_inspection WHERE waits > 0 GROUP BY stock_id) i
  JOIN inventory_stock s ON s.id = i.stock_id JOIN inventory_warehouse w ON w.id = s.warehouse_id JOIN masterdata_product p ON p.id = s.product_id
 WHERE i.waits > s.on_hold
UNION ALL
SELECT 'inspection ' || i.id, (i.good + i.damaged + i.scrapped)::text, coalesce(f.found, 0)::text, 'what was found against its findings'
  FROM inventory_inspection i
  LEFT JOIN (SELECT inspection_id, sum(good + damaged + scrapped) AS found FROM inventory_inspectionfinding GROUP BY inspection_id) f
    ON f.inspection_id = i.id
 WHERE i.good + i.damaged + i.scrapped <> coalesce(f.found, 0)
