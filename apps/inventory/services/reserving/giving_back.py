"""Giving back quantities of reservations, whose stock rows are locked."""

LESS_RESERVED = """
WITH less AS (
    SELECT * FROM unnest(%s::uuid[], %s::numeric[]) AS l (reservation_id, quantity)
), gone AS (
    DELETE FROM inventory_reservation r USING less l WHERE r.id = l.reservation_id AND r.quantity = l.quantity
    RETURNING r.stock_id, l.quantity
), lowered AS (
    UPDATE inventory_reservation r SET quantity = r.quantity - l.quantity
      FROM less l WHERE r.id = l.reservation_id AND r.quantity > l.quantity
    RETURNING r.stock_id, l.quantity
), freed AS (
    SELECT * FROM gone UNION ALL SELECT * FROM lowered
), given AS (
    UPDATE inventory_stock s SET reserved = s.reserved - f.quantity, version = s.version + 1
      FROM (SELECT stock_id, sum(quantity) AS quantity FROM freed WHERE stock_id IS NOT NULL GROUP BY stock_id) f
     WHERE s.id = f.stock_id
)
SELECT count(*) FROM freed
"""
