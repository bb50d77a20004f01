-- A settlement is a fact. Of a payment only what is not yet applied moves, and a customer may be found for one that had none.
SELECT audit_append_only('billing_settlement');
CREATE TRIGGER payment_is_immutable BEFORE UPDATE ON billing_payment FOR EACH ROW
    WHEN ((NEW.id, NEW.legal_entity_id, NEW.currency, NEW.amount_minor, NEW.method, NEW.reference, NEW.source_ref, NEW.received_at, NEW.recorded_at)
          IS DISTINCT FROM
          (OLD.id, OLD.legal_entity_id, OLD.currency, OLD.amount_minor, OLD.method, OLD.reference, OLD.source_ref, OLD.received_at, OLD.recorded_at)
          OR (OLD.customer_id IS NOT NULL AND NEW.customer_id IS DISTINCT FROM OLD.customer_id))
    EXECUTE FUNCTION billing_refuse_change('a payment is immutable');
CREATE TRIGGER payment_is_kept BEFORE DELETE ON billing_payment FOR EACH ROW
    EXECUTE FUNCTION billing_refuse_change('a payment is immutable');
