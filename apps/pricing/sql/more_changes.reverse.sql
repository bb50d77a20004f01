DROP TRIGGER record_change ON pricing_coupon;
DROP TRIGGER record_change ON pricing_couponcampaign;
DROP TRIGGER record_change ON pricing_costrecord;
