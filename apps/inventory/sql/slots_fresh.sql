-- Takes a quantity out of one slot of the first warehouse that has it all, and says which; answers nothing when no single slot has
-- it: then the whole row decides, under its lock. A slot that nobody holds is preferred, each connection beginning at another one;
-- only when all that have enough are held, one is waited for. Who holds something else as well (`alone` is false) must not wait for a
-- row then: it begins anew. Of a shelf that others sell from nothing is taken here: what they may have sold is known to its row alone.
CREATE OR REPLACE FUNCTION inventory_take_slot(entity uuid, product uuid, wanted numeric, alone boolean)
RETURNS TABLE (from_stock uuid, from_warehouse uuid, from_slot smallint) LANGUAGE plpgsql AS $body$
DECLARE
    largest numeric;
BEGIN
    SELECT s.id, s.warehouse_id, CASE WHEN s.synced_at IS NULL THEN x.largest END INTO from_stock, from_warehouse, largest
      FROM inventory_warehouse w JOIN inventory_stock s ON s.product_id = product AND s.warehouse_id = w.id AND s.handling = 'slots'
     CROSS JOIN LATERAL (SELECT max(l.granted - l.taken) AS largest, coalesce(sum(l.granted - l.taken), 0) AS rest
                           FROM inventory_stockslot l WHERE l.stock_id = s.id) x
     WHERE w.legal_entity_id = entity AND w.is_active AND greatest(s.free, 0) + x.rest >= wanted
     ORDER BY w.priority, w.code LIMIT 1;
    IF largest >= wanted THEN
        FOR attempt IN 1..3 LOOP
            -- A slot that somebody took from while we waited stays locked by us although it no longer has enough. So each attempt that
            -- gets nothing lets everything go, and nobody holds one slot of a row while waiting for another.
            BEGIN
                IF attempt = 1 THEN
                    UPDATE inventory_stockslot SET taken = taken + wanted
                     WHERE id = (SELECT l.id FROM inventory_stockslot l WHERE l.stock_id = from_stock AND l.granted - l.taken >= wanted
                                  ORDER BY (l.slot_no + pg_backend_pid()) % 16, l.slot_no LIMIT 1 FOR UPDATE SKIP LOCKED)
                    RETURNING slot_no INTO from_slot;
                ELSE
                    UPDATE inventory_stockslot SET taken = taken + wanted
                     WHERE granted - taken >= wanted
                       AND id = (SELECT l.id FROM inventory_stockslot l WHERE l.stock_id = from_stock AND l.granted - l.taken >= wanted
                                  ORDER BY (l.slot_no + pg_backend_pid()) % 16, l.slot_no LIMIT 1)
                    RETURNING slot_no INTO from_slot;
                END IF;
                IF from_slot IS NULL THEN
                    RAISE EXCEPTION 'nothing was taken' USING ERRCODE = 'OC001';
                END IF;
                EXIT;
            EXCEPTION WHEN SQLSTATE 'OC001' THEN
                from_slot := NULL;
            END;
        END LOOP;
    END IF;
    IF from_slot IS NOT NULL THEN
        RETURN NEXT;
    ELSIF NOT alone THEN
        RAISE EXCEPTION 'the slots of product % ran dry meanwhile', product USING ERRCODE = 'serialization_failure';
    END IF;
END
$body$;
