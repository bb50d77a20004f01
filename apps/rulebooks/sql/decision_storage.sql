-- A decision of up to 4 kB stays in its row as it is: compressing one takes longer than all the rest of writing it. Longer ones, of
-- orders of many lines, are compressed as PostgreSQL does it.
DO $body$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'rulebooks_decision'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET (toast_tuple_target = 4080)', part);
    END LOOP;
END
$body$;
