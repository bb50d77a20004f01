-- An approval is compared with the rule of approval in force, with the roles of the approver, and with what the report moves.
CREATE FUNCTION rulebooks_minor_units(currency text) RETURNS numeric IMMUTABLE LANGUAGE sql AS $body$
    SELECT CASE WHEN currency = ANY ('{BIF,CLP,DJF,GNF,ISK,JPY,KMF,KRW,PYG,RWF,UGX,UYI,VND,VUV,XAF,XOF,XPF}') THEN 1
                WHEN currency = ANY ('{BHD,IQD,JOD,KWD,LYD,OMR,TND}') THEN 1000
                WHEN currency = ANY ('{CLF,UYW}') THEN 10000 ELSE 100 END
$body$;

-- The first rule for a kind in the approval limits in force: of the legal entity before those of everybody.
CREATE FUNCTION rulebooks_rule_of_approval(wanted text, entity uuid, at timestamptz, OUT version_id uuid, OUT rule jsonb)
LANGUAGE sql STABLE AS $body$
    WITH limits AS (
        SELECT v.id, v.document::jsonb AS document FROM rulebooks_rulebook r
          JOIN rulebooks_activation a ON a.rulebook_id = r.id AND a.from_at <= at AND (a.until_at IS NULL OR a.until_at > at)
          JOIN rulebooks_rulebookversion v ON v.id = a.version_id
         WHERE r.kind = 'rulebooks.approval' AND (r.legal_entity_id IS NULL OR r.legal_entity_id = entity)
         ORDER BY r.legal_entity_id NULLS LAST LIMIT 1)
    SELECT limits.id, each.rule FROM limits, jsonb_array_elements(limits.document -> 'rules') WITH ORDINALITY AS each(rule, place)
     WHERE EXISTS (SELECT 1 FROM jsonb_array_elements_text(each.rule -> 'kinds') AS pattern
                    WHERE wanted LIKE replace(replace(replace(replace(pattern, '\', '\\'), '_', '\_'), '*', '%'), '?', '_'))
     ORDER BY each.place LIMIT 1
$body$;

CREATE FUNCTION rulebooks_amounts(most jsonb) RETURNS jsonb IMMUTABLE LANGUAGE sql AS $body$
    SELECT CASE WHEN jsonb_typeof(most) = 'object'
                THEN (SELECT coalesce(jsonb_object_agg(key, value::numeric), '{}') FROM jsonb_each_text(most)) END
$body$;

CREATE FUNCTION rulebooks_guard_approval() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    approved rulebooks_rulebookversion%ROWTYPE;
    book rulebooks_rulebook%ROWTYPE;
    tried rulebooks_backtest%ROWTYPE;
    demanded record;
    own jsonb;
    moves jsonb := '{}';
BEGIN
    SELECT * INTO approved FROM rulebooks_rulebookversion WHERE id = NEW.version_id FOR SHARE;
    SELECT * INTO book FROM rulebooks_rulebook WHERE id = approved.rulebook_id;
    IF NEW.approver_id = approved.author_id OR NEW.sha256 IS DISTINCT FROM approved.sha256 THEN
        RAISE EXCEPTION 'rulebooks_approval_wrong: the author does not approve, and nobody approves another text'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.basis = 'installation' AND approved.author_id = '00000000-0000-0000-0000-000000000000'
       AND NEW.approver_id = '00000000-0000-0000-0000-000000000001' AND NEW.report_id IS NULL THEN
        RETURN NEW;
    END IF;
    IF NEW.basis <> 'person' OR approved.state <> 'in_review' THEN
        RAISE EXCEPTION 'rulebooks_approval_wrong: somebody approves what is in review' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.report_id IS NOT NULL THEN
        SELECT * INTO tried FROM rulebooks_backtest WHERE id = NEW.report_id;
        IF tried.state <> 'done' OR tried.version_id <> NEW.version_id OR tried.sha256 <> NEW.sha256 OR NEW.covered > tried.seen THEN
            RAISE EXCEPTION 'rulebooks_approval_report: the report is not a finished one of this text that saw as much'
                USING ERRCODE = 'restrict_violation';
        END IF;
        SELECT coalesce(jsonb_object_agg(currency, minor), '{}') INTO moves
          FROM (SELECT currency, sum(abs(delta_minor)) AS minor FROM rulebooks_backtestchange
                 WHERE back_test_id = NEW.report_id AND currency <> '' GROUP BY currency) AS by_currency;
    END IF;
    IF NEW.moved IS DISTINCT FROM moves OR (NEW.report_id IS NULL AND NEW.covered > 0) THEN
        RAISE EXCEPTION 'rulebooks_approval_report: the report says otherwise' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO demanded FROM rulebooks_rule_of_approval(book.kind, book.legal_entity_id, NEW.recorded_at);
    IF NEW.rule_version_id IS DISTINCT FROM demanded.version_id THEN
        RAISE EXCEPTION 'rulebooks_approval_limit: the approval goes by other limits than those in force'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF demanded.version_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT each INTO own FROM jsonb_array_elements(demanded.rule -> 'limits') AS each WHERE each ->> 'role' = NEW.role;
    IF own IS NULL OR rulebooks_amounts(own -> 'most') IS DISTINCT FROM rulebooks_amounts(NEW.most) THEN
        RAISE EXCEPTION 'rulebooks_approval_limit: the limits in force say otherwise of the role %', NEW.role
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM masterdata_user u WHERE u.id = NEW.approver_id AND u.is_active AND (u.is_superuser OR EXISTS (
           SELECT 1 FROM masterdata_user_groups m JOIN auth_group g ON g.id = m.group_id WHERE m.user_id = u.id AND g.name = NEW.role))) THEN
        RAISE EXCEPTION 'rulebooks_approval_limit: the approver does not hold the role %', NEW.role USING ERRCODE = 'restrict_violation';
    END IF;
    IF jsonb_typeof(NEW.most) = 'object' AND EXISTS (
           SELECT 1 FROM jsonb_each_text(NEW.moved) AS each(currency, minor)
            WHERE minor::numeric > coalesce((NEW.most ->> currency)::numeric, 0) * rulebooks_minor_units(currency)) THEN
        RAISE EXCEPTION 'rulebooks_approval_limit: it moves more than the role % may approve', NEW.role
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;

-- What was approved before is kept as such; from now on nothing is.
INSERT INTO rulebooks_approval (id, version_id, sha256, basis, approver_id, role, needed, covered, moved, recorded_at)
SELECT new_id(), v.id, v.sha256, CASE WHEN v.approver_id = '00000000-0000-0000-0000-000000000001' THEN 'installation' ELSE 'before' END,
       v.approver_id, '', 0, 0, '{}', v.recorded_at
  FROM rulebooks_rulebookversion v WHERE v.state = 'approved';
SET CONSTRAINTS ALL IMMEDIATE;

CREATE TRIGGER guard_approval BEFORE INSERT ON rulebooks_approval
    FOR EACH ROW EXECUTE FUNCTION rulebooks_guard_approval();
SELECT audit_append_only('rulebooks_approval');
SELECT audit_append_only('rulebooks_gaterun');

-- No version is approved without its approval, however it came to be. Asked when the transaction ends: each refers to the other.
CREATE FUNCTION rulebooks_require_approval() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM rulebooks_approval a
                    WHERE a.version_id = NEW.id AND a.approver_id = NEW.approver_id AND a.sha256 = NEW.sha256) THEN
        RAISE EXCEPTION 'rulebooks_version_unapproved: a version is approved by its approval' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$body$;
CREATE CONSTRAINT TRIGGER require_approval AFTER INSERT OR UPDATE ON rulebooks_rulebookversion DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state = 'approved') EXECUTE FUNCTION rulebooks_require_approval();
