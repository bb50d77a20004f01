-- What came of a supply is the sum of its receipts, each of them a movement of its product into its warehouse; what is open follows from both
WITH came AS (
    SELECT r.supply_id, sum(r.quantity) AS quantity FROM inventory_supplyreceipt r GROUP BY r.supply_id
)
SELECT 'supply ' || s.number AS ref,
       coalesce(c.quantity, 0) || ' received, ' || CASE WHEN s.status IN ('received', 'cancelled') THEN 0
           ELSE greatest(s.quantity - coalesce(c.quantity, 0), 0) END || ' open' AS expected,
       s.received || ' received, ' || s.open_quantity || ' open' AS found,
       'supplies against their receipts' AS detail
  FROM inventory_supply s LEFT JOIN came c ON c.supply_id = s.id
 WHERE s.received <> coalesce(c.quantity, 0) OR (s.status = 'cancelled' AND s.received > 0) OR (s.status = 'received' AND s.received = 0)
    OR s.open_quantity <> CASE WHEN s.status IN ('received', 'cancelled') THEN 0 ELSE greatest(s.quantity - s.received, 0) END
UNION ALL
SELECT 'receipt of supply ' || s.number, r.quantity::text, coalesce(m.quantity::text, 'no movement'), 'receipts against their movements'
  FROM inventory_supplyreceipt r
  JOIN inventory_supply s ON s.id = r.supply_id
  LEFT JOIN inventory_stockmovement m ON m.id = r.movement_id
  LEFT JOIN inventory_stock st ON st.id = m.stock_id
 WHERE m.id IS NULL OR m.quantity <> r.quantity OR st.product_id <> s.product_id OR st.warehouse_id <> s.warehouse_id
