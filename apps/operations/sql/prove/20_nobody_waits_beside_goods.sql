-- No line waits beside goods of its legal entity that are free, but where goods are given by hand, kept for channels or by rules, or a kit is not whole
WITH by_hand AS (
    SELECT e.id FROM masterdata_legalentity e JOIN rulebooks_rulebook r ON r.legal_entity_id = e.id OR r.legal_entity_id IS NULL
      JOIN rulebooks_activation a ON a.rulebook_id = r.id AND a.from_at <= now() AND (a.until_at IS NULL OR a.until_at > now())
      JOIN rulebooks_rulebookversion v ON v.id = a.version_id
     WHERE r.kind = 'inventory.allocation' AND position('"strategy":"manual"' in v.document) > 0
), beside AS (
    SELECT s.product_id, w.legal_entity_id, sum(s.free) AS free, bool_or(s.has_quotas) AS has_quotas
      FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.is_active
     WHERE s.free > 0 AND s.synced_at IS NULL AND w.legal_entity_id NOT IN (SELECT id FROM by_hand)
     GROUP BY s.product_id, w.legal_entity_id
)
SELECT e.code || ' ' || p.sku AS ref, 'nothing free, or nobody waits' AS expected,
       f.free || ' free, ' || sum(b.quantity) || ' waited for' AS found, 'free goods against those who wait for them' AS detail
  FROM beside f
  JOIN inventory_backorder b ON b.product_id = f.product_id AND b.legal_entity_id = f.legal_entity_id AND b.reason NOT IN ('later', 'rules')
  LEFT JOIN inventory_orderpolicy o ON o.order_id = b.order_id AND o.kits_whole AND b.kit_no IS NOT NULL
  JOIN masterdata_product p ON p.id = f.product_id
  JOIN masterdata_legalentity e ON e.id = f.legal_entity_id
 WHERE o.order_id IS NULL
   AND (NOT f.has_quotas OR (inventory_quota_room(b.legal_entity_id, b.product_id, b.channel, now()) > 0
        AND NOT EXISTS (SELECT FROM inventory_quota q WHERE q.product_id = b.product_id AND q.legal_entity_id = b.legal_entity_id
                           AND q.released_at IS NULL AND q.release_on <= (now() AT TIME ZONE e.time_zone)::date)))
 GROUP BY e.code, p.sku, f.free
