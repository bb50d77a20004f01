-- The WHEN clauses are evaluated without entering PL/pgSQL, so the moves that are allowed cost next to nothing.
CREATE FUNCTION billing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$body$;

-- A number series only grows.
CREATE TRIGGER series_only_grows BEFORE UPDATE ON billing_numberseries FOR EACH ROW
    WHEN ((NEW.legal_entity_id, NEW.series, NEW.year) IS DISTINCT FROM (OLD.legal_entity_id, OLD.series, OLD.year)
          OR NEW.next_number < OLD.next_number)
    EXECUTE FUNCTION billing_refuse_change('a number series only grows');
CREATE TRIGGER series_is_kept BEFORE DELETE ON billing_numberseries FOR EACH ROW
    WHEN (OLD.next_number > 1)
    EXECUTE FUNCTION billing_refuse_change('a number series only grows');

-- What an obligation says is frozen; only its state moves, and never back to owed.
CREATE TRIGGER obligation_is_frozen BEFORE UPDATE ON billing_billingobligation FOR EACH ROW
    WHEN (OLD.state <> 'owed'
          OR (NEW.id, NEW.source_ref, NEW.legal_entity_id, NEW.customer_id, NEW.order_id, NEW.line_id, NEW.shipment_id, NEW.product_id,
              NEW.quantity, NEW.unit_price, NEW.net_minor, NEW.tax_category, NEW.tax_rate, NEW.tax_minor, NEW.currency, NEW.occurred_at)
             IS DISTINCT FROM
             (OLD.id, OLD.source_ref, OLD.legal_entity_id, OLD.customer_id, OLD.order_id, OLD.line_id, OLD.shipment_id, OLD.product_id,
              OLD.quantity, OLD.unit_price, OLD.net_minor, OLD.tax_category, OLD.tax_rate, OLD.tax_minor, OLD.currency, OLD.occurred_at))
    EXECUTE FUNCTION billing_refuse_change('an obligation is frozen');
CREATE TRIGGER obligation_is_kept BEFORE DELETE ON billing_billingobligation FOR EACH ROW
    EXECUTE FUNCTION billing_refuse_change('an obligation is frozen');

-- An issued document is immutable except for what is still open of it.
CREATE TRIGGER issued_document_is_immutable BEFORE UPDATE ON billing_invoice FOR EACH ROW
    WHEN (OLD.state <> 'draft'
          AND (NEW.state = 'draft'
               OR (NEW.id, NEW.kind, NEW.legal_entity_id, NEW.customer_id, NEW.bill_to_id, NEW.order_id, NEW.currency, NEW.series, NEW.year,
                   NEW.serial, NEW.number, NEW.terms_days, NEW.issue_date, NEW.due_date, NEW.issued_at, NEW.recorded_at, NEW.net_minor,
                   NEW.tax_minor, NEW.gross_minor, NEW.frozen_tax_minor, NEW.credits_id, NEW.reason, NEW.source_ref)
                  IS DISTINCT FROM
                  (OLD.id, OLD.kind, OLD.legal_entity_id, OLD.customer_id, OLD.bill_to_id, OLD.order_id, OLD.currency, OLD.series, OLD.year,
                   OLD.serial, OLD.number, OLD.terms_days, OLD.issue_date, OLD.due_date, OLD.issued_at, OLD.recorded_at, OLD.net_minor,
                   OLD.tax_minor, OLD.gross_minor, OLD.frozen_tax_minor, OLD.credits_id, OLD.reason, OLD.source_ref)))
    EXECUTE FUNCTION billing_refuse_change('an issued document is immutable');
CREATE TRIGGER issued_document_is_kept BEFORE DELETE ON billing_invoice FOR EACH ROW
    WHEN (OLD.state <> 'draft')
    EXECUTE FUNCTION billing_refuse_change('an issued document is immutable');

-- Of a line only the credited counters move, and they only grow.
CREATE TRIGGER line_is_immutable BEFORE UPDATE ON billing_invoiceline FOR EACH ROW
    WHEN (NEW.credited_quantity < OLD.credited_quantity OR NEW.credited_minor < OLD.credited_minor
          OR (NEW.id, NEW.invoice_id, NEW.position, NEW.obligation_id, NEW.credits_line_id, NEW.customer_id, NEW.order_id, NEW.line_id,
              NEW.product_id, NEW.description, NEW.quantity, NEW.unit_price, NEW.net_minor, NEW.tax_category, NEW.tax_rate, NEW.tax_minor)
             IS DISTINCT FROM
             (OLD.id, OLD.invoice_id, OLD.position, OLD.obligation_id, OLD.credits_line_id, OLD.customer_id, OLD.order_id, OLD.line_id,
              OLD.product_id, OLD.description, OLD.quantity, OLD.unit_price, OLD.net_minor, OLD.tax_category, OLD.tax_rate, OLD.tax_minor))
    EXECUTE FUNCTION billing_refuse_change('a line is immutable');
CREATE TRIGGER tax_is_immutable BEFORE UPDATE ON billing_invoicetax FOR EACH ROW
    EXECUTE FUNCTION billing_refuse_change('a tax total is immutable');

-- Lines and taxes come and go with a draft only; checked once per statement.
CREATE FUNCTION billing_refuse_parts_of_issued() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $body$
BEGIN
    -- Once per document, by its key, whatever the plan thinks of the table's size.
    IF EXISTS (SELECT FROM (SELECT DISTINCT invoice_id FROM parts) AS p
                CROSS JOIN LATERAL (SELECT state FROM billing_invoice WHERE id = p.invoice_id OFFSET 0) AS i WHERE i.state <> 'draft') THEN
        RAISE EXCEPTION '% on % is refused: an issued document is immutable', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$body$;
CREATE TRIGGER line_joins_a_draft AFTER INSERT ON billing_invoiceline REFERENCING NEW TABLE AS parts
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_parts_of_issued();
CREATE TRIGGER line_leaves_a_draft AFTER DELETE ON billing_invoiceline REFERENCING OLD TABLE AS parts
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_parts_of_issued();
CREATE TRIGGER tax_joins_a_draft AFTER INSERT ON billing_invoicetax REFERENCING NEW TABLE AS parts
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_parts_of_issued();
CREATE TRIGGER tax_leaves_a_draft AFTER DELETE ON billing_invoicetax REFERENCING OLD TABLE AS parts
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_parts_of_issued();

-- A document is issued only when its lines and its taxes each sum to its totals (EN 16931 BR-CO-10, BR-CO-14).
CREATE FUNCTION billing_refuse_unequal_totals() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $body$
DECLARE
    wrong uuid;
BEGIN
    -- The hashed list keeps it linear; a join of the two would be planned once, for the few rows of its first call.
    SELECT d.id INTO wrong
      FROM (SELECT id, net_minor, tax_minor FROM now_is
             WHERE state <> 'draft' AND id IN (SELECT id FROM was WHERE state = 'draft' OFFSET 0)) AS d
      LEFT JOIN LATERAL (SELECT sum(l.net_minor) AS net, sum(l.tax_minor) AS tax FROM billing_invoiceline AS l
                          WHERE l.invoice_id = d.id) AS lines ON true
      LEFT JOIN LATERAL (SELECT sum(t.net_minor) AS net, sum(t.tax_minor) AS tax FROM billing_invoicetax AS t
                          WHERE t.invoice_id = d.id) AS taxes ON true
     WHERE (lines.net, lines.tax, taxes.net, taxes.tax) IS DISTINCT FROM (d.net_minor, d.tax_minor, d.net_minor, d.tax_minor)
     LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'document % cannot be issued: its lines or taxes do not sum to its totals', wrong
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$body$;
CREATE TRIGGER issued_totals_are_sums AFTER UPDATE ON billing_invoice REFERENCING OLD TABLE AS was NEW TABLE AS now_is
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_unequal_totals();
-- Documents begin as drafts, so that no other way leads past the sums.
CREATE TRIGGER document_begins_as_draft BEFORE INSERT ON billing_invoice FOR EACH ROW
    WHEN (NEW.state <> 'draft')
    EXECUTE FUNCTION billing_refuse_change('a document begins as a draft');
