DROP TRIGGER append_only ON rulebooks_decision;
DROP TRIGGER append_only_row ON rulebooks_decision;
