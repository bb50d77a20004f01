-- What the books refuse, whoever writes them (docs/adr/0002-ledger-balance-in-the-database.md).
--
-- 1. Entries and postings are only added.
-- 2. A posting belongs to an entry of its own transaction: both carry the transaction's id, and the foreign key spans it.
-- 3. At commit every entry has at least two postings and balances, per currency and in the entity's currency. A statement that brings
--    whole entries is checked at once, as a set; what it leaves open is noted in ledger_entryindoubt, whose deferred trigger
--    looks at commit.
-- 4. No entry lies in a closed period; a closed period stays closed.

ALTER TABLE ledger_journalentry ADD COLUMN txid xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE ledger_posting ADD COLUMN txid xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE ledger_journalentry ADD CONSTRAINT entry_with_its_transaction UNIQUE (id, txid);
ALTER TABLE ledger_posting ADD CONSTRAINT posting_comes_with_its_entry
    FOREIGN KEY (entry_id, txid) REFERENCES ledger_journalentry (id, txid) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE ledger_entryindoubt (entry_id uuid NOT NULL);
CREATE INDEX entryindoubt_entry ON ledger_entryindoubt (entry_id);

CREATE FUNCTION ledger_settle_doubt() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    lines bigint;
    found text;
BEGIN
    SELECT coalesce(sum(c.lines), 0), string_agg(format('%s %s', c.total, c.currency), ', ') FILTER (WHERE c.total <> 0)
      INTO lines, found
      FROM (SELECT currency, count(*) AS lines, sum(amount_minor) AS total
              FROM ledger_posting WHERE entry_id = NEW.entry_id GROUP BY currency) AS c;
    IF lines < 2 THEN
        RAISE EXCEPTION 'ledger_entry_incomplete: entry % has % posting(s), at least two are needed', NEW.entry_id, lines
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_has_postings';
    END IF;
    IF found IS NULL THEN
        SELECT string_agg(format('%s %s', c.total, c.functional_currency), ', ') INTO found
          FROM (SELECT functional_currency, sum(functional_minor) AS total, count(*) OVER () AS currencies
                  FROM ledger_posting WHERE entry_id = NEW.entry_id GROUP BY functional_currency) AS c
         WHERE c.total <> 0 OR c.currencies > 1;
    END IF;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'ledger_entry_unbalanced: entry % is out of balance by %', NEW.entry_id, found
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
    END IF;
    DELETE FROM ledger_entryindoubt WHERE entry_id = NEW.entry_id;
    RETURN NULL;
END
$body$;
CREATE CONSTRAINT TRIGGER settle_doubt AFTER INSERT ON ledger_entryindoubt
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_settle_doubt();

-- The joins are nested loops over indexes, from the fresh rows on (OFFSET 0 keeps their order): these plans are made once per
-- connection, perhaps when the tables are empty, and must never scan them when they are full.
CREATE FUNCTION ledger_check_postings() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $body$
DECLARE
    wrong uuid;
BEGIN
    SELECT entry_id INTO wrong FROM fresh WHERE txid <> pg_current_xact_id() LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_posting_late: a posting of entry % names another transaction', wrong USING ERRCODE = 'check_violation';
    END IF;
    SELECT f.entry_id INTO wrong
      FROM fresh f
     CROSS JOIN LATERAL (SELECT txid, entry_date, legal_entity_id FROM ledger_journalentry WHERE id = f.entry_id OFFSET 0) e
     CROSS JOIN LATERAL (SELECT legal_entity_id FROM ledger_account WHERE id = f.account_id OFFSET 0) a
     WHERE e.txid <> f.txid OR e.entry_date <> f.entry_date OR e.legal_entity_id <> a.legal_entity_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_posting_foreign: a posting of entry % has the date, legal entity or transaction of another', wrong
            USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO ledger_entryindoubt
    SELECT entry_id FROM fresh GROUP BY entry_id
    HAVING count(*) < 2 OR sum(amount_minor) <> 0 OR sum(functional_minor) <> 0
        OR min(currency) <> max(currency) OR min(functional_currency) <> max(functional_currency);
    RETURN NULL;
END
$body$;
CREATE TRIGGER check_postings AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_postings();

CREATE FUNCTION ledger_check_entries() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $body$
DECLARE
    wrong record;
BEGIN
    SELECT id INTO wrong FROM fresh WHERE txid <> pg_current_xact_id() LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_entry_late: entry % names another transaction', wrong.id USING ERRCODE = 'check_violation';
    END IF;
    -- Whoever closes a period waits for those who post, and they for him.
    PERFORM pg_advisory_xact_lock_shared(ledger_period_lock(), hashtext(e.id::text))
       FROM (SELECT DISTINCT legal_entity_id AS id FROM fresh ORDER BY 1) AS e;
    SELECT f.id, f.entry_date INTO wrong
      FROM fresh f JOIN ledger_period p ON p.legal_entity_id = f.legal_entity_id
       AND p.state = 'closed' AND f.entry_date >= p.from_date AND f.entry_date < p.until_date LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_period_closed: % lies in a closed period', wrong.entry_date USING ERRCODE = 'check_violation';
    END IF;
    SELECT f.id INTO wrong
      FROM fresh f
     CROSS JOIN LATERAL (SELECT txid, entry_date, account_id FROM ledger_posting WHERE entry_id = f.id OFFSET 0) p
     CROSS JOIN LATERAL (SELECT legal_entity_id FROM ledger_account WHERE id = p.account_id OFFSET 0) a
     WHERE p.txid <> f.txid OR p.entry_date <> f.entry_date OR a.legal_entity_id <> f.legal_entity_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_posting_foreign: a posting of entry % has the date, legal entity or transaction of another', wrong.id
            USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO ledger_entryindoubt
    SELECT f.id FROM fresh f WHERE NOT EXISTS (SELECT 1 FROM ledger_posting p WHERE p.entry_id = f.id OFFSET 0);
    RETURN NULL;
END
$body$;
CREATE FUNCTION ledger_period_lock() RETURNS int LANGUAGE sql IMMUTABLE AS $body$ SELECT hashtext('ledger.period') $body$;
CREATE TRIGGER check_entries AFTER INSERT ON ledger_journalentry
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_entries();

CREATE FUNCTION ledger_guard_period() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state = 'closed' THEN
        RAISE EXCEPTION 'ledger_period_final: the period from % is closed and stays closed', OLD.from_date
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    PERFORM pg_advisory_xact_lock(ledger_period_lock(), hashtext(NEW.legal_entity_id::text));
    RETURN NEW;
END
$body$;
CREATE TRIGGER guard_period BEFORE INSERT OR UPDATE OR DELETE ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_period();

SELECT audit_append_only('ledger_journalentry');
SELECT audit_append_only('ledger_posting');
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION audit_record_change();
