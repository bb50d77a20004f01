"""Programs that call the API with a key, and a world in which something of everything has happened."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from rest_framework.test import APIClient

from apps.billing.models import Invoice, InvoiceKind, Payment
from apps.exceptions.models import Case
from apps.inventory.models import AllocationRun, Shipment, Stock, Supply
from apps.masterdata.models import Address, ApiKey, Customer, Product, User
from apps.masterdata.services.keys import create_api_key
from apps.orders.models import Order
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.roles import ROLES
from tests.factories.orders import CLERK, LATER, NOW, bill, place, ship

EVERY_PERMISSION = frozenset(name for names in ROLES.values() for name in names)


def a_caller(*permissions: str) -> APIClient:
    """Return a client that sends the key of a new program with exactly these permissions."""
    return with_key(a_key(a_program(*permissions)))


def a_program(*permissions: str, username: str = "") -> User:
    """Make a user who never signs in: no password to hash, and all of its permissions in three statements."""
    user = User.objects.create(username=username or f"program.{uuid4()}")
    wanted = {tuple(name.split(".")) for name in permissions}
    kinds = {app: ContentType.objects.get_or_create(app_label=app, model="verb")[0] for app, _ in wanted}
    rows = [Permission(content_type=kinds[app], codename=codename, name=codename) for app, codename in wanted]
    Permission.objects.bulk_create(rows, ignore_conflicts=True)
    known = Permission.objects.filter(content_type__in=kinds.values()).select_related("content_type")
    user.user_permissions.set([row for row in known if (row.content_type.app_label, row.codename) in wanted])
    return user


def a_key(user: User, days: int = 1, scopes: Iterable[str] = ()) -> str:
    """Make an API key and return its secret."""
    now = clock.now()
    made = create_api_key(
        username=user.username,
        name="test",
        expires_at=now + timedelta(days=days),
        scopes=list(scopes),
        actor=SYSTEM,
        now=now,
    )
    return made.secret


def with_key(secret: str) -> APIClient:
    """Return a client that sends the key."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def key_header() -> dict[str, str]:
    """Return a fresh Idempotency-Key."""
    return {"Idempotency-Key": str(uuid4())}


@dataclass(slots=True)
class World:
    """A caller who may do everything, and ids of real things by the name that paths give them."""

    secret: str
    user: User
    ids: dict[str, list[str]] = field(default_factory=dict)


def a_world() -> World:
    """Let something of everything happen in the demo company: held, waiting, shipped, invoiced, credited and paid orders."""
    user = a_program(*EVERY_PERMISSION, username="fuzz.everything")
    world = World(a_key(user), user)
    caller = with_key(world.secret)
    ordered = [place(), place(customer="C-1003"), place(customer="C-2001", currency="EUR", legal_entity="DE01")]
    shipped = [place(), place(customer="C-1002", lines=[("MUG-RED", "1")])]
    for order in shipped:
        ship(order)
    bill(*shipped, until=LATER, now=LATER)
    place(customer="C-9001"), place(customer="C-9003", actor=CLERK)
    place(lines=[("CLOCK-WALL", "1000000")], customer="C-1004")
    _pay_and_give_back(caller, shipped[0])
    _announce_supplies(caller)
    _try_allocation(caller)
    world.ids = _ids(ordered)
    return world


def _try_allocation(caller: APIClient) -> None:
    for _ in range(2):
        body = {"legal_entity": "UK01"}
        answer = caller.post("/api/v1/inventory/allocation-runs", body, format="json", headers=key_header())
        assert answer.status_code == 201, answer.content


def _announce_supplies(caller: APIClient) -> None:
    rows = [
        {
            "sku": sku, "warehouse": "UK-MAIN", "quantity": "500", "unit_cost": "2.10", "due_at": "2026-03-20T08:00:00Z",
            "source_ref": f"PO-1/{sku}", "number": "PO-1", "status": "confirmed",
        }
        for sku in ("MUG-BLUE", "MUG-RED", "CLOCK-WALL")
    ]  # fmt: skip
    answer = caller.post("/api/v1/inventory/supplies", {"supplies": rows}, format="json", headers=key_header())
    assert answer.status_code == 200 and not answer.json()["refused"], answer.content


def _pay_and_give_back(caller: APIClient, order: Order) -> None:
    line = order.lines.order_by("line_no").first()
    assert line is not None
    back = {"lines": [{"line_id": str(line.id), "quantity": "1"}], "reason": "Broken"}
    paid = {"legal_entity": "UK01", "currency": "GBP", "amount_minor": 9000, "customer": "C-1001"}
    for path, body in ((f"/api/v1/orders/{order.id}/return", back), ("/api/v1/payments", paid)):
        answer = caller.post(path, body, format="json", headers=key_header())
        assert answer.status_code in (200, 201), answer.content


def _ids(ordered: list[Order]) -> dict[str, list[str]]:
    def some(rows: Any) -> list[str]:
        return [str(pk) for pk in rows.values_list("pk", flat=True)[:20]]

    invoices = Invoice.objects.filter(state__in=["issued", "settled"])
    return {
        "order_id": some(Order.objects.all()),
        "case_id": some(Case.objects.all()),
        "customer_id": some(Customer.objects.all()),
        "address_id": some(Address.objects.all()),
        "product_id": some(Product.objects.all()),
        "invoice_id": some(invoices.filter(kind=InvoiceKind.INVOICE)) + some(invoices),
        "payment_id": some(Payment.objects.all()),
        "shipment_id": some(Shipment.objects.all()),
        "run_id": some(AllocationRun.objects.all()),
        "supply_id": some(Supply.objects.all()),
        "stock_id": some(Stock.objects.all()),
        "key_id": some(ApiKey.objects.exclude(user__username="fuzz.everything")),
        "line_id": [str(line.pk) for order in ordered for line in order.lines.all()],
    }


__all__ = ["EVERY_PERMISSION", "NOW", "World", "a_caller", "a_key", "a_world", "key_header", "with_key"]
