-- What a connection is, is written down when a person changes it; how it is doing, changes all day.
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE OF warehouse_id, base_url, secret_name, is_active, shares_stock, timeout_ms, most_attempts
    ON integrations_warehouseconnection FOR EACH ROW EXECUTE FUNCTION audit_record_change();

-- What was said stays said: only how far a message got is noted on it.
CREATE TRIGGER said_is_said
    BEFORE UPDATE OF id, connection_id, direction, kind, source_ref, order_id, order_seq, payload, traceparent, created_at OR DELETE OR TRUNCATE
    ON integrations_warehousemessage FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
