-- Discounts: what is frozen on the lines = what was decided, and the shares of each discount on the order sum to it
WITH latest AS (
    -- The last price decision about every order that was confirmed with a discount.
    SELECT DISTINCT ON (o.id) o.id AS order_id, o.number, d.id
      FROM orders_order o JOIN rulebooks_decision d ON d.subject_id = o.id AND d.kind = 'pricing.rules'
     WHERE o.state NOT IN ('held', 'cancelled')
       AND EXISTS (SELECT FROM orders_orderline l WHERE l.order_id = o.id AND l.discount_minor > 0)
     ORDER BY o.id, d.id DESC
), decided AS MATERIALIZED (
    SELECT f.order_id AS id, f.number, d.outcome::jsonb AS outcome, d.trace::jsonb AS trace
      FROM latest f JOIN rulebooks_decision d ON d.id = f.id
), lines AS (
    SELECT l.order_id, l.line_no, l.net_minor, l.discount_minor,
           row_number() OVER (PARTITION BY l.order_id, l.kind IN ('free', 'charge') ORDER BY l.line_no) AS place,
           l.kind IN ('free', 'charge') AS is_added
      FROM orders_orderline l JOIN decided d ON d.id = l.order_id WHERE l.kind <> 'part'
), answers AS (
    SELECT d.id, line.place, false AS is_added, (line.said ->> 3)::bigint AS discount, (line.said ->> 4)::bigint AS net
      FROM decided d, jsonb_array_elements(d.outcome -> 'lines') WITH ORDINALITY AS line(said, place)
    UNION ALL
    SELECT d.id, line.place, true, (line.said ->> 9)::bigint, (line.said ->> 10)::bigint
      FROM decided d, jsonb_array_elements(d.outcome -> 'added') WITH ORDINALITY AS line(said, place)
), whole AS (
    SELECT d.id, step ->> 0 AS rule, (step ->> 2)::bigint AS minor
      FROM decided d, jsonb_array_elements(d.trace -> 'order' -> 'steps') AS step WHERE (step ->> 2)::bigint <> 0
), shares AS (
    -- A step of two members is the line's share of a discount on the order.
    SELECT d.id, step ->> 0 AS rule, sum((step ->> 1)::bigint) AS minor
      FROM decided d, jsonb_array_elements(d.trace -> 'lines') AS line, jsonb_array_elements(line -> 'steps') AS step
     WHERE jsonb_array_length(step) = 2 GROUP BY 1, 2
)
SELECT d.number || coalesce(' line ' || l.line_no, ' answer ' || a.place) AS ref,
       coalesce(a.net || ' after ' || a.discount, 'no line') AS expected,
       coalesce(l.net_minor || ' after ' || l.discount_minor, 'no line') AS found, 'line against its decision' AS detail
  FROM lines l
  FULL JOIN answers a ON a.id = l.order_id AND a.place = l.place AND a.is_added = l.is_added
  JOIN decided d ON d.id = coalesce(l.order_id, a.id)
 WHERE (l.net_minor, l.discount_minor) IS DISTINCT FROM (a.net, a.discount)
UNION ALL
SELECT d.number || ' ' || coalesce(w.rule, s.rule), coalesce(w.minor, 0)::text, coalesce(s.minor, 0)::text,
       'discount on the order against its shares'
  FROM whole w FULL JOIN shares s ON s.id = w.id AND s.rule = w.rule JOIN decided d ON d.id = coalesce(w.id, s.id)
 WHERE coalesce(w.minor, 0) <> coalesce(s.minor, 0)
