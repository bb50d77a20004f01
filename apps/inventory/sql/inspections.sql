-- What was found was found; of a return that waits only what was found of it is counted.
SELECT audit_append_only('inventory_inspectionfinding');
CREATE TRIGGER inspection_is_frozen
    BEFORE UPDATE OF id, goods_return_id, stock_id, lot_id, order_id, line_id, return_ref, quantity, opened_at OR DELETE OR TRUNCATE
    ON inventory_inspection FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
