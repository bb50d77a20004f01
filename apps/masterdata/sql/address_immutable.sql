-- Documents refer to addresses, so what was written down stays: only `is_current` may change. A correction is a new row.
CREATE FUNCTION masterdata_address_stays() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    -- The fingerprint is generated after this trigger has run.
    IF to_jsonb(NEW) - '{is_current,fingerprint}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{is_current,fingerprint}'::text[] THEN
        RAISE EXCEPTION 'address % is immutable', OLD.id USING ERRCODE = 'restrict_violation', CONSTRAINT = 'address_immutable';
    END IF;
    RETURN NEW;
END
$body$;
CREATE TRIGGER address_immutable BEFORE UPDATE ON masterdata_address FOR EACH ROW EXECUTE FUNCTION masterdata_address_stays();
