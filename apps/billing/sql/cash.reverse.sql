DROP TRIGGER payment_is_kept ON billing_payment;
DROP TRIGGER payment_is_immutable ON billing_payment;
DROP TRIGGER append_only ON billing_settlement;
