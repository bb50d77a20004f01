DROP TRIGGER append_only ON orders_flooroverride;
