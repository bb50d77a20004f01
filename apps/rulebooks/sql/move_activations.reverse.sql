-- A version's last activation becomes its period again; earlier ones of the same version have no place there.
UPDATE rulebooks_rulebookversion v
   SET from_at = a.from_at, until_at = a.until_at,
       state = CASE WHEN a.until_at IS NULL OR a.until_at > now() THEN 'active' ELSE 'retired' END
  FROM (SELECT DISTINCT ON (version_id) version_id, from_at, until_at
          FROM rulebooks_activation ORDER BY version_id, from_at DESC, recorded_at DESC) AS a
 WHERE a.version_id = v.id;
SET CONSTRAINTS ALL IMMEDIATE;
