DROP FUNCTION lowest_id_at(timestamptz);
DROP FUNCTION new_id();
