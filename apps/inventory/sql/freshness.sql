-- What of a stock row that others sell from, too, may not be sold here while it is not known what they sold: the rate of their sales
-- times how old the last word is, times a factor; nothing within the time of grace; everything once the feed counts as stopped.
-- The instant is that of the transaction, so that all of its statements agree.
CREATE FUNCTION inventory_held_back(stock uuid, free numeric, synced_at timestamptz, sale_rate numeric) RETURNS numeric
LANGUAGE sql STABLE AS $body$
    SELECT coalesce((
        SELECT CASE WHEN a.age >= c.stop_after_seconds THEN greatest(free, 0)
                    WHEN a.age <= c.grace_seconds THEN 0
                    ELSE ceil(greatest(sale_rate, c.least_rate) * a.age * c.factor) END
          FROM inventory_syncclock c, (SELECT extract(epoch FROM now() - synced_at) AS age) a
         WHERE c.stock_id = stock), 0)
$body$;
