-- A customer uses a coupon no more often than it allows. Only more uses are looked at: a limit that was lowered takes none back.
CREATE FUNCTION pricing_check_coupon_use() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    most integer;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.used <= OLD.used AND NEW.coupon_id = OLD.coupon_id THEN
        RETURN NEW;
    END IF;
    SELECT most_per_customer INTO most FROM pricing_coupon WHERE id = NEW.coupon_id;
    IF NEW.used > most THEN
        RAISE EXCEPTION 'coupon % may be used % times by one customer', NEW.coupon_id, most
            USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_within_its_limit_per_customer';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER check_coupon_use BEFORE INSERT OR UPDATE ON pricing_couponuse
    FOR EACH ROW EXECUTE FUNCTION pricing_check_coupon_use();

-- Uses are counted from the redemptions themselves, a whole statement at once: nobody writes one without the other, and the
-- limits of the counts hold whatever wrote the redemption.
CREATE FUNCTION pricing_count_redemptions() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO pricing_couponuse AS u (id, coupon_id, customer_id, used)
    SELECT new_id(), coupon_id, customer_id, count(*) FROM after_rows WHERE state = 'redeemed'
     GROUP BY coupon_id, customer_id ORDER BY coupon_id, customer_id
        ON CONFLICT (coupon_id, customer_id) DO UPDATE SET used = u.used + excluded.used;
    UPDATE pricing_coupon c SET used_total = c.used_total + n.used
      FROM (SELECT coupon_id, count(*)::integer AS used FROM after_rows WHERE state = 'redeemed' GROUP BY coupon_id) n
     WHERE c.id = n.coupon_id;
    RETURN NULL;
END
$body$;
CREATE TRIGGER count_redemptions AFTER INSERT ON pricing_couponredemption REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION pricing_count_redemptions();

CREATE FUNCTION pricing_recount_redemptions() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE pricing_couponuse u SET used = u.used + d.change
      FROM (SELECT a.coupon_id, a.customer_id,
                   sum((a.state = 'redeemed')::integer - (b.state = 'redeemed')::integer)::integer AS change
              FROM after_rows a JOIN before_rows b ON b.id = a.id GROUP BY a.coupon_id, a.customer_id) d
     WHERE u.coupon_id = d.coupon_id AND u.customer_id = d.customer_id AND d.change <> 0;
    UPDATE pricing_coupon c SET used_total = c.used_total + d.change
      FROM (SELECT a.coupon_id, sum((a.state = 'redeemed')::integer - (b.state = 'redeemed')::integer)::integer AS change
              FROM after_rows a JOIN before_rows b ON b.id = a.id GROUP BY a.coupon_id) d
     WHERE c.id = d.coupon_id AND d.change <> 0;
    RETURN NULL;
END
$body$;
CREATE TRIGGER recount_redemptions AFTER UPDATE ON pricing_couponredemption
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION pricing_recount_redemptions();

-- Which order of which customer used which coupon is a fact; whether it still does may change.
CREATE FUNCTION pricing_redemption_stays() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'redemption % of a coupon stays', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'coupon_redemption_stays';
END
$body$;
CREATE TRIGGER redemption_stays BEFORE UPDATE ON pricing_couponredemption FOR EACH ROW
    WHEN ((OLD.id, OLD.coupon_id, OLD.customer_id, OLD.order_id)
          IS DISTINCT FROM (NEW.id, NEW.coupon_id, NEW.customer_id, NEW.order_id))
    EXECUTE FUNCTION pricing_redemption_stays();
CREATE TRIGGER redemption_kept BEFORE DELETE ON pricing_couponredemption
    FOR EACH ROW EXECUTE FUNCTION pricing_redemption_stays();
