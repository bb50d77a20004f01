-- Slots are taken from all day, as stock rows are: room for their next version beside them.
ALTER TABLE inventory_stockslot SET (fillfactor = 50);

-- Reservations name their stock row without a constraint, whose lock would make every taker write the row: so the row stays.
CREATE TRIGGER stock_is_kept BEFORE DELETE OR TRUNCATE ON inventory_stock FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

CREATE TRIGGER lot_stays_where_it_is BEFORE UPDATE OF id, stock_id, code OR TRUNCATE ON inventory_lot
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

-- What is dealt out to slots is what the row says: looked at when the transaction ends, and never when a slot is only taken from.
CREATE FUNCTION inventory_slots_are_escrow() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    one uuid;
    granted_sum numeric;
    escrow numeric;
BEGIN
    IF TG_TABLE_NAME = 'inventory_stock' THEN
        one := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        one := OLD.stock_id;
    ELSE
        one := NEW.stock_id;
    END IF;
    SELECT escrowed INTO escrow FROM inventory_stock WHERE id = one;
    SELECT coalesce(sum(granted), 0) INTO granted_sum FROM inventory_stockslot WHERE stock_id = one;
    IF granted_sum <> coalesce(escrow, 0) THEN
        RAISE EXCEPTION 'the slots of stock % hold %, the row says %', one, granted_sum, coalesce(escrow, 0)
            USING ERRCODE = 'check_violation', CONSTRAINT = 'slots_are_their_escrow';
    END IF;
    RETURN NULL;
END
$body$;
CREATE CONSTRAINT TRIGGER slots_are_their_escrow_added AFTER INSERT OR DELETE ON inventory_stockslot
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION inventory_slots_are_escrow();
CREATE CONSTRAINT TRIGGER slots_are_their_escrow AFTER UPDATE OF granted ON inventory_stockslot
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.granted <> NEW.granted) EXECUTE FUNCTION inventory_slots_are_escrow();
CREATE CONSTRAINT TRIGGER escrow_is_in_slots AFTER UPDATE OF escrowed ON inventory_stock
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.escrowed <> NEW.escrowed) EXECUTE FUNCTION inventory_slots_are_escrow();
CREATE TRIGGER slot_stays_where_it_is BEFORE UPDATE OF id, stock_id, slot_no OR TRUNCATE ON inventory_stockslot
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

-- A hold ends once: claimed, released or expired. Of an ended one nothing changes.
CREATE FUNCTION inventory_refuse_row() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$body$;
CREATE TRIGGER hold_ends_once BEFORE UPDATE ON inventory_hold FOR EACH ROW
    WHEN (OLD.state <> 'held' OR (NEW.id, NEW.source_ref, NEW.caller_id, NEW.made_at) IS DISTINCT FROM (OLD.id, OLD.source_ref, OLD.caller_id, OLD.made_at))
    EXECUTE FUNCTION inventory_refuse_row('a hold ends once, and stays whose it is');
CREATE TRIGGER hold_is_kept BEFORE DELETE OR TRUNCATE ON inventory_hold FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

-- What left, now with its lot.
DROP TRIGGER shipped_is_frozen ON inventory_shipmentline;
CREATE TRIGGER shipped_is_frozen
    BEFORE UPDATE OF id, shipment_id, order_id, line_id, product_id, stock_id, lot_id, quantity, cost_minor OR DELETE OR TRUNCATE
    ON inventory_shipmentline FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

-- The stock card: every change of a stock row as one ledger. What was shipped is told from its shipment and written nowhere else.
CREATE VIEW inventory_stockcard (stock_id, at, seq, kind, quantity, damaged_change, held_change, value_minor, lot_id, source_ref) AS
SELECT stock_id, occurred_at, id, kind, quantity, damaged_change, held_change, value_minor, lot_id, source_ref FROM inventory_stockmovement
UNION ALL
SELECT l.stock_id, s.shipped_at, l.id, 'shipment', -l.quantity, 0::numeric(18,4), 0::numeric(18,4), -l.cost_minor, l.lot_id, 'shipment_line:' || l.id
  FROM inventory_shipmentline l JOIN inventory_shipment s ON s.id = l.shipment_id WHERE l.stock_id IS NOT NULL;
