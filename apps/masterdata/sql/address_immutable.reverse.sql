DROP TRIGGER address_immutable ON masterdata_address;
DROP FUNCTION masterdata_address_stays();
