-- Every change of these rows is written down; what names or locates a person is told to have changed, not what it held.
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON compliance_taxrate
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
