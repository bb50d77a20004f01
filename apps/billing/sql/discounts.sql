-- What was taken off is frozen like the rest of an obligation, and as immutable as the rest of a line.
CREATE TRIGGER obligation_discount_is_frozen BEFORE UPDATE ON billing_billingobligation FOR EACH ROW
    WHEN ((NEW.price_per, NEW.discount_minor) IS DISTINCT FROM (OLD.price_per, OLD.discount_minor))
    EXECUTE FUNCTION billing_refuse_change('an obligation is frozen');
CREATE TRIGGER line_discount_is_immutable BEFORE UPDATE ON billing_invoiceline FOR EACH ROW
    WHEN ((NEW.price_per, NEW.discount_minor) IS DISTINCT FROM (OLD.price_per, OLD.discount_minor))
    EXECUTE FUNCTION billing_refuse_change('of a line only the credited counters move');
