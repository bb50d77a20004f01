-- What a product is and what it is counted in stays: stock, prices and documents rest on it.
CREATE FUNCTION masterdata_product_stays() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'the kind and the unit of product % stay', OLD.sku
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'product_kind_and_unit_stay';
END
$body$;
CREATE TRIGGER product_stays BEFORE UPDATE ON masterdata_product FOR EACH ROW
    WHEN (OLD.kind IS DISTINCT FROM NEW.kind OR OLD.unit IS DISTINCT FROM NEW.unit)
    EXECUTE FUNCTION masterdata_product_stays();

-- Only a bundle has parts, and no part is a bundle. Kinds stay, so nobody can make this untrue meanwhile.
CREATE FUNCTION masterdata_check_bundle_part() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM masterdata_product b JOIN masterdata_product p ON p.id = NEW.part_id AND p.kind <> 'bundle'
                    WHERE b.id = NEW.bundle_id AND b.kind = 'bundle') THEN
        RAISE EXCEPTION 'product % is no bundle, or its part % is one', NEW.bundle_id, NEW.part_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bundle_part_of_a_bundle';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER check_bundle_part BEFORE INSERT OR UPDATE ON masterdata_bundlepart
    FOR EACH ROW EXECUTE FUNCTION masterdata_check_bundle_part();

-- The product's own unit holds one of itself; it is not listed among the others.
CREATE FUNCTION masterdata_check_product_unit() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF EXISTS (SELECT 1 FROM masterdata_product p WHERE p.id = NEW.product_id AND p.unit = NEW.unit) THEN
        RAISE EXCEPTION '% is the own unit of product %', NEW.unit, NEW.product_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'product_unit_is_another';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER check_product_unit BEFORE INSERT OR UPDATE ON masterdata_productunit
    FOR EACH ROW EXECUTE FUNCTION masterdata_check_product_unit();

CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_bundlepart
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_productunit
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
