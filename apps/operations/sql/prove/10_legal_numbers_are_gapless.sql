-- Legal numbers have no gap and no double, by entity, series and year
SELECT le.code || ' ' || coalesce(n.series, i.series) || '-' || coalesce(n.year, i.year) AS ref,
       (coalesce(n.next_number, 1) - 1)::text AS expected,
       coalesce(i.documents, 0) || ' documents, last ' || coalesce(i.last, 0) AS found, 'documents against the series' AS detail
  FROM billing_numberseries n
  FULL JOIN (
    SELECT legal_entity_id, series, year, count(*) AS documents, max(serial) AS last, min(serial) AS first
      FROM billing_invoice WHERE state <> 'draft' GROUP BY legal_entity_id, series, year
  ) i USING (legal_entity_id, series, year)
  JOIN masterdata_legalentity le ON le.id = legal_entity_id
 WHERE coalesce(n.next_number, 1) - 1 <> coalesce(i.documents, 0) OR coalesce(i.documents, 0) <> coalesce(i.last, 0)
    OR coalesce(i.first, 1) <> 1
