-- Turns a new, empty table into one partitioned by month on its UUIDv7 `id`, with the same columns, constraints and indexes by name,
-- a DEFAULT partition so that no row is ever refused, and partitions for this month and the next three.
CREATE FUNCTION audit_partition_by_month(target regclass) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    table_name text := target::text;
    filled boolean;
    remake text[];
    piece text;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', target) INTO filled;
    IF filled THEN
        RAISE EXCEPTION '% has rows; only an empty table can be partitioned', table_name;
    END IF;
    SELECT array_agg(ddl ORDER BY rank) INTO remake FROM (
        SELECT 1 AS rank, format('ALTER TABLE %s ADD CONSTRAINT %I %s', table_name, conname, pg_get_constraintdef(oid)) AS ddl
          FROM pg_constraint WHERE conrelid = target AND contype IN ('p', 'u', 'c')
        UNION ALL
        SELECT 2, pg_get_indexdef(indexrelid) FROM pg_index
         WHERE indrelid = target AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
    ) AS pieces;
    EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE) PARTITION BY RANGE (id)',
                   table_name || '_new', table_name);
    EXECUTE format('DROP TABLE %s', table_name);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', table_name || '_new', table_name);
    FOREACH piece IN ARRAY remake LOOP
        EXECUTE piece;
    END LOOP;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', table_name || '_default', table_name);
    PERFORM audit_make_partitions(table_name::regclass, now(), 4);
END
$body$;

-- Makes the missing monthly partitions, from the month of `since` on; returns the names of those it made. Months are UTC.
-- Rows that waited in the DEFAULT partition for a month that now gets its own are moved there.
CREATE FUNCTION audit_make_partitions(target regclass, since timestamptz, months int) RETURNS SETOF text LANGUAGE plpgsql AS $body$
DECLARE
    first_at timestamptz;
    until_at timestamptz;
    part text;
BEGIN
    FOR step IN 0 .. months - 1 LOOP
        first_at := (date_trunc('month', since AT TIME ZONE 'UTC') + make_interval(months => step)) AT TIME ZONE 'UTC';
        until_at := (date_trunc('month', since AT TIME ZONE 'UTC') + make_interval(months => step + 1)) AT TIME ZONE 'UTC';
        part := target::text || to_char(first_at AT TIME ZONE 'UTC', '"_y"YYYY"m"MM');
        IF to_regclass(quote_ident(part)) IS NULL THEN
            PERFORM audit_add_partition(target, part, lowest_id_at(first_at), lowest_id_at(until_at));
            RETURN NEXT part;
        END IF;
    END LOOP;
END
$body$;

CREATE FUNCTION audit_add_partition(target regclass, part text, first_id uuid, until_id uuid) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    spare text := target::text || '_default';
    waiting boolean;
BEGIN
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', target);
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE id >= %L AND id < %L)', spare, first_id, until_id) INTO waiting;
    IF waiting THEN
        EXECUTE format('ALTER TABLE %s DETACH PARTITION %I', target, spare);
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', part, target, first_id, until_id);
    IF waiting THEN
        EXECUTE format('WITH moved AS (DELETE FROM %I WHERE id >= %L AND id < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                       spare, first_id, until_id, part);
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I DEFAULT', target, spare);
    END IF;
    PERFORM audit_guard_partition(target, part::regclass);
END
$body$;
