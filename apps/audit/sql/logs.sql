-- Audit's own logs: partitioned, and append-only where they are evidence.
CREATE SEQUENCE audit_eventrecord_order;
ALTER TABLE audit_eventrecord ALTER COLUMN seq SET DEFAULT nextval('audit_eventrecord_order');
SELECT audit_partition_by_month('audit_eventrecord');
SELECT audit_partition_by_month('audit_requestrecord');
SELECT audit_partition_by_month('audit_changerecord');
SELECT audit_append_only('audit_eventrecord');
SELECT audit_append_only('audit_requestrecord');
SELECT audit_append_only('audit_changerecord');
