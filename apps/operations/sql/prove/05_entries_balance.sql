-- Every journal entry balances, in its own and in the functional currency
SELECT e.source_ref AS ref, '0' AS expected,
       coalesce(sum(p.amount_minor), 0) || ' / ' || coalesce(sum(p.functional_minor), 0) AS found,
       count(p.id) || ' postings' AS detail
  FROM ledger_journalentry e LEFT JOIN ledger_posting p ON p.entry_id = e.id
 GROUP BY e.id, p.currency
HAVING coalesce(sum(p.amount_minor), 0) <> 0 OR coalesce(sum(p.functional_minor), 0) <> 0 OR count(p.id) < 2
