-- What stands behind an approval or an activation cannot be changed after the fact: a scenario is replaced and retired, a report that is
-- done stays as it is.
CREATE FUNCTION rulebooks_guard_scenario() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - 'retired_at') <> (to_jsonb(OLD) - 'retired_at')
       OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS DISTINCT FROM OLD.retired_at) THEN
        RAISE EXCEPTION 'rulebooks_scenario_frozen: a scenario can only be retired, and another take its name'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER guard_scenario BEFORE UPDATE OR DELETE ON rulebooks_scenario
    FOR EACH ROW EXECUTE FUNCTION rulebooks_guard_scenario();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON rulebooks_scenario
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();

ALTER TABLE rulebooks_backtest ADD CONSTRAINT back_test_hash_is_sha256 CHECK (length(sha256) = 32);

CREATE FUNCTION rulebooks_guard_back_test() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    asked CONSTANT text[] := '{id,version_id,sha256,since_at,until_at,most,requested_by,requested_at}';
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state = 'done' THEN
        RAISE EXCEPTION 'rulebooks_back_test_frozen: a back-test that is % cannot be changed', OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM unnest(asked) AS name WHERE to_jsonb(NEW) -> name IS DISTINCT FROM to_jsonb(OLD) -> name) THEN
        RAISE EXCEPTION 'rulebooks_back_test_frozen: what a back-test was asked for cannot be changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER guard_back_test BEFORE UPDATE OR DELETE ON rulebooks_backtest
    FOR EACH ROW EXECUTE FUNCTION rulebooks_guard_back_test();

-- Once per statement, on the set that it touched: a chunk of a back-test writes hundreds of rows.
CREATE FUNCTION rulebooks_guard_report() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF EXISTS (SELECT 1 FROM touched JOIN rulebooks_backtest b ON b.id = touched.back_test_id WHERE b.state = 'done') THEN
        RAISE EXCEPTION 'rulebooks_back_test_frozen: the report of a back-test that is done cannot be changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$body$;
CREATE TRIGGER guard_report_insert AFTER INSERT ON rulebooks_backtestfigure
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION rulebooks_guard_report();
CREATE TRIGGER guard_report_update AFTER UPDATE ON rulebooks_backtestfigure
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION rulebooks_guard_report();
CREATE TRIGGER guard_report_delete AFTER DELETE ON rulebooks_backtestfigure
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION rulebooks_guard_report();
CREATE TRIGGER guard_report_insert AFTER INSERT ON rulebooks_backtestchange
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION rulebooks_guard_report();
CREATE TRIGGER guard_report_update AFTER UPDATE ON rulebooks_backtestchange
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION rulebooks_guard_report();
CREATE TRIGGER guard_report_delete AFTER DELETE ON rulebooks_backtestchange
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION rulebooks_guard_report();
