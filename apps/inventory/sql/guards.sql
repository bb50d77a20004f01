-- Stock is updated in place all day: half-empty pages keep the new row versions beside the old ones (HOT), without index work.
ALTER TABLE inventory_stock SET (fillfactor = 50);

-- One sequence numbers the shipments of all legal entities: unique for each, never a queue of writers, with gaps.
CREATE SEQUENCE inventory_shipment_number AS bigint;

SELECT audit_append_only('inventory_stockmovement');
SELECT audit_append_only('inventory_goodsreturn');

-- What left has left: of a shipment only the carrier's words may be completed, of its lines only what came back is counted.
CREATE TRIGGER shipped_is_frozen
    BEFORE UPDATE OF id, number, legal_entity_id, warehouse_id, order_id, customer_id, shipped_at, recorded_at, source_ref OR DELETE OR TRUNCATE
    ON inventory_shipment FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER shipped_is_frozen
    BEFORE UPDATE OF id, shipment_id, order_id, line_id, product_id, stock_id, quantity, cost_minor OR DELETE OR TRUNCATE
    ON inventory_shipmentline FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON inventory_warehouse
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
