"""The chart of accounts that every legal entity starts with."""

from uuid import UUID

from ordercash.kernel import sql
from ordercash.kernel.ids import new_ids
from ordercash.kernel.transactions import joins

# code, name, kind, role
STANDARD_CHART = (
    ("1000", "Cash at bank", "asset", "cash"),
    ("1200", "Trade receivables", "asset", "receivable"),
    ("1400", "Stock", "asset", "stock"),
    ("2000", "Goods received, not invoiced", "liability", "goods_received"),
    ("2200", "Tax payable", "liability", "tax_payable"),
    ("2250", "Rebates payable", "liability", "rebates_payable"),
    ("2300", "Unapplied cash of customers", "liability", "unapplied_cash"),
    ("3000", "Opening balances", "equity", "opening_balance"),
    ("4000", "Revenue", "income", "revenue"),
    ("4100", "Rebates granted", "income", "rebates_granted"),
    ("5000", "Cost of sales", "expense", "cost_of_sales"),
    ("6000", "Bad debts written off", "expense", "write_off"),
    ("6900", "Rounding differences", "expense", "rounding"),
)


@joins
def ensure_chart(legal_entity_id: UUID) -> None:
    """Give a legal entity the accounts of the standard chart that it does not have yet; what exists stays as it is."""
    ids = new_ids(len(STANDARD_CHART))
    rows = [(ids[index], *account) for index, account in enumerate(STANDARD_CHART)]
    sql.run(
        "INSERT INTO ledger_account (id, legal_entity_id, code, name, kind, role)"
        " SELECT id, %s, code, name, kind, role FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[])"
        " AS chart(id, code, name, kind, role) ON CONFLICT DO NOTHING",
        [legal_entity_id, *sql.columns_of(rows, 5)],
    )
