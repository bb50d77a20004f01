-- A version's text is frozen once it leaves the draft; only an approved version of the same rulebook is put in force, and an activation
-- can only end, or end earlier.
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
    IF OLD.state = 'approved' AND (NEW.state, NEW.approver_id) IS DISTINCT FROM (OLD.state, OLD.approver_id) THEN
        RAISE EXCEPTION 'rulebooks_version_frozen: a version that is approved stays approved'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER guard_version BEFORE UPDATE OR DELETE ON rulebooks_rulebookversion
    FOR EACH ROW EXECUTE FUNCTION rulebooks_guard_version();
ALTER TABLE rulebooks_rulebookversion ENABLE TRIGGER record_change;

CREATE FUNCTION rulebooks_guard_activation() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    asked rulebooks_rulebookversion%ROWTYPE;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'rulebooks_activation_frozen: an activation is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO asked FROM rulebooks_rulebookversion WHERE id = NEW.version_id FOR SHARE;
        IF asked.state IS DISTINCT FROM 'approved' OR asked.rulebook_id IS DISTINCT FROM NEW.rulebook_id THEN
            RAISE EXCEPTION 'rulebooks_activation_unapproved: only an approved version of its own rulebook is put in force'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (to_jsonb(NEW) - 'until_at') <> (to_jsonb(OLD) - 'until_at')
       OR (OLD.until_at IS NOT NULL AND (NEW.until_at IS NULL OR NEW.until_at > OLD.until_at)) THEN
        RAISE EXCEPTION 'rulebooks_activation_frozen: an activation can only end, or end earlier'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER guard_activation BEFORE INSERT OR UPDATE OR DELETE ON rulebooks_activation
    FOR EACH ROW EXECUTE FUNCTION rulebooks_guard_activation();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON rulebooks_activation
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();

SELECT audit_append_only('rulebooks_versioncomment');
