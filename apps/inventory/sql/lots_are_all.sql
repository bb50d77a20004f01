-- The lots of a stock row are all of it. Verbs change the row first and its lots last, in one statement for all of them.
CREATE OR REPLACE FUNCTION inventory_lots_are_all() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    wrong record;
BEGIN
    SELECT s.id, s.on_hand, s.reserved, s.has_lots, sum(l.on_hand) AS lots_on_hand, sum(l.reserved) AS lots_reserved INTO wrong
      FROM inventory_stock s LEFT JOIN inventory_lot l ON l.stock_id = s.id
     WHERE s.id IN (SELECT stock_id FROM touched)
     GROUP BY s.id
    HAVING NOT s.has_lots OR s.on_hand <> coalesce(sum(l.on_hand), 0) OR s.reserved <> coalesce(sum(l.reserved), 0)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the lots of stock % hold % (% reserved), the row % (% reserved)%', wrong.id, coalesce(wrong.lots_on_hand, 0),
            coalesce(wrong.lots_reserved, 0), wrong.on_hand, wrong.reserved, CASE WHEN wrong.has_lots THEN '' ELSE ' and is kept without lots' END
            USING ERRCODE = 'check_violation', CONSTRAINT = 'lots_are_all_of_their_stock';
    END IF;
    RETURN NULL;
END
$body$;
CREATE TRIGGER lots_are_all_of_their_stock_added AFTER INSERT ON inventory_lot REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_lots_are_all();
CREATE TRIGGER lots_are_all_of_their_stock AFTER UPDATE ON inventory_lot REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_lots_are_all();
CREATE TRIGGER lots_are_all_of_their_stock_gone AFTER DELETE ON inventory_lot REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_lots_are_all();
