DROP FUNCTION inventory_held_back(uuid, numeric, timestamptz, numeric);
