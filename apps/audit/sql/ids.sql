-- new_id(): a UUIDv7 (RFC 9562) for INSERT … SELECT. PostgreSQL 18 has its own; older servers put the milliseconds before random bits.
DO $body$
BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN
        CREATE FUNCTION new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS 'SELECT uuidv7()';
    ELSE
        CREATE FUNCTION new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $fallback$
            SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
                    || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
        $fallback$;
    END IF;
END
$body$;

-- The smallest UUIDv7 of an instant: the bound of a partition.
CREATE FUNCTION lowest_id_at(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT rpad(lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid
$body$;
