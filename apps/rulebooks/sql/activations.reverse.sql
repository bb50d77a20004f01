DROP TRIGGER append_only ON rulebooks_versioncomment;
DROP TRIGGER record_change ON rulebooks_activation;
DROP TRIGGER guard_activation ON rulebooks_activation;
DROP FUNCTION rulebooks_guard_activation();
ALTER TABLE rulebooks_rulebookversion DISABLE TRIGGER record_change;
DROP TRIGGER guard_version ON rulebooks_rulebookversion;
DROP FUNCTION rulebooks_guard_version();
