-- Planned receipts become supplies that come by themselves. One that came in is bound to the movement of the same reference.
INSERT INTO inventory_supply (id, number, kind, warehouse_id, product_id, quantity, received, unit_cost, due_at, first_due_at, status,
                              comes_by_itself, source_ref)
SELECT p.id, 'SU-' || nextval('inventory_supply_number'), CASE p.kind WHEN 'opening' THEN 'opening' ELSE 'purchase' END,
       p.warehouse_id, p.product_id, p.quantity, CASE WHEN p.received_at IS NULL THEN 0 ELSE coalesce(m.quantity, 0) END, p.unit_cost,
       p.due_at, p.due_at, CASE WHEN p.received_at IS NULL THEN 'confirmed' ELSE 'received' END, true, p.source_ref
  FROM inventory_plannedreceipt p LEFT JOIN inventory_stockmovement m ON m.source_ref = p.source_ref AND m.quantity > 0
 ORDER BY p.due_at, p.id;

INSERT INTO inventory_supplyreceipt (id, supply_id, movement_id, quantity, recorded_at)
SELECT new_id(), p.id, m.id, m.quantity, m.recorded_at
  FROM inventory_plannedreceipt p JOIN inventory_stockmovement m ON m.source_ref = p.source_ref AND m.quantity > 0
 WHERE p.received_at IS NOT NULL;

-- The keys of the moved rows are looked at now: nothing may be pending when the tables change next.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
