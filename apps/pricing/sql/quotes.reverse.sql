DROP TRIGGER quote_is_kept ON pricing_quote;
DROP TRIGGER quote_stays ON pricing_quote;
DROP SEQUENCE pricing_quote_number;
