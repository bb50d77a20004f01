-- What was in force stays known: these tables are not emptied either.
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON rulebooks_rulebookversion FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON rulebooks_activation FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
