-- The text that a back-test runs is kept with it, is the one that its hash names, and stays; "" in those asked for before it was kept.
ALTER TABLE rulebooks_backtest ADD CONSTRAINT back_test_hash_is_of_its_document
    CHECK (document = '' OR sha256 = sha256(convert_to(document, 'UTF8')));

CREATE OR REPLACE FUNCTION rulebooks_guard_back_test() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    asked CONSTANT text[] := '{id,version_id,sha256,document,since_at,until_at,most,requested_by,requested_at}';
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state = 'done' THEN
        RAISE EXCEPTION 'rulebooks_back_test_frozen: a back-test that is % cannot be changed', OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM unnest(asked) AS name WHERE to_jsonb(NEW) -> name IS DISTINCT FROM to_jsonb(OLD) -> name) THEN
        RAISE EXCEPTION 'rulebooks_back_test_frozen: what a back-test was asked for cannot be changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$;
