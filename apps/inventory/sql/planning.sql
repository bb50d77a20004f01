CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON inventory_supply
    FOR EACH ROW EXECUTE FUNCTION audit_record_change('version');
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE OF legal_entity_id, product_id, warehouse_id, channel, quantity, from_on, release_on
    ON inventory_quota FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER supply_is_kept BEFORE DELETE OR TRUNCATE ON inventory_supply FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
SELECT audit_append_only('inventory_supplyreceipt');
SELECT audit_append_only('inventory_promisechange');
SELECT audit_append_only('inventory_allocationmove');

-- What came of a supply is what its receipts say; looked at when the transaction ends, whichever of the two was written first.
CREATE FUNCTION inventory_receipts_are_received() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    one uuid;
    counted numeric;
    said numeric;
BEGIN
    IF TG_TABLE_NAME = 'inventory_supply' THEN
        one := NEW.id;
    ELSE
        one := NEW.supply_id;
    END IF;
    SELECT received INTO said FROM inventory_supply WHERE id = one;
    SELECT coalesce(sum(quantity), 0) INTO counted FROM inventory_supplyreceipt WHERE supply_id = one;
    IF counted <> said THEN
        RAISE EXCEPTION 'the receipts of supply % come to %, it says %', one, counted, said
            USING ERRCODE = 'check_violation', CONSTRAINT = 'supply_received_is_its_receipts';
    END IF;
    RETURN NULL;
END
$body$;
CREATE CONSTRAINT TRIGGER supply_received_is_its_receipts AFTER INSERT ON inventory_supplyreceipt
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION inventory_receipts_are_received();
CREATE CONSTRAINT TRIGGER supply_received_is_its_receipts_changed AFTER UPDATE OF received ON inventory_supply
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.received <> NEW.received) EXECUTE FUNCTION inventory_receipts_are_received();
CREATE CONSTRAINT TRIGGER supply_received_is_its_receipts_new AFTER INSERT ON inventory_supply
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.received <> 0) EXECUTE FUNCTION inventory_receipts_are_received();

-- The pegs of a line go with it.
ALTER TABLE inventory_peg ADD CONSTRAINT peg_of_a_waiting_line FOREIGN KEY (line_id) REFERENCES inventory_backorder (line_id) ON DELETE CASCADE;

-- A supply is not promised twice, a line not more than it waits for. Looked at after each statement that writes pegs: who rewrites them
-- deletes first.
CREATE FUNCTION inventory_pegs_fit() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    wrong record;
BEGIN
    SELECT s.number, s.open_quantity, sum(p.quantity) AS pegged INTO wrong
      FROM inventory_supply s JOIN inventory_peg p ON p.supply_id = s.id
     WHERE s.id IN (SELECT supply_id FROM touched) GROUP BY s.id HAVING sum(p.quantity) > s.open_quantity LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% of supply % are promised, % are to come', wrong.pegged, wrong.number, wrong.open_quantity
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pegs_within_their_supply';
    END IF;
    SELECT b.line_id, b.quantity, sum(p.quantity) AS pegged INTO wrong
      FROM inventory_backorder b JOIN inventory_peg p ON p.line_id = b.line_id
     WHERE b.line_id IN (SELECT line_id FROM touched) GROUP BY b.line_id HAVING sum(p.quantity) > b.quantity LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'line % is promised %, it waits for %', wrong.line_id, wrong.pegged, wrong.quantity
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pegs_within_their_line';
    END IF;
    RETURN NULL;
END
$body$;
CREATE TRIGGER pegs_fit_added AFTER INSERT ON inventory_peg REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_pegs_fit();
CREATE TRIGGER pegs_fit AFTER UPDATE ON inventory_peg REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_pegs_fit();

-- Whoever changes what can be promised of a product leaves a stamp; only rows are added, so that nobody waits for anybody.
CREATE FUNCTION inventory_stamp_plans() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_TABLE_NAME = 'inventory_supply' THEN
        INSERT INTO inventory_planstamp (product_id, legal_entity_id)
        SELECT DISTINCT t.product_id, w.legal_entity_id FROM touched t JOIN inventory_warehouse w ON w.id = t.warehouse_id;
    ELSIF TG_TABLE_NAME = 'inventory_peg' THEN
        INSERT INTO inventory_planstamp (product_id, legal_entity_id)
        SELECT DISTINCT b.product_id, b.legal_entity_id FROM touched t JOIN inventory_backorder b ON b.line_id = t.line_id;
    ELSE
        INSERT INTO inventory_planstamp (product_id, legal_entity_id) SELECT DISTINCT product_id, legal_entity_id FROM touched;
    END IF;
    RETURN NULL;
END
$body$;
DO $body$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['supply', 'backorder', 'peg', 'quota'] LOOP
        EXECUTE format('CREATE TRIGGER stamp_plans_added AFTER INSERT ON inventory_%s REFERENCING NEW TABLE AS touched '
                       'FOR EACH STATEMENT EXECUTE FUNCTION inventory_stamp_plans()', name);
        EXECUTE format('CREATE TRIGGER stamp_plans AFTER UPDATE ON inventory_%s REFERENCING NEW TABLE AS touched '
                       'FOR EACH STATEMENT EXECUTE FUNCTION inventory_stamp_plans()', name);
        EXECUTE format('CREATE TRIGGER stamp_plans_gone AFTER DELETE ON inventory_%s REFERENCING OLD TABLE AS touched '
                       'FOR EACH STATEMENT EXECUTE FUNCTION inventory_stamp_plans()', name);
    END LOOP;
END
$body$;

-- One quota of a channel at a time; one for all warehouses stands beside those of single ones.
ALTER TABLE inventory_quota ADD CONSTRAINT quota_one_at_a_time EXCLUDE USING gist (
    legal_entity_id WITH =, product_id WITH =, coalesce(warehouse_id, '00000000-0000-0000-0000-000000000000'::uuid) WITH =, channel WITH =,
    daterange(from_on, release_on) WITH &&);

-- Stock rows know whether somebody has a quota of them, so that the usual taker asks nobody.
CREATE FUNCTION inventory_mark_quotas() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    products uuid[] := '{}';
BEGIN
    IF TG_OP <> 'INSERT' THEN
        products := products || OLD.product_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        products := products || NEW.product_id;
    END IF;
    UPDATE inventory_stock s SET has_quotas = q.has_quotas, version = s.version + 1
      FROM (SELECT st.id, EXISTS (SELECT FROM inventory_quota q WHERE q.product_id = st.product_id AND q.legal_entity_id = w.legal_entity_id
                                     AND (q.warehouse_id IS NULL OR q.warehouse_id = st.warehouse_id)) AS has_quotas
              FROM inventory_stock st JOIN inventory_warehouse w ON w.id = st.warehouse_id WHERE st.product_id = ANY (products)) q
     WHERE s.id = q.id AND s.has_quotas <> q.has_quotas;
    RETURN NULL;
END
$body$;
CREATE TRIGGER mark_quotas AFTER INSERT OR DELETE OR UPDATE OF legal_entity_id, product_id, warehouse_id ON inventory_quota
    FOR EACH ROW EXECUTE FUNCTION inventory_mark_quotas();
CREATE FUNCTION inventory_new_stock_has_quotas() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    NEW.has_quotas := EXISTS (SELECT FROM inventory_quota q JOIN inventory_warehouse w ON w.legal_entity_id = q.legal_entity_id
        WHERE w.id = NEW.warehouse_id AND q.product_id = NEW.product_id AND (q.warehouse_id IS NULL OR q.warehouse_id = NEW.warehouse_id));
    RETURN NEW;
END
$body$;
CREATE TRIGGER new_stock_has_quotas BEFORE INSERT ON inventory_stock FOR EACH ROW EXECUTE FUNCTION inventory_new_stock_has_quotas();

-- A run goes forward: tried, then carried out or discarded; carried out, then perhaps taken back. What it was about never changes.
CREATE TRIGGER run_goes_forward BEFORE UPDATE ON inventory_allocationrun FOR EACH ROW
    WHEN ((OLD.state, NEW.state) NOT IN (('simulated', 'committed'), ('simulated', 'discarded'), ('committed', 'rolled_back'))
          OR (NEW.id, NEW.number, NEW.legal_entity_id, NEW.strategy, NEW.version_sha256, NEW.scope, NEW.made_by, NEW.made_at)
             IS DISTINCT FROM (OLD.id, OLD.number, OLD.legal_entity_id, OLD.strategy, OLD.version_sha256, OLD.scope, OLD.made_by, OLD.made_at))
    EXECUTE FUNCTION inventory_refuse_row('a run goes forward, and stays what it was about');
CREATE TRIGGER run_is_kept BEFORE DELETE OR TRUNCATE ON inventory_allocationrun FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

-- What a customer is told stays as it was written; only that it was sent, or why not, is noted.
CREATE TRIGGER notice_stays BEFORE UPDATE OF id, customer_id, order_id, kind, fact_key, language, payload, why, occurred_at, recorded_at OR DELETE OR TRUNCATE
    ON inventory_notice FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER notice_is_sent_once BEFORE UPDATE ON inventory_notice FOR EACH ROW
    WHEN (OLD.state <> 'waiting') EXECUTE FUNCTION inventory_refuse_row('a notice is sent once');
