-- Posted facts are never edited. A trigger with this function refuses the statement, whoever sends it.
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows are facts and are only added', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$body$;

-- Makes a table append-only. Statement triggers are not inherited by partitions, row triggers are: a partitioned table gets both.
CREATE FUNCTION audit_append_only(target regclass) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    part regclass;
BEGIN
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
                   'FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', target);
    IF (SELECT relkind = 'p' FROM pg_class WHERE oid = target) THEN
        EXECUTE format('CREATE TRIGGER append_only_row BEFORE UPDATE OR DELETE ON %s '
                       'FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()', target);
        FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = target LOOP
            PERFORM audit_guard_partition(target, part);
        END LOOP;
    END IF;
END
$body$;

-- A partition of an append-only table refuses TRUNCATE by its own name too.
CREATE FUNCTION audit_guard_partition(target regclass, part regclass) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = target AND tgname = 'append_only')
       AND NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = part AND tgname = 'append_only') THEN
        EXECUTE format('CREATE TRIGGER append_only BEFORE TRUNCATE ON %s '
                       'FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', part);
    END IF;
END
$body$;
