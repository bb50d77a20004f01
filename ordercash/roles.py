"""Who may do what: the one table from which the groups and their permissions are made (`manage.py sync_roles`).

A role does its own work and sees what it needs for it. Nobody both enters an order and releases its credit hold, ships and writes off,
or writes a rule and approves it. The auditor sees everything and changes nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Final

# What everybody in the back office may look at.
_WORK: Final = (
    "orders.view_orders",
    "orders.view_customer_accounts",
    "masterdata.view_customers",
    "masterdata.view_products",
    "exceptions.view_cases",
    "inventory.view_stock",
    "inventory.view_shipments",
)
_MONEY: Final = ("billing.view_invoices", "billing.view_payments")
_BOOKS: Final = ("ledger.view_ledger",)
_RULES: Final = (
    "rulebooks.view_rulebooks",
    "rulebooks.view_decisions",
    "pricing.view_prices",
    "pricing.view_coupons",
    "pricing.view_rebates",
    "pricing.view_quotes",
    "compliance.view_tax_rates",
)
_COSTS: Final = ("pricing.view_costs",)
# What is promised, what is to come, how what is scarce was shared.
_PROMISES: Final = (
    "inventory.view_promises",
    "inventory.view_supplies",
    "inventory.view_allocation",
    "inventory.view_notices",
    "inventory.view_sync",
)
_MESSAGES: Final = ("integrations.view_warehouse_messages",)
_CASEWORK: Final = ("exceptions.claim_case", "exceptions.resolve_case")
_RULEMAKER: Final = ("rulebooks.draft_version", "rulebooks.run_back_tests", "rulebooks.comment_version")
_APPROVER: Final = (
    "rulebooks.approve_version",
    "rulebooks.run_back_tests",
    "rulebooks.activate_version",
    "rulebooks.roll_back",
    "rulebooks.comment_version",
    "exceptions.assign_case",
    "exceptions.cancel_case",
)

ROLES: Mapping[str, Sequence[str]] = {
    "order_desk": (
        *_WORK, *_CASEWORK, *_MONEY, *_RULES, *_PROMISES,
        "orders.place_orders", "orders.cancel_orders", "masterdata.change_customers", "pricing.make_quotes",
        "inventory.simulate_allocation", "inventory.hold_goods",
    ),
    "warehouse": (
        *_WORK, *_CASEWORK, *_PROMISES, *_MESSAGES, *_RULEMAKER, "rulebooks.view_rulebooks", "rulebooks.view_decisions",
        "integrations.send_again",
        "orders.ship_orders", "orders.return_goods", "inventory.receive_stock", "inventory.adjust_stock",
        "inventory.change_supplies", "inventory.move_bins", "inventory.inspect_returns", "inventory.change_safety_stock",
        "inventory.simulate_allocation", "inventory.commit_allocation", "inventory.change_quotas",
        "inventory.hold_goods", "inventory.change_handling",
    ),
    "pricing_analyst": (
        *_WORK, *_CASEWORK, *_RULES, *_COSTS,
        "orders.set_prices",
        "pricing.make_quotes", "pricing.promise_other_instants",
        "pricing.change_prices", "pricing.change_costs", "pricing.change_coupons", "pricing.draft_rebates", *_RULEMAKER,
        "masterdata.change_products", "masterdata.view_setup",
    ),
    "compliance_officer": (
        *_WORK, *_CASEWORK, *_RULES,
        "compliance.change_tax_rates", "orders.release_orders", "orders.accept_content", "orders.cancel_orders",
        "masterdata.block_customers",
        "masterdata.view_setup", *_RULEMAKER,
    ),
    "credit_controller": (
        *_WORK, *_CASEWORK, *_MONEY,
        "orders.release_orders", "orders.accept_credit_risk", "orders.cancel_orders", "masterdata.block_customers",
        "masterdata.set_credit_limits",
    ),
    "ar_clerk": (
        *_WORK, *_CASEWORK, *_MONEY, *_BOOKS,
        "orders.bill_orders", "orders.return_goods", "billing.issue_invoices", "billing.record_payments", "billing.apply_cash",
        "pricing.view_rebates",
    ),
    "finance_controller": (
        *_WORK, *_CASEWORK, *_MONEY, *_BOOKS, *_RULES, *_COSTS,
        "billing.write_off", "pricing.settle_rebates", "ledger.close_period", "ledger.export_journal", *_RULEMAKER, "audit.view_events",
        "inventory.revalue_stock",
        "masterdata.view_setup", "operations.view_proof", "operations.run_proof",
    ),
    "order_approver": (
        *_WORK, *_CASEWORK, *_MONEY, *_APPROVER, *_RULES, *_PROMISES,
        "orders.release_orders", "orders.accept_content", "orders.accept_refused_coupons", "orders.cancel_orders",
        "inventory.simulate_allocation", "inventory.commit_allocation", "inventory.allocate_by_hand", "inventory.apply_replan",
    ),
    "pricing_approver": (
        *_WORK, *_CASEWORK, *_APPROVER, *_RULES, *_COSTS,
        "pricing.promise_other_instants", "pricing.approve_rebates", "orders.release_orders", "orders.accept_free_goods",
        "orders.accept_refused_coupons", "orders.allow_below_floor", "orders.set_prices",
    ),
    "credit_approver": (*_WORK, *_CASEWORK, *_MONEY, *_APPROVER, *_RULES, "orders.release_orders", "orders.accept_credit_risk"),
    "finance_approver": (*_WORK, *_MONEY, *_BOOKS, *_APPROVER, *_RULES, *_COSTS, "audit.view_events", "operations.view_proof"),
    "auditor": (
        *_WORK, *_MONEY, *_BOOKS, *_RULES, *_COSTS, *_PROMISES, *_MESSAGES,
        "audit.view_events", "audit.view_jobs", "masterdata.view_setup", "masterdata.view_users", "masterdata.view_api_keys",
        "operations.view_proof",
    ),
    "integration_engineer": (
        *_WORK, *_RULES, *_PROMISES, *_MESSAGES,
        "integrations.manage_warehouse_connections", "integrations.send_again",
        "orders.place_orders", "pricing.make_quotes", "masterdata.view_setup", "masterdata.change_setup", "masterdata.view_api_keys",
        "masterdata.manage_api_keys", "masterdata.change_products", "inventory.change_warehouses", "audit.view_events",
        "audit.view_jobs",
    ),
    "platform_operator": (
        "audit.view_events", "audit.view_jobs", "audit.manage_jobs", "exceptions.view_cases", "exceptions.configure_queues",
        "masterdata.view_setup", "masterdata.view_users", "masterdata.manage_users", "masterdata.view_api_keys",
        "rulebooks.view_rulebooks", "operations.view_proof", "operations.run_proof",
    ),
}  # fmt: skip
