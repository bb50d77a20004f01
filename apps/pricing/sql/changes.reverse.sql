DROP TRIGGER record_change ON pricing_pricelist;
DROP TRIGGER record_change ON pricing_pricerecord;
