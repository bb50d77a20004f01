-- Numbers that people say; they may have gaps, nobody queues for them.
CREATE SEQUENCE inventory_supply_number AS bigint;
CREATE SEQUENCE inventory_allocation_number AS bigint;
