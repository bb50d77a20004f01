-- Coupons: uses counted = orders that hold them, each with the coupon, of its customer and not cancelled; whatever was granted is held
WITH held AS (
    SELECT coupon_id, customer_id, count(*) AS uses FROM pricing_couponredemption WHERE state = 'redeemed' GROUP BY 1, 2
), latest AS (
    -- The last decision about every order that brought coupons and was not cancelled.
    SELECT DISTINCT ON (o.id) o.id AS order_id, o.number, d.id
      FROM orders_order o JOIN rulebooks_decision d ON d.subject_id = o.id AND d.kind = 'pricing.rules'
     WHERE o.coupons <> '{}' AND o.quote_id IS NULL AND o.state NOT IN ('held', 'cancelled') ORDER BY o.id, d.id DESC
), decided AS (
    SELECT f.order_id AS id, f.number, d.facts::jsonb -> 'coupons' AS coupons
      FROM latest f JOIN rulebooks_decision d ON d.id = f.id
), wanted AS (
    SELECT id, number, coupon ->> 0 AS code FROM decided, jsonb_array_elements(coupons) AS coupon WHERE (coupon ->> 2)::boolean
    UNION ALL
    SELECT o.id, o.number, code FROM orders_order o, unnest(o.coupons) AS code
     WHERE o.quote_id IS NOT NULL AND o.state NOT IN ('held', 'cancelled')
)
SELECT c.code AS ref, coalesce(h.uses, 0)::text AS expected, c.used_total::text AS found, 'uses of the coupon' AS detail
  FROM pricing_coupon c LEFT JOIN (SELECT coupon_id, sum(uses) AS uses FROM held GROUP BY 1) h ON h.coupon_id = c.id
 WHERE c.used_total <> coalesce(h.uses, 0)
UNION ALL
SELECT c.code || ' ' || cu.code, coalesce(h.uses, 0)::text, coalesce(u.used, 0)::text, 'uses by the customer'
  FROM held h FULL JOIN pricing_couponuse u ON u.coupon_id = h.coupon_id AND u.customer_id = h.customer_id
  JOIN pricing_coupon c ON c.id = coalesce(h.coupon_id, u.coupon_id)
  JOIN masterdata_customer cu ON cu.id = coalesce(h.customer_id, u.customer_id)
 WHERE coalesce(h.uses, 0) <> coalesce(u.used, 0)
UNION ALL
SELECT c.code || ' ' || coalesce(o.number, r.order_id::text), 'an order with the coupon',
       CASE WHEN o.id IS NULL THEN 'no order' WHEN o.state = 'cancelled' THEN 'a cancelled order'
            WHEN o.customer_id IS DISTINCT FROM r.customer_id THEN 'an order of another customer' ELSE 'an order without it' END,
       'use'
  FROM pricing_couponredemption r JOIN pricing_coupon c ON c.id = r.coupon_id
  LEFT JOIN orders_order o ON o.id = r.order_id
 WHERE r.state = 'redeemed'
   AND (o.id IS NULL OR o.state = 'cancelled' OR o.customer_id IS DISTINCT FROM r.customer_id OR c.code <> ALL (o.coupons))
UNION ALL
SELECT c.code || ' ' || w.number, 'a use', 'none', 'granted'
  FROM wanted w JOIN pricing_coupon c ON c.code = w.code
 WHERE NOT EXISTS (
    SELECT FROM pricing_couponredemption r WHERE r.coupon_id = c.id AND r.order_id = w.id AND r.state = 'redeemed'
 )
