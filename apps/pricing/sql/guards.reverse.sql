DROP TRIGGER redemption_kept ON pricing_couponredemption;
DROP TRIGGER redemption_stays ON pricing_couponredemption;
DROP FUNCTION pricing_redemption_stays();
DROP TRIGGER recount_redemptions ON pricing_couponredemption;
DROP FUNCTION pricing_recount_redemptions();
DROP TRIGGER count_redemptions ON pricing_couponredemption;
DROP FUNCTION pricing_count_redemptions();
DROP TRIGGER check_coupon_use ON pricing_couponuse;
DROP FUNCTION pricing_check_coupon_use();
