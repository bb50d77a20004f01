DROP TRIGGER line_of_a_grant ON billing_invoiceline;
DROP FUNCTION billing_refuse_line_of_nothing();
DROP TRIGGER issued_grant_is_kept ON billing_invoice;
