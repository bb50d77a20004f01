CREATE FUNCTION rulebooks_guard_version() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'rulebooks_version_frozen: a version that is % cannot be deleted', OLD.state
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.rulebook_id, NEW.number, NEW.author_id) IS DISTINCT FROM (OLD.id, OLD.rulebook_id, OLD.number, OLD.author_id)
       OR (OLD.state <> 'draft' AND (NEW.document, NEW.sha256) IS DISTINCT FROM (OLD.document, OLD.sha256)) THEN
        RAISE EXCEPTION 'rulebooks_version_frozen: the text of a version that is % cannot be changed', OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state IN ('active', 'retired') AND (
           (NEW.from_at, NEW.approver_id) IS DISTINCT FROM (OLD.from_at, OLD.approver_id)
           OR NEW.state NOT IN (OLD.state, 'retired')
           OR (OLD.until_at IS NOT NULL AND (NEW.until_at IS NULL OR NEW.until_at > OLD.until_at))
           OR (OLD.state = 'retired' AND NEW.until_at IS DISTINCT FROM OLD.until_at)) THEN
        RAISE EXCEPTION 'rulebooks_version_frozen: a version that is % can only end', OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER guard_version BEFORE UPDATE OR DELETE ON rulebooks_rulebookversion
    FOR EACH ROW EXECUTE FUNCTION rulebooks_guard_version();
ALTER TABLE rulebooks_rulebookversion ENABLE TRIGGER record_change;
