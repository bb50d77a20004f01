-- Every change of these rows is written down; what names or locates a person is told to have changed, not what it held.
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_customer
    FOR EACH ROW EXECUTE FUNCTION audit_record_change('name', 'vat_id', 'email');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_address
    FOR EACH ROW EXECUTE FUNCTION audit_record_change('name', 'line1', 'line2', 'city', 'postal_code', 'state', 'fingerprint');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_customergroup
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_product
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_unitofmeasure
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_legalentity
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_region
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_channel
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_currency
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_exchangerate
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_apikey
    FOR EACH ROW EXECUTE FUNCTION audit_record_change('key_hash');
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE OF username, display_name, email, password, is_active, is_staff, is_superuser ON masterdata_user
    FOR EACH ROW EXECUTE FUNCTION audit_record_change('password', 'display_name', 'email');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_user_groups
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON masterdata_user_user_permissions
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
