DROP TRIGGER never_emptied ON rulebooks_activation;
DROP TRIGGER never_emptied ON rulebooks_rulebookversion;
