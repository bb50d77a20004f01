-- Back to planned receipts; other supplies and what came in parts had no row there. When one came in, is when its last part was recorded.
INSERT INTO inventory_plannedreceipt (id, warehouse_id, product_id, kind, quantity, unit_cost, due_at, source_ref, received_at)
SELECT s.id, s.warehouse_id, s.product_id, CASE s.kind WHEN 'opening' THEN 'opening' ELSE 'receipt' END, s.quantity, s.unit_cost, s.due_at,
       s.source_ref, CASE WHEN s.status = 'received' THEN coalesce(
           (SELECT max(r.recorded_at) FROM inventory_supplyreceipt r WHERE r.supply_id = s.id), s.due_at) END
  FROM inventory_supply s WHERE s.comes_by_itself AND s.status <> 'cancelled';
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
