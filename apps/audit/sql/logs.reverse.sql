DROP TRIGGER append_only ON audit_changerecord;
DROP TRIGGER append_only_row ON audit_changerecord;
DROP TRIGGER append_only ON audit_requestrecord;
DROP TRIGGER append_only_row ON audit_requestrecord;
DROP TRIGGER append_only ON audit_eventrecord;
DROP TRIGGER append_only_row ON audit_eventrecord;
ALTER TABLE audit_eventrecord ALTER COLUMN seq DROP DEFAULT;
DROP SEQUENCE audit_eventrecord_order;
