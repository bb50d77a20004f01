DROP TRIGGER issued_seller_is_kept ON billing_invoice;
