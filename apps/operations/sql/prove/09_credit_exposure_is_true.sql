-- Credit exposure = what is confirmed and not invoiced + what is invoiced and unpaid, by customer (unused credit does not lower it)
WITH confirmed AS (
    SELECT o.legal_entity_id, o.customer_id, o.currency,
           sum(o.gross_minor) - coalesce(sum(c.minor), 0) AS minor
      FROM orders_order o
      LEFT JOIN (
        SELECT order_id, sum(cancelled_net_minor + cancelled_tax_minor) AS minor FROM orders_orderline GROUP BY order_id
      ) c ON c.order_id = o.id
     WHERE o.state NOT IN ('held', 'cancelled') GROUP BY 1, 2, 3
), billed AS (
    SELECT legal_entity_id, customer_id, currency, sum(net_minor + tax_minor) AS minor
      FROM billing_billingobligation WHERE state = 'billed' GROUP BY 1, 2, 3
), opened AS (
    SELECT legal_entity_id, customer_id, currency, sum(open_minor) AS minor
      FROM billing_invoice WHERE kind = 'invoice' AND state <> 'draft' GROUP BY 1, 2, 3
), truth AS (
    SELECT legal_entity_id, customer_id, currency, sum(orders) AS orders, sum(invoices) AS invoices FROM (
        SELECT legal_entity_id, customer_id, currency, minor AS orders, 0 AS invoices FROM confirmed
        UNION ALL SELECT legal_entity_id, customer_id, currency, -minor, 0 FROM billed
        UNION ALL SELECT legal_entity_id, customer_id, currency, 0, minor FROM opened
    ) parts GROUP BY 1, 2, 3
)
SELECT cu.code || ' ' || coalesce(t.currency, e.currency) AS ref,
       coalesce(t.orders, 0) || ' ordered, ' || coalesce(t.invoices, 0) || ' invoiced' AS expected,
       coalesce(e.orders_minor, 0) || ' ordered, ' || coalesce(e.invoices_minor, 0) || ' invoiced' AS found,
       'exposure row against orders and invoices' AS detail
  FROM truth t
  FULL JOIN billing_creditexposure e USING (legal_entity_id, customer_id, currency)
  JOIN masterdata_customer cu ON cu.id = customer_id
 WHERE coalesce(t.orders, 0) <> coalesce(e.orders_minor, 0) OR coalesce(t.invoices, 0) <> coalesce(e.invoices_minor, 0)
