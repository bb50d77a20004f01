-- What was taken of a quota is what is reserved out of it and what left out of it, whichever verb wrote it. Nobody else pays for it.
CREATE FUNCTION inventory_count_quota() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.quota_id IS NOT DISTINCT FROM OLD.quota_id THEN
        UPDATE inventory_quota SET taken = taken + NEW.quantity - OLD.quantity WHERE id = NEW.quota_id;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        UPDATE inventory_quota SET taken = taken - OLD.quantity WHERE id = OLD.quota_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE inventory_quota SET taken = taken + NEW.quantity WHERE id = NEW.quota_id;
    END IF;
    RETURN NULL;
END
$body$;
CREATE TRIGGER count_quota_added AFTER INSERT ON inventory_reservation
    FOR EACH ROW WHEN (NEW.quota_id IS NOT NULL) EXECUTE FUNCTION inventory_count_quota();
CREATE TRIGGER count_quota AFTER UPDATE OF quantity, quota_id ON inventory_reservation
    FOR EACH ROW WHEN (OLD.quota_id IS NOT NULL OR NEW.quota_id IS NOT NULL) EXECUTE FUNCTION inventory_count_quota();
CREATE TRIGGER count_quota_gone AFTER DELETE ON inventory_reservation
    FOR EACH ROW WHEN (OLD.quota_id IS NOT NULL) EXECUTE FUNCTION inventory_count_quota();
CREATE TRIGGER count_quota_left AFTER INSERT ON inventory_shipmentline
    FOR EACH ROW WHEN (NEW.quota_id IS NOT NULL) EXECUTE FUNCTION inventory_count_quota();

-- What was reserved or left before is counted once.
UPDATE inventory_quota q SET taken = (SELECT coalesce(sum(r.quantity), 0) FROM inventory_reservation r WHERE r.quota_id = q.id)
 WHERE q.taken <> (SELECT coalesce(sum(r.quantity), 0) FROM inventory_reservation r WHERE r.quota_id = q.id);

DROP TRIGGER shipped_is_frozen ON inventory_shipmentline;
CREATE TRIGGER shipped_is_frozen
    BEFORE UPDATE OF id, shipment_id, order_id, line_id, product_id, stock_id, lot_id, quota_id, quantity, cost_minor OR DELETE OR TRUNCATE
    ON inventory_shipmentline FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

-- What a line of this channel can get of a product at an instant: what may be sold, less what is kept there for other channels, less what
-- is kept for them wherever it lies. The same as decisions/sharing/pools.py works out.
CREATE FUNCTION inventory_quota_room(entity uuid, product uuid, for_channel text, at timestamptz) RETURNS numeric
LANGUAGE sql STABLE AS $body$
    WITH kept AS MATERIALIZED (
        SELECT q.warehouse_id, sum(q.quantity - q.taken) AS rest
          FROM masterdata_legalentity e
          JOIN inventory_quota q ON q.legal_entity_id = e.id AND q.product_id = product AND q.channel <> for_channel
           AND q.from_on <= (at AT TIME ZONE e.time_zone)::date AND q.release_on > (at AT TIME ZONE e.time_zone)::date
         WHERE e.id = entity GROUP BY q.warehouse_id
    )
    SELECT greatest(coalesce(sum(greatest(s.sellable - coalesce(k.rest, 0), 0)), 0)
                    - coalesce((SELECT rest FROM kept WHERE warehouse_id IS NULL), 0), 0)
      FROM (SELECT s.warehouse_id,
                   greatest(CASE WHEN s.synced_at IS NULL THEN s.free
                                 ELSE s.free - inventory_held_back(s.id, s.free, s.synced_at, s.sale_rate) END, 0) AS sellable
              FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.is_active
             WHERE s.product_id = product AND w.legal_entity_id = entity) s
      LEFT JOIN kept k ON k.warehouse_id = s.warehouse_id
$body$;
