DROP TRIGGER notice_is_sent_once ON inventory_notice;
DROP TRIGGER notice_stays ON inventory_notice;
DROP TRIGGER run_is_kept ON inventory_allocationrun;
DROP TRIGGER run_goes_forward ON inventory_allocationrun;
DROP TRIGGER new_stock_has_quotas ON inventory_stock;
DROP FUNCTION inventory_new_stock_has_quotas();
DROP TRIGGER mark_quotas ON inventory_quota;
DROP FUNCTION inventory_mark_quotas();
ALTER TABLE inventory_quota DROP CONSTRAINT quota_one_at_a_time;
DO $body$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['supply', 'backorder', 'peg', 'quota'] LOOP
        EXECUTE format('DROP TRIGGER stamp_plans_added ON inventory_%s', name);
        EXECUTE format('DROP TRIGGER stamp_plans ON inventory_%s', name);
        EXECUTE format('DROP TRIGGER stamp_plans_gone ON inventory_%s', name);
    END LOOP;
END
$body$;
DROP FUNCTION inventory_stamp_plans();
DROP TRIGGER pegs_fit ON inventory_peg;
DROP TRIGGER pegs_fit_added ON inventory_peg;
DROP FUNCTION inventory_pegs_fit();
ALTER TABLE inventory_peg DROP CONSTRAINT peg_of_a_waiting_line;
DROP TRIGGER supply_received_is_its_receipts_new ON inventory_supply;
DROP TRIGGER supply_received_is_its_receipts_changed ON inventory_supply;
DROP TRIGGER supply_received_is_its_receipts ON inventory_supplyreceipt;
DROP FUNCTION inventory_receipts_are_received();
DROP TRIGGER append_only ON inventory_allocationmove;
DROP TRIGGER append_only ON inventory_promisechange;
DROP TRIGGER append_only ON inventory_supplyreceipt;
DROP TRIGGER supply_is_kept ON inventory_supply;
DROP TRIGGER record_change ON inventory_quota;
DROP TRIGGER record_change ON inventory_supply;
