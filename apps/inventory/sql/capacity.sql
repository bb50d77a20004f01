-- Marks the reservations of these lines as counted on a day, counts those that were not counted before, and refuses a day that would have
-- more than it can hold: who chose it while there was room begins anew, and sees it full.
CREATE FUNCTION inventory_plan_picks(lines uuid[], products uuid[], warehouses uuid[], days date[], most integer[])
RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    WITH marked AS (
        UPDATE inventory_reservation r SET planned_on = p.day
          FROM unnest(lines, products, warehouses, days) AS p (line_id, product_id, warehouse_id, day)
         WHERE r.line_id = p.line_id AND r.product_id = p.product_id AND r.warehouse_id = p.warehouse_id
           AND r.planned_on IS NULL AND r.lot_id IS NULL AND r.slot_no IS NULL
        RETURNING r.warehouse_id, p.day
    )
    INSERT INTO inventory_capacityday AS c (id, warehouse_id, day, planned)
    SELECT new_id(), m.warehouse_id, m.day, count(*) FROM marked m GROUP BY m.warehouse_id, m.day ORDER BY m.warehouse_id, m.day
    ON CONFLICT (warehouse_id, day) DO UPDATE SET planned = c.planned + excluded.planned;
    IF EXISTS (SELECT FROM unnest(warehouses, days, most) AS p (warehouse_id, day, most)
                 JOIN inventory_capacityday c ON c.warehouse_id = p.warehouse_id AND c.day = p.day AND c.planned > p.most) THEN
        RAISE EXCEPTION 'the day of a warehouse was filled meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
END
$body$;
