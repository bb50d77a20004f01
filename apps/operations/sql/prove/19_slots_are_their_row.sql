-- What is dealt out to the slots of a stock row is what the row says; what was taken of a slot is what is reserved out of it
SELECT w.code || ' ' || p.sku AS ref, coalesce(l.granted, 0) || ' dealt out' AS expected, s.escrowed || ' dealt out' AS found,
       'slots against their row' AS detail
  FROM inventory_stock s
  JOIN inventory_warehouse w ON w.id = s.warehouse_id
  JOIN masterdata_product p ON p.id = s.product_id
  LEFT JOIN (SELECT stock_id, sum(granted) AS granted FROM inventory_stockslot GROUP BY stock_id) l ON l.stock_id = s.id
 WHERE s.escrowed <> coalesce(l.granted, 0)
UNION ALL
SELECT w.code || ' ' || p.sku || ' slot ' || coalesce(l.slot_no, r.slot_no), coalesce(r.quantity, 0) || ' taken', coalesce(l.taken, 0) || ' taken',
       'reservations out of a slot against the slot'
  FROM (SELECT * FROM inventory_stockslot WHERE taken <> 0) l
  FULL JOIN (SELECT stock_id, slot_no, sum(quantity) AS quantity FROM inventory_reservation WHERE slot_no IS NOT NULL GROUP BY stock_id, slot_no) r
       ON r.stock_id = l.stock_id AND r.slot_no = l.slot_no
  JOIN inventory_stock s ON s.id = coalesce(l.stock_id, r.stock_id)
  JOIN inventory_warehouse w ON w.id = s.warehouse_id
  JOIN masterdata_product p ON p.id = s.product_id
 WHERE coalesce(l.taken, 0) <> coalesce(r.quantity, 0)
