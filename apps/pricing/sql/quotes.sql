CREATE SEQUENCE pricing_quote_number;

-- What was quoted is a fact: only whether it is open, withdrawn or ordered may change, and that once.
CREATE TRIGGER quote_stays BEFORE UPDATE ON pricing_quote FOR EACH ROW
    WHEN (OLD.state <> 'open'
          OR (NEW.id, NEW.number, NEW.source_ref, NEW.legal_entity_id, NEW.customer_id, NEW.currency, NEW.channel, NEW.priced_at,
              NEW.valid_from_at, NEW.valid_until_at, NEW.line_count, NEW.discount_minor, NEW.net_minor, NEW.version_sha256, NEW.decision_id,
              NEW.note, NEW.made_by, NEW.recorded_at)
             IS DISTINCT FROM
             (OLD.id, OLD.number, OLD.source_ref, OLD.legal_entity_id, OLD.customer_id, OLD.currency, OLD.channel, OLD.priced_at,
              OLD.valid_from_at, OLD.valid_until_at, OLD.line_count, OLD.discount_minor, OLD.net_minor, OLD.version_sha256, OLD.decision_id,
              OLD.note, OLD.made_by, OLD.recorded_at))
    EXECUTE FUNCTION pricing_refuse_change('what was quoted stays as it is');
CREATE TRIGGER quote_is_kept BEFORE DELETE ON pricing_quote FOR EACH ROW
    EXECUTE FUNCTION pricing_refuse_change('a quote is kept');
