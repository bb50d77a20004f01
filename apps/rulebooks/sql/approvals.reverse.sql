DROP TRIGGER require_approval ON rulebooks_rulebookversion;
DROP FUNCTION rulebooks_require_approval();
DROP TRIGGER append_only ON rulebooks_gaterun;
DROP TRIGGER append_only ON rulebooks_approval;
DROP TRIGGER guard_approval ON rulebooks_approval;
DROP FUNCTION rulebooks_guard_approval();
DROP FUNCTION rulebooks_rule_of_approval(text, uuid, timestamptz);
DROP FUNCTION rulebooks_minor_units(text);
DROP FUNCTION rulebooks_amounts(jsonb);
