DROP TRIGGER new_stock_has_slots ON inventory_stock;
DROP FUNCTION inventory_new_stock_has_slots();
DROP TRIGGER new_stock_is_handled_alike ON inventory_stock;
DROP FUNCTION inventory_new_stock_is_handled_alike();
