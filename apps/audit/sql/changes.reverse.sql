DROP FUNCTION audit_record_change();
