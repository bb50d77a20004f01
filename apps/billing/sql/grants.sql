-- What a credit note is granted for stays as it was issued, and only such a note has lines that neither bill nor credit.
CREATE TRIGGER issued_grant_is_kept BEFORE UPDATE ON billing_invoice FOR EACH ROW
    WHEN (OLD.state <> 'draft'
          AND (NEW.posted_as, NEW.about_kind, NEW.about_id) IS DISTINCT FROM (OLD.posted_as, OLD.about_kind, OLD.about_id))
    EXECUTE FUNCTION billing_refuse_change('an issued document is immutable');
CREATE FUNCTION billing_refuse_line_of_nothing() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NOT EXISTS (SELECT FROM billing_invoice WHERE id = NEW.invoice_id AND posted_as <> '') THEN
        RAISE EXCEPTION 'a line bills an obligation or credits a line, unless its credit note is granted for something else'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER line_of_a_grant BEFORE INSERT ON billing_invoiceline FOR EACH ROW
    WHEN (NEW.obligation_id IS NULL AND NEW.credits_line_id IS NULL)
    EXECUTE FUNCTION billing_refuse_line_of_nothing();
