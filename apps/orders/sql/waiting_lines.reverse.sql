-- What the lines were told is dropped with its columns.
SELECT 1;
