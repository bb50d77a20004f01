"""Puts the parts together: registers with the lower apps what the higher ones answer for."""

from apps.audit.contract import register_job
from apps.billing.contract import DELIVERY_REASONS, DELIVERY_RESOLUTIONS
from apps.exceptions.contract import ReasonKind, register_reasons, register_resolutions
from apps.integrations.contract import JOBS as WAREHOUSE_JOBS
from apps.integrations.contract import MESSAGE_RESOLUTIONS, ROW_REASONS, STOCK_RESOLUTIONS, WAREHOUSE_REASONS
from apps.inventory.contract import connect_orders
from apps.masterdata.contract import register_demo, register_story
from apps.orders.contract import JOBS, ORDER_REASONS, ORDER_RESOLUTIONS, RETURN_REASONS, RETURN_RESOLUTIONS, line_tags
from apps.pricing.contract import REBATE_REASONS, REBATE_RESOLUTIONS, connect_billing
from ordercash.demo import load_charts, load_stock
from ordercash.demo_story import load_story
from ordercash.rebates import Billing


def connect() -> None:
    """Fill the registries; runs once, when every app is loaded."""
    reasons = {**ORDER_REASONS, **RETURN_REASONS, **ROW_REASONS, **DELIVERY_REASONS, **REBATE_REASONS}
    reasons |= WAREHOUSE_REASONS
    register_reasons({code: ReasonKind(*kind) for code, kind in reasons.items()})
    register_resolutions("order", ORDER_RESOLUTIONS)
    register_resolutions("return", RETURN_RESOLUTIONS)
    register_resolutions("stock", STOCK_RESOLUTIONS)
    register_resolutions("warehouse_message", MESSAGE_RESOLUTIONS)
    for kind, offered in {**DELIVERY_RESOLUTIONS, **REBATE_RESOLUTIONS}.items():
        register_resolutions(kind, offered)
    connect_billing(Billing())
    connect_orders(line_tags)
    register_demo("chart of accounts", load_charts)
    register_demo("stock", load_stock)
    register_story(load_story)
    for name, (function, every_seconds, title) in {**JOBS, **WAREHOUSE_JOBS}.items():
        register_job(name, function, every_seconds=every_seconds, title=title)
