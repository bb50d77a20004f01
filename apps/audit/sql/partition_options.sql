-- As before, and a new partition has the storage options of the DEFAULT one: PostgreSQL passes none on from the partitioned table.
CREATE OR REPLACE FUNCTION audit_add_partition(target regclass, part text, first_id uuid, until_id uuid) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    spare text := target::text || '_default';
    waiting boolean;
    options text;
BEGIN
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', target);
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE id >= %L AND id < %L)', spare, first_id, until_id) INTO waiting;
    IF waiting THEN
        EXECUTE format('ALTER TABLE %s DETACH PARTITION %I', target, spare);
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', part, target, first_id, until_id);
    SELECT string_agg(format('%I = %L', option_name, option_value), ', ') INTO options
      FROM pg_class, pg_options_to_table(reloptions) WHERE oid = quote_ident(spare)::regclass;
    IF options IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %I SET (%s)', part, options);
    END IF;
    IF waiting THEN
        EXECUTE format('WITH moved AS (DELETE FROM %I WHERE id >= %L AND id < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                       spare, first_id, until_id, part);
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I DEFAULT', target, spare);
    END IF;
    PERFORM audit_guard_partition(target, part::regclass);
END
$body$;
