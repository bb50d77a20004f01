DROP FUNCTION audit_guard_partition(regclass, regclass);
DROP FUNCTION audit_append_only(regclass);
DROP FUNCTION audit_refuse_change();
