DROP FUNCTION audit_add_partition(regclass, text, uuid, uuid);
DROP FUNCTION audit_make_partitions(regclass, timestamptz, int);
DROP FUNCTION audit_partition_by_month(regclass);
