-- Stock of a product is handled alike wherever it lies, also where it comes to later.
CREATE FUNCTION inventory_new_stock_is_handled_alike() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    NEW.handling := coalesce((SELECT s.handling FROM inventory_stock s WHERE s.product_id = NEW.product_id LIMIT 1), NEW.handling);
    RETURN NEW;
END
$body$;
CREATE TRIGGER new_stock_is_handled_alike BEFORE INSERT ON inventory_stock
    FOR EACH ROW WHEN (NEW.handling = 'conditional') EXECUTE FUNCTION inventory_new_stock_is_handled_alike();

CREATE FUNCTION inventory_new_stock_has_slots() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO inventory_stockslot (id, stock_id, slot_no)
    SELECT DISTINCT ON (l.slot_no) new_id(), NEW.id, l.slot_no
      FROM inventory_stock s JOIN inventory_stockslot l ON l.stock_id = s.id WHERE s.product_id = NEW.product_id;
    RETURN NULL;
END
$body$;
CREATE TRIGGER new_stock_has_slots AFTER INSERT ON inventory_stock
    FOR EACH ROW WHEN (NEW.handling = 'slots') EXECUTE FUNCTION inventory_new_stock_has_slots();
