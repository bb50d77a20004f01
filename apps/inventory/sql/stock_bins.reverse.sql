DROP VIEW inventory_stockcard;
DROP TRIGGER shipped_is_frozen ON inventory_shipmentline;
CREATE TRIGGER shipped_is_frozen
    BEFORE UPDATE OF id, shipment_id, order_id, line_id, product_id, stock_id, quantity, cost_minor OR DELETE OR TRUNCATE
    ON inventory_shipmentline FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
DROP TRIGGER hold_is_kept ON inventory_hold;
DROP TRIGGER hold_ends_once ON inventory_hold;
DROP FUNCTION inventory_refuse_row();
DROP TRIGGER slot_stays_where_it_is ON inventory_stockslot;
DROP TRIGGER escrow_is_in_slots ON inventory_stock;
DROP TRIGGER slots_are_their_escrow ON inventory_stockslot;
DROP TRIGGER slots_are_their_escrow_added ON inventory_stockslot;
DROP FUNCTION inventory_slots_are_escrow();
DROP TRIGGER lot_stays_where_it_is ON inventory_lot;
DROP TRIGGER stock_is_kept ON inventory_stock;
