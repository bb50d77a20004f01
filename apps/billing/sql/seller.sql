-- A document keeps the seller that it printed.
SELECT audit_append_only('billing_seller');
CREATE TRIGGER issued_seller_is_kept BEFORE UPDATE ON billing_invoice FOR EACH ROW
    WHEN (OLD.state <> 'draft' AND NEW.seller_id IS DISTINCT FROM OLD.seller_id)
    EXECUTE FUNCTION billing_refuse_change('an issued document is immutable');
