-- What lies in lots is written by the facts that name lots: reservations, movements and what was shipped. Whoever writes them has locked
-- the stock row, so lots need no lock of their own. Facts that name no lot never come here.
CREATE FUNCTION inventory_change_lot(lot uuid, stock uuid, came numeric, promised numeric, held numeric, broken numeric) RETURNS void
LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE inventory_lot l SET on_hand = l.on_hand + came, reserved = l.reserved + promised, blocked = l.blocked + held + broken,
           damaged = l.damaged + broken
     WHERE l.id = lot AND l.stock_id = stock;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'lot % is none of stock %', lot, stock USING ERRCODE = 'check_violation', CONSTRAINT = 'lot_of_its_stock';
    END IF;
END
$body$;

CREATE FUNCTION inventory_lot_promised() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM inventory_change_lot(NEW.lot_id, NEW.stock_id, 0, NEW.quantity, 0, 0);
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM inventory_change_lot(OLD.lot_id, OLD.stock_id, 0, -OLD.quantity, 0, 0);
    ELSE
        PERFORM inventory_change_lot(NEW.lot_id, NEW.stock_id, 0, NEW.quantity - OLD.quantity, 0, 0);
    END IF;
    RETURN NULL;
END
$body$;
CREATE TRIGGER lot_is_promised AFTER INSERT ON inventory_reservation
    FOR EACH ROW WHEN (NEW.lot_id IS NOT NULL) EXECUTE FUNCTION inventory_lot_promised();
CREATE TRIGGER lot_is_promised_otherwise AFTER UPDATE OF quantity ON inventory_reservation
    FOR EACH ROW WHEN (NEW.lot_id IS NOT NULL AND OLD.quantity <> NEW.quantity) EXECUTE FUNCTION inventory_lot_promised();
CREATE TRIGGER lot_is_promised_no_more AFTER DELETE ON inventory_reservation
    FOR EACH ROW WHEN (OLD.lot_id IS NOT NULL) EXECUTE FUNCTION inventory_lot_promised();
CREATE TRIGGER reservation_keeps_its_lot BEFORE UPDATE OF lot_id, stock_id ON inventory_reservation
    FOR EACH ROW WHEN (OLD.lot_id IS DISTINCT FROM NEW.lot_id OR (NEW.lot_id IS NOT NULL AND OLD.stock_id IS DISTINCT FROM NEW.stock_id))
    EXECUTE FUNCTION inventory_refuse_row('a reservation keeps its lot');

CREATE FUNCTION inventory_lot_moved() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM inventory_change_lot(NEW.lot_id, NEW.stock_id, NEW.quantity, 0, NEW.held_change, NEW.damaged_change);
    RETURN NULL;
END
$body$;
CREATE TRIGGER lot_is_moved AFTER INSERT ON inventory_stockmovement
    FOR EACH ROW WHEN (NEW.lot_id IS NOT NULL) EXECUTE FUNCTION inventory_lot_moved();

CREATE FUNCTION inventory_lot_shipped() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM inventory_change_lot(NEW.lot_id, NEW.stock_id, -NEW.quantity, 0, 0, 0);
    RETURN NULL;
END
$body$;
CREATE TRIGGER lot_is_shipped AFTER INSERT ON inventory_shipmentline
    FOR EACH ROW WHEN (NEW.lot_id IS NOT NULL) EXECUTE FUNCTION inventory_lot_shipped();

-- The lots of a stock row are all of it, also what is set aside: looked at when the transaction ends.
DROP TRIGGER lots_are_all_of_their_stock_added ON inventory_lot;
DROP TRIGGER lots_are_all_of_their_stock ON inventory_lot;
DROP TRIGGER lots_are_all_of_their_stock_gone ON inventory_lot;
CREATE OR REPLACE FUNCTION inventory_lots_are_all() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    one uuid;
    wrong record;
BEGIN
    IF TG_TABLE_NAME = 'inventory_stock' THEN
        one := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        one := OLD.stock_id;
    ELSE
        one := NEW.stock_id;
    END IF;
    SELECT s.id, s.on_hand, s.reserved, s.damaged, s.on_hold, s.has_lots, coalesce(l.on_hand, 0) AS lots_on_hand,
           coalesce(l.reserved, 0) AS lots_reserved, coalesce(l.blocked, 0) AS lots_blocked, coalesce(l.damaged, 0) AS lots_damaged,
           l.lots INTO wrong
      FROM inventory_stock s
     CROSS JOIN LATERAL (SELECT count(*) AS lots, sum(on_hand) AS on_hand, sum(reserved) AS reserved, sum(blocked) AS blocked,
                                sum(damaged) AS damaged FROM inventory_lot WHERE stock_id = s.id) l
     WHERE s.id = one;
    IF NOT wrong.has_lots AND (wrong.lots_on_hand <> 0 OR wrong.lots_reserved <> 0 OR TG_TABLE_NAME = 'inventory_lot') OR wrong.has_lots
       AND (wrong.on_hand, wrong.reserved, wrong.damaged, wrong.damaged + wrong.on_hold)
           <> (wrong.lots_on_hand, wrong.lots_reserved, wrong.lots_damaged, wrong.lots_blocked) THEN
        RAISE EXCEPTION 'the lots of stock % hold % (% reserved, % blocked), the row % (% reserved, % blocked)%', wrong.id,
            wrong.lots_on_hand, wrong.lots_reserved, wrong.lots_blocked, wrong.on_hand, wrong.reserved, wrong.damaged + wrong.on_hold,
            CASE WHEN wrong.has_lots THEN '' ELSE ' and is kept without lots' END
            USING ERRCODE = 'check_violation', CONSTRAINT = 'lots_are_all_of_their_stock';
    END IF;
    RETURN NULL;
END
$body$;
CREATE CONSTRAINT TRIGGER lots_are_all_of_their_stock AFTER INSERT OR UPDATE OR DELETE ON inventory_lot
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION inventory_lots_are_all();
CREATE CONSTRAINT TRIGGER stock_is_all_in_lots AFTER UPDATE OF on_hand, reserved, damaged, on_hold, has_lots ON inventory_stock
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.has_lots OR OLD.has_lots) EXECUTE FUNCTION inventory_lots_are_all();

-- Whether a product is kept in lots can change while none of it lies anywhere, and then changes all of its stock rows.
CREATE FUNCTION inventory_follow_lots() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM FROM inventory_stock WHERE product_id = NEW.id ORDER BY id FOR UPDATE;
    IF EXISTS (SELECT FROM inventory_stock WHERE product_id = NEW.id
                  AND (on_hand <> 0 OR reserved <> 0 OR (NEW.tracks_lots AND handling NOT IN ('conditional', 'row_lock')))) THEN
        RAISE EXCEPTION 'product % lies in stock, is reserved or is dealt out to slots', NEW.sku
            USING ERRCODE = 'check_violation', CONSTRAINT = 'product_lots_without_stock';
    END IF;
    UPDATE inventory_stock SET has_lots = NEW.tracks_lots WHERE product_id = NEW.id AND has_lots <> NEW.tracks_lots;
    RETURN NEW;
END
$body$;
CREATE TRIGGER stock_follows_lots BEFORE UPDATE OF tracks_lots ON masterdata_product
    FOR EACH ROW WHEN (OLD.tracks_lots <> NEW.tracks_lots) EXECUTE FUNCTION inventory_follow_lots();
