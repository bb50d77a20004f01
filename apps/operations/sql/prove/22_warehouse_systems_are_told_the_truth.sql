-- Connections name warehouses; every shipment that a system told and we applied is one of ours, and no other bears its name
SELECT c.base_url AS ref, 'a warehouse' AS expected, c.warehouse_id::text AS found, 'the warehouse of a connection' AS detail
  FROM integrations_warehouseconnection c LEFT JOIN inventory_warehouse w ON w.id = c.warehouse_id WHERE w.id IS NULL
UNION ALL
SELECT m.source_ref, 'one shipment, or goods that were booked out with a case', 'none', 'a shipment that was told and applied'
  FROM integrations_warehousemessage m
 WHERE m.direction = 'in' AND m.kind = 'shipped' AND m.state = 'applied' AND m.error = ''
   AND NOT EXISTS (SELECT FROM inventory_shipment s WHERE s.source_ref = 'wms:' || m.connection_id || ':' || (m.payload ->> 'shipment_id'))
UNION ALL
SELECT s.number, 'a message', 'none', 'the message of a shipment that bears the name of a system'
  FROM inventory_shipment s
 WHERE starts_with(s.source_ref, 'wms:')
   AND NOT EXISTS (SELECT FROM integrations_warehousemessage m
                    WHERE m.direction = 'in' AND m.kind = 'shipped' AND m.order_id = s.order_id
                      AND s.source_ref = 'wms:' || m.connection_id || ':' || (m.payload ->> 'shipment_id'))
UNION ALL
SELECT m.source_ref, m.quantity::text, coalesce(l.quantity, 0)::text, 'goods of a shipment that was told'
  FROM (SELECT m.id, m.source_ref, m.connection_id, m.payload ->> 'shipment_id' AS shipment, sum((line ->> 'quantity')::numeric) AS quantity
          FROM integrations_warehousemessage m, jsonb_array_elements(m.payload -> 'lines') AS line
         WHERE m.direction = 'in' AND m.kind = 'shipped' AND m.state = 'applied' AND m.error = '' GROUP BY 1, 2, 3, 4) m
  JOIN inventory_shipment s ON s.source_ref = 'wms:' || m.connection_id || ':' || m.shipment
 CROSS JOIN LATERAL (SELECT sum(quantity) AS quantity FROM inventory_shipmentline WHERE shipment_id = s.id AND stock_id IS NOT NULL) l
 WHERE m.quantity <> coalesce(l.quantity, 0)
UNION ALL
SELECT o.order_id::text || '/' || o.seq, o.told::text, m.payload::text, 'what an order''s newest message told'
  FROM integrations_warehouseorder o
  LEFT JOIN integrations_warehousemessage m
         ON m.connection_id = o.connection_id AND m.order_id = o.order_id AND m.direction = 'out' AND m.order_seq = o.seq
 WHERE (o.seq > 0 AND o.told -> 'lines' <> '[{"line_id": "?"}]'::jsonb) AND (m.id IS NULL OR m.payload -> 'lines' <> o.told -> 'lines')
