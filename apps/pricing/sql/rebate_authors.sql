-- Who wrote a draft stays its author, so that nobody approves what he wrote by naming another.
CREATE TRIGGER rebate_author_stays BEFORE UPDATE ON pricing_rebateagreement FOR EACH ROW
    WHEN (NEW.author_id IS DISTINCT FROM OLD.author_id)
    EXECUTE FUNCTION pricing_refuse_change('who wrote it stays its author');
