"""Sending what a caller may send, and seeing that a refusal left nothing behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from django.db import connection
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from tests.factories.api import key_header
from tests.factories.orders import document

ORDERS = "/api/v1/orders"
BATCH = "/api/v1/orders:batch"
PROBLEM = "application/problem+json"

# Everything that an order, its stock, its money or its story could leave behind.
TABLES = (
    "orders_order", "orders_orderline", "orders_returnrequest", "masterdata_address", "masterdata_customer", "masterdata_product",
    "inventory_reservation", "inventory_backorder", "inventory_shipment", "inventory_shipmentline", "inventory_stockmovement",
    "inventory_supply", "inventory_supplyreceipt", "inventory_allocationrun", "inventory_allocationmove",
    "billing_billingobligation", "billing_invoice", "billing_payment", "billing_settlement", "ledger_journalentry", "ledger_posting",
    "exceptions_case", "exceptions_casereason", "audit_eventrecord", "audit_job", "rulebooks_decision", "masterdata_apikey",
    "pricing_pricelist", "pricing_pricerecord", "pricing_costrecord", "pricing_coupon", "pricing_couponcampaign",
    "pricing_couponredemption", "masterdata_bundlepart", "masterdata_productunit", "compliance_taxrate",
)  # fmt: skip
SUMS = (
    "SELECT coalesce(sum(on_hand), 0), coalesce(sum(reserved), 0), coalesce(sum(value_minor), 0) FROM inventory_stock",
    "SELECT coalesce(sum(orders_minor), 0), coalesce(sum(invoices_minor), 0) FROM billing_creditexposure",
    "SELECT md5(coalesce(string_agg(id::text || state || version, ',' ORDER BY id), '')) FROM orders_order",
    "SELECT md5(coalesce(string_agg(c::text, ',' ORDER BY id), '')) FROM masterdata_customer c",
)


def post(caller: APIClient, body: Any, path: str = ORDERS, kind: str = "application/json", **headers: str) -> Any:
    """Send a body, as bytes or as JSON, with a fresh Idempotency-Key unless one is given."""
    sent = body if isinstance(body, bytes) else orjson.dumps(body)
    return caller.generic("POST", path, sent, content_type=kind, headers={**key_header(), **headers})


def an_order(**values: Any) -> dict[str, Any]:
    """Return an order of the demo company."""
    return document(**values)


def refusal(answer: HttpResponse, status: int) -> Any:
    """Return the problem document of a refusal, having looked at its form."""
    assert answer.status_code == status, (answer.status_code, answer.content[:600])
    assert answer["Content-Type"] == PROBLEM
    problem = orjson.loads(answer.content)
    assert problem["status"] == status
    assert problem["type"] == f"urn:ordercash:problem:{problem['code']}"
    return problem


def faults(problem: Any) -> list[tuple[str, str]]:
    """Return where and what is wrong."""
    return [(fault["pointer"], fault["code"]) for fault in problem["errors"]]


def everything() -> list[Any]:
    """Return how many rows there are and what they sum to."""
    counts = [f"SELECT count(*) FROM {table}" for table in TABLES]
    with connection.cursor() as cursor:
        found: list[Any] = []
        for question in (*counts, *SUMS):
            cursor.execute(question)
            found.append(cursor.fetchone())
    return found


@contextmanager
def nothing_happens() -> Iterator[None]:
    """See that the database is the same after what is done inside."""
    before = everything()
    yield
    assert everything() == before


def api_views() -> Iterator[tuple[str, Any]]:
    """Return every endpoint by its route."""
    for route, view in _routes(get_resolver().url_patterns, ""):
        if route.startswith("api/v1/") and isinstance(view, type):
            yield route, view


def _routes(patterns: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for found in patterns:
        if isinstance(found, URLResolver):
            yield from _routes(found.url_patterns, prefix + str(found.pattern))
        elif isinstance(found, URLPattern):
            yield prefix + str(found.pattern), getattr(found.callback, "view_class", found.callback)
