DROP TRIGGER record_change ON rulebooks_rulebookversion;
DROP TRIGGER record_change ON rulebooks_rulebook;
DROP TRIGGER guard_version ON rulebooks_rulebookversion;
DROP FUNCTION rulebooks_guard_version();
ALTER TABLE rulebooks_rulebookversion DROP CONSTRAINT version_hash_is_of_its_document;
