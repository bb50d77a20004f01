DROP FUNCTION inventory_take_slot(uuid, uuid, numeric, boolean);
