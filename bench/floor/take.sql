-- One taker of one unit as the usual handling serves it, on OrderCash's own tables: the same event, the same statement, the same commit,
-- without Python. bench/lab_floor.py puts in the product's own statements, so that this is always what the product does.
begin;
{event};
{reserve};
commit;
