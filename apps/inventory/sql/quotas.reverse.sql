DROP FUNCTION inventory_quota_room(uuid, uuid, text, timestamptz);
DROP TRIGGER shipped_is_frozen ON inventory_shipmentline;
CREATE TRIGGER shipped_is_frozen
    BEFORE UPDATE OF id, shipment_id, order_id, line_id, product_id, stock_id, lot_id, quantity, cost_minor OR DELETE OR TRUNCATE
    ON inventory_shipmentline FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
DROP TRIGGER count_quota_left ON inventory_shipmentline;
DROP TRIGGER count_quota_gone ON inventory_reservation;
DROP TRIGGER count_quota ON inventory_reservation;
DROP TRIGGER count_quota_added ON inventory_reservation;
DROP FUNCTION inventory_count_quota();
