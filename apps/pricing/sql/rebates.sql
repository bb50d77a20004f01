-- The WHEN clauses are evaluated without entering PL/pgSQL.
CREATE FUNCTION pricing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$body$;

-- An agreement begins as a draft; what was approved stays as it was approved, except that it may end, earlier than agreed.
CREATE TRIGGER rebate_begins_as_draft BEFORE INSERT ON pricing_rebateagreement FOR EACH ROW
    WHEN (NEW.state <> 'draft')
    EXECUTE FUNCTION pricing_refuse_change('an agreement begins as a draft');
CREATE TRIGGER rebate_is_frozen BEFORE UPDATE ON pricing_rebateagreement FOR EACH ROW
    WHEN (OLD.state <> 'draft'
          AND ((NEW.id, NEW.code, NEW.customer_id, NEW.customer_group_id, NEW.legal_entity_id, NEW.currency, NEW.from_date, NEW.basis,
                NEW.reward, NEW.is_retrospective, NEW.scope, NEW.category, NEW.settlement, NEW.author_id, NEW.approver_id, NEW.approved_at)
               IS DISTINCT FROM
               (OLD.id, OLD.code, OLD.customer_id, OLD.customer_group_id, OLD.legal_entity_id, OLD.currency, OLD.from_date, OLD.basis,
                OLD.reward, OLD.is_retrospective, OLD.scope, OLD.category, OLD.settlement, OLD.author_id, OLD.approver_id, OLD.approved_at)
               OR NEW.state = 'draft' OR (OLD.state = 'ended' AND NEW.state <> 'ended')
               OR (NEW.until_date IS DISTINCT FROM OLD.until_date
                   AND NOT (OLD.state = 'approved' AND NEW.state = 'ended'
                            AND (OLD.until_date IS NULL OR NEW.until_date < OLD.until_date)))))
    EXECUTE FUNCTION pricing_refuse_change('what was approved stays as it is; it can only end earlier');
CREATE TRIGGER rebate_is_kept BEFORE DELETE ON pricing_rebateagreement FOR EACH ROW
    WHEN (OLD.state <> 'draft')
    EXECUTE FUNCTION pricing_refuse_change('what was approved is kept');

-- Nothing is approved without tiers, with more than the whole price, or about named products without naming one.
CREATE FUNCTION pricing_refuse_incomplete_rebate() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NOT EXISTS (SELECT FROM pricing_rebatetier WHERE agreement_id = NEW.id) THEN
        RAISE EXCEPTION 'agreement % has no tier', NEW.code USING ERRCODE = 'check_violation', CONSTRAINT = 'rebate_has_tiers';
    END IF;
    IF NEW.reward = 'percent' AND EXISTS (SELECT FROM pricing_rebatetier WHERE agreement_id = NEW.id AND rate > 100) THEN
        RAISE EXCEPTION 'agreement % gives more than the price', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rebate_within_price';
    END IF;
    IF (NEW.scope = 'products') <> EXISTS (SELECT FROM pricing_rebateproduct WHERE agreement_id = NEW.id) THEN
        RAISE EXCEPTION 'agreement % does not name its products', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rebate_names_its_products';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER rebate_is_complete BEFORE UPDATE ON pricing_rebateagreement FOR EACH ROW
    WHEN (OLD.state = 'draft' AND NEW.state <> 'draft')
    EXECUTE FUNCTION pricing_refuse_incomplete_rebate();

-- Tiers and products belong to the draft. The row of the agreement is locked, so that nobody approves it meanwhile.
CREATE FUNCTION pricing_refuse_terms_of_approved() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF EXISTS (SELECT FROM pricing_rebateagreement
                WHERE id IN (CASE WHEN TG_OP <> 'DELETE' THEN NEW.agreement_id END, CASE WHEN TG_OP <> 'INSERT' THEN OLD.agreement_id END)
                  AND state <> 'draft' FOR SHARE) THEN
        RAISE EXCEPTION '% on % is refused: what was approved stays as it is', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$body$;
CREATE TRIGGER tier_of_a_draft BEFORE INSERT OR UPDATE OR DELETE ON pricing_rebatetier FOR EACH ROW
    EXECUTE FUNCTION pricing_refuse_terms_of_approved();
CREATE TRIGGER product_of_a_draft BEFORE INSERT OR UPDATE OR DELETE ON pricing_rebateproduct FOR EACH ROW
    EXECUTE FUNCTION pricing_refuse_terms_of_approved();

-- Moves are facts, and the totals of an account are their sum: nothing else changes them.
SELECT audit_append_only('pricing_rebateaccrual');
CREATE FUNCTION pricing_count_accruals() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    wrong uuid;
BEGIN
    UPDATE pricing_rebateaccount AS a
       SET base_minor = a.base_minor + s.base, quantity = a.quantity + s.quantity,
           accrued_minor = a.accrued_minor + s.accrued, settled_minor = a.settled_minor + s.settled
      FROM (SELECT account_id, sum(base_minor) AS base, sum(quantity) AS quantity,
                   coalesce(sum(amount_minor) FILTER (WHERE kind <> 'settlement'), 0) AS accrued,
                   coalesce(-sum(amount_minor) FILTER (WHERE kind = 'settlement'), 0) AS settled
              FROM moves GROUP BY account_id) AS s
     WHERE a.id = s.account_id;
    SELECT a.id INTO wrong FROM pricing_rebateaccount AS a
     WHERE a.id IN (SELECT account_id FROM moves WHERE kind = 'settlement') AND a.settled_minor > a.accrued_minor LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'more is settled of account % than was earned', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rebate_settled_within_accrued';
    END IF;
    RETURN NULL;
END
$body$;
CREATE TRIGGER accruals_are_counted AFTER INSERT ON pricing_rebateaccrual REFERENCING NEW TABLE AS moves
    FOR EACH STATEMENT EXECUTE FUNCTION pricing_count_accruals();
CREATE TRIGGER account_begins_empty BEFORE INSERT ON pricing_rebateaccount FOR EACH ROW
    WHEN ((NEW.base_minor, NEW.quantity, NEW.accrued_minor, NEW.settled_minor) IS DISTINCT FROM (0, 0, 0, 0))
    EXECUTE FUNCTION pricing_refuse_change('an account begins empty');
CREATE TRIGGER account_follows_accruals BEFORE UPDATE ON pricing_rebateaccount FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 OR (NEW.id, NEW.agreement_id, NEW.customer_id) IS DISTINCT FROM (OLD.id, OLD.agreement_id, OLD.customer_id))
    EXECUTE FUNCTION pricing_refuse_change('an account is the sum of its accruals');
CREATE TRIGGER account_is_kept BEFORE DELETE ON pricing_rebateaccount FOR EACH ROW
    EXECUTE FUNCTION pricing_refuse_change('an account is the sum of its accruals');

-- Every change of what was agreed is written down.
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON pricing_rebateagreement
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON pricing_rebatetier
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON pricing_rebateproduct
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
