DROP TRIGGER inspection_is_frozen ON inventory_inspection;
DROP TRIGGER append_only ON inventory_inspectionfinding;
