-- AFTER INSERT OR UPDATE OR DELETE … FOR EACH ROW EXECUTE FUNCTION audit_record_change('column', …): records the changed columns of a row.
-- Columns named as arguments are redacted: that they changed is kept, what they held is not. An update that changes nothing leaves no row.
CREATE FUNCTION audit_record_change() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    hidden text[] := coalesce(TG_ARGV::text[], '{}');
    was jsonb;
    now_is jsonb;
BEGIN
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY (hidden) THEN '"redacted"' ELSE old_row -> key END) FILTER (WHERE old_row ? key),
           jsonb_object_agg(key, CASE WHEN key = ANY (hidden) THEN '"redacted"' ELSE new_row -> key END) FILTER (WHERE new_row ? key)
      INTO was, now_is
      FROM jsonb_object_keys(old_row || new_row) AS key
     WHERE old_row -> key IS DISTINCT FROM new_row -> key;
    IF was IS NULL AND now_is IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit_changerecord (id, table_name, row_id, operation, before, after, actor_id)
    VALUES (new_id(), TG_TABLE_NAME, coalesce(new_row ->> 'id', old_row ->> 'id', new_row ->> 'code', old_row ->> 'code', ''),
            lower(TG_OP), was, now_is, nullif(current_setting('ordercash.actor_id', true), '')::uuid);
    RETURN NULL;
END
$body$;
