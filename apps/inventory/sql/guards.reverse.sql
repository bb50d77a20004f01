DROP TRIGGER record_change ON inventory_warehouse;
DROP TRIGGER shipped_is_frozen ON inventory_shipmentline;
DROP TRIGGER shipped_is_frozen ON inventory_shipment;
DROP TRIGGER append_only ON inventory_goodsreturn;
DROP TRIGGER append_only ON inventory_stockmovement;
DROP SEQUENCE inventory_shipment_number;
ALTER TABLE inventory_stock RESET (fillfactor);
