-- Costs, campaigns and coupons are written down like prices; how often a coupon was used is told by its redemptions.
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON pricing_costrecord
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON pricing_couponcampaign
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE OF campaign_id, code, most_total, most_per_customer, valid_from_at, valid_until_at
    ON pricing_coupon FOR EACH ROW EXECUTE FUNCTION audit_record_change();
