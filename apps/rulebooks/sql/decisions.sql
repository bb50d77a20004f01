-- The log of decisions: partitioned by month, only added to.
SELECT audit_partition_by_month('rulebooks_decision');
SELECT audit_append_only('rulebooks_decision');
