-- The sender's number was said with the message.
DROP TRIGGER said_is_said ON integrations_warehousemessage;
CREATE TRIGGER said_is_said
    BEFORE UPDATE OF id, connection_id, direction, kind, source_ref, order_id, order_seq, seq, payload, traceparent, created_at OR DELETE OR TRUNCATE
    ON integrations_warehousemessage FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
