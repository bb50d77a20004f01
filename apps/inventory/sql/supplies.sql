-- A supply stays what was announced; one that ended stays as it ended. Looked at after the checks of its columns.
CREATE TRIGGER supply_goes_forward AFTER UPDATE ON inventory_supply FOR EACH ROW
    WHEN ((OLD.id, OLD.kind, OLD.warehouse_id, OLD.product_id, OLD.first_due_at, OLD.source_ref)
          IS DISTINCT FROM (NEW.id, NEW.kind, NEW.warehouse_id, NEW.product_id, NEW.first_due_at, NEW.source_ref)
          OR NEW.received < OLD.received
          OR (OLD.status IN ('received', 'cancelled') AND NEW IS DISTINCT FROM OLD)
          OR (OLD.status, NEW.status) IN (('confirmed', 'planned'), ('in_transit', 'planned'), ('in_transit', 'confirmed'))
          OR (NEW.status = 'cancelled' AND NEW.received > 0)
          OR (NEW.status = 'received' AND NEW.received = 0))
    EXECUTE FUNCTION inventory_refuse_row('a supply stays what was announced, goes forward and ends once');
