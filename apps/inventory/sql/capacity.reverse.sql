DROP FUNCTION inventory_plan_picks(uuid[], uuid[], uuid[], date[], integer[]);
