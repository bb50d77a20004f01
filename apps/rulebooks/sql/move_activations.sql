-- Every version that is or was in force gets its activation; the one who approved it stands for the one who activated it, whom nobody kept.
INSERT INTO rulebooks_activation (id, rulebook_id, version_id, from_at, until_at, kind, reason, activated_by, recorded_at)
SELECT new_id(), rulebook_id, id, from_at, until_at, 'normal', '', approver_id, recorded_at
  FROM rulebooks_rulebookversion WHERE state IN ('active', 'retired');
UPDATE rulebooks_rulebookversion SET state = 'approved' WHERE state IN ('active', 'retired');
SET CONSTRAINTS ALL IMMEDIATE;
