-- What was allowed is a fact.
SELECT audit_append_only('orders_flooroverride');
