-- An order's state is what its facts say: shipped when nothing is open, invoiced when nothing is owed, closed when all is settled
WITH facts AS (
    SELECT o.id, o.number, o.state,
           EXISTS (SELECT FROM inventory_reservation r WHERE r.order_id = o.id)
           OR EXISTS (SELECT FROM inventory_backorder b WHERE b.order_id = o.id) AS is_open,
           EXISTS (SELECT FROM inventory_shipment s WHERE s.order_id = o.id) AS has_shipped,
           EXISTS (SELECT FROM billing_billingobligation b WHERE b.order_id = o.id AND b.state = 'owed') AS is_owed,
           EXISTS (SELECT FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id
                    WHERE l.order_id = o.id AND i.kind = 'invoice' AND i.open_minor > 0) AS is_unpaid
      FROM orders_order o WHERE o.state NOT IN ('held', 'cancelled')
)
SELECT number AS ref,
       CASE WHEN is_open AND has_shipped THEN 'partly_shipped' WHEN is_open THEN 'confirmed'
            WHEN is_owed THEN 'shipped' WHEN is_unpaid THEN 'shipped or invoiced' ELSE 'shipped, invoiced or closed' END AS expected,
       state AS found, '' AS detail
  FROM facts
 WHERE CASE WHEN is_open AND has_shipped THEN state <> 'partly_shipped'
            WHEN is_open THEN state <> 'confirmed'
            WHEN is_owed THEN state <> 'shipped'
            WHEN is_unpaid THEN state NOT IN ('shipped', 'invoiced')
            ELSE state NOT IN ('shipped', 'invoiced', 'closed') END
