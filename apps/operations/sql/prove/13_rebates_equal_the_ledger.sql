-- Rebates: earned + trued up - settled = open = ledger account, and what was earned = the rebate computed at once on the total
WITH moves AS (
    SELECT r.account_id, sum(r.base_minor) AS base, sum(r.quantity) AS quantity,
           coalesce(sum(r.amount_minor) FILTER (WHERE r.kind <> 'settlement'), 0) AS earned,
           coalesce(-sum(r.amount_minor) FILTER (WHERE r.kind = 'settlement'), 0) AS settled
      FROM pricing_rebateaccrual r GROUP BY r.account_id
), accounts AS (
    SELECT c.*, a.code, a.legal_entity_id, a.currency, a.basis, a.reward, a.is_retrospective, u.decimals,
           coalesce(m.base, 0) AS base, coalesce(m.quantity, 0) AS units, coalesce(m.earned, 0) AS earned, coalesce(m.settled, 0) AS settled,
           CASE a.basis WHEN 'turnover' THEN coalesce(m.base, 0) / 10::numeric ^ u.decimals ELSE coalesce(m.quantity, 0) END AS measure
      FROM pricing_rebateaccount c
      JOIN pricing_rebateagreement a ON a.id = c.agreement_id
      JOIN masterdata_currency u ON u.code = a.currency
      LEFT JOIN moves m ON m.account_id = c.id
), named AS (
    SELECT x.*, x.code || ' ' || cu.code AS ref FROM accounts x JOIN masterdata_customer cu ON cu.id = x.customer_id
), slices AS (
    SELECT agreement_id, least, rate, lead(least) OVER (PARTITION BY agreement_id ORDER BY least) AS ends FROM pricing_rebatetier
), at_once AS (
    -- Retrospective: all of it at the rate of the highest tier reached; else each slice at its own.
    SELECT n.id, round(coalesce(sum(
               CASE WHEN NOT n.is_retrospective THEN (least(n.measure, coalesce(s.ends, n.measure)) - s.least) * s.rate
                    WHEN s.ends IS NULL OR n.measure < s.ends
                    THEN s.rate * CASE n.reward WHEN 'percent' THEN n.base / 10::numeric ^ n.decimals ELSE n.units END
                    ELSE 0 END), 0)
               / CASE n.reward WHEN 'percent' THEN 100 ELSE 1 END * 10::numeric ^ n.decimals) AS minor
      FROM named n LEFT JOIN slices s ON s.agreement_id = n.agreement_id AND s.least <= n.measure
     GROUP BY n.id, n.measure, n.is_retrospective, n.reward, n.base, n.units, n.decimals
), books AS (
    SELECT a.role, a.legal_entity_id, p.currency, p.customer_id, sum(p.amount_minor) AS minor
      FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
     WHERE a.role IN ('rebates_payable', 'rebates_granted') GROUP BY 1, 2, 3, 4
), compared AS (
    SELECT role, legal_entity_id, currency, customer_id, sum(book) AS book, sum(fact) AS fact FROM (
        SELECT role, legal_entity_id, currency, customer_id, minor AS book, 0 AS fact FROM books
        UNION ALL
        SELECT 'rebates_payable', legal_entity_id, currency, customer_id, 0, -(earned - settled) FROM named
        UNION ALL
        SELECT 'rebates_granted', legal_entity_id, currency, NULL, 0, earned FROM named
    ) both_sides GROUP BY 1, 2, 3, 4
)
SELECT c.role || ' ' || le.code || ' ' || c.currency || coalesce(' ' || cu.code, '') AS ref, c.fact::text AS expected,
       c.book::text AS found, 'account against rebates' AS detail
  FROM compared c JOIN masterdata_legalentity le ON le.id = c.legal_entity_id
  LEFT JOIN masterdata_customer cu ON cu.id = c.customer_id
 WHERE c.book <> c.fact
UNION ALL
SELECT n.ref, n.base || ' / ' || trim_scale(n.units) || ', ' || n.earned || ' - ' || n.settled,
       n.base_minor || ' / ' || trim_scale(n.quantity) || ', ' || n.accrued_minor || ' - ' || n.settled_minor, 'running totals'
  FROM named n
 WHERE (n.base_minor, n.quantity, n.accrued_minor, n.settled_minor) IS DISTINCT FROM (n.base, n.units, n.earned, n.settled)
UNION ALL
SELECT n.ref, o.minor::text, n.earned::text, 'earned against the rebate on the total'
  FROM named n JOIN at_once o ON o.id = n.id WHERE o.minor <> n.earned
UNION ALL
-- Every line that counted is billing's, with its amount.
SELECT n.ref, coalesce(sign(0.5 - (l.credits_line_id IS NOT NULL)::int) * l.net_minor, 0)::text, r.base_minor::text,
       'invoice line ' || r.line_id
  FROM pricing_rebateaccrual r JOIN named n ON n.id = r.account_id
  LEFT JOIN billing_invoiceline l ON l.id = r.line_id
 WHERE r.kind IN ('accrual', 'reversal')
   AND (CASE WHEN l.credits_line_id IS NULL THEN (l.net_minor, l.quantity) ELSE (-l.net_minor, -l.quantity) END)
       IS DISTINCT FROM (r.base_minor, r.quantity)
UNION ALL
-- Every settlement is a credit note, and every such note a settlement.
SELECT coalesce(i.number, r.source_ref), coalesce(-r.amount_minor, 0)::text, coalesce(i.net_minor, 0)::text, 'settlement against credit note'
  FROM (SELECT * FROM pricing_rebateaccrual WHERE kind = 'settlement') r
  FULL JOIN (SELECT * FROM billing_invoice WHERE about_kind = 'rebate_agreement' AND state <> 'draft') i ON i.id = r.document_id
 WHERE i.net_minor IS DISTINCT FROM -r.amount_minor
