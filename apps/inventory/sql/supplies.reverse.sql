DROP TRIGGER supply_goes_forward ON inventory_supply;
