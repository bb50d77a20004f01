"""The site as people and programs meet it: each acts through the REST API with a key of its role, the relay works by itself."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
from django.contrib.auth.models import Group
from django.test import Client

from apps.audit.services.relay import relay_until_idle
from apps.masterdata.management.commands.sync_roles import declared_permissions
from apps.masterdata.models import User
from apps.masterdata.services.keys import create_api_key
from apps.masterdata.services.users import sync_roles
from apps.operations.selectors.prove import prove
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.roles import ROLES
from ordercash.subscriptions import SUBSCRIPTIONS
from tests.factories.orders import document

JSON = dict[str, Any]


@dataclass
class Person:
    """Somebody with an API key. `do` expects to be let, `refused` expects a problem, and both return what was said."""

    name: str
    secret: str
    client: Client = field(default_factory=Client)

    def get(self, path: str, **query: str) -> JSON:
        """Read something."""
        answer = self.client.get(f"/api/v1/{path}", query, HTTP_AUTHORIZATION=f"Bearer {self.secret}")
        assert answer.status_code == 200, answer.content
        return orjson.loads(answer.content)

    def send(self, path: str, body: Any = None, *, key: str = "", method: str = "POST") -> tuple[int, JSON]:
        """Ask for something under a key of its own, or under the one given."""
        answer = self.client.generic(
            method,
            f"/api/v1/{path}",
            orjson.dumps(body if body is not None else {}, default=str),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {self.secret}",
            HTTP_IDEMPOTENCY_KEY=key or str(uuid4()),
        )
        return answer.status_code, orjson.loads(answer.content or b"{}")

    def do(self, path: str, body: Any = None, *, key: str = "") -> JSON:
        """Ask for something that is granted."""
        status, said = self.send(path, body, key=key)
        assert status in (200, 201), said
        return said

    def changes(self, path: str, body: Any) -> JSON:
        """Put something in the place of what is there."""
        status, said = self.send(path, body, method="PUT")
        assert status == 200, said
        return said

    def deletes(self, path: str) -> None:
        """Take something out of use."""
        status, said = self.send(path, method="DELETE")
        assert status == 204, said

    def refused(self, path: str, body: Any = None, *, status: int = 409, key: str = "") -> JSON:
        """Ask for something that is refused with this status."""
        found, said = self.send(path, body, key=key)
        assert found == status, said
        return said

    def places(self, *lines: tuple[str, str], **order: Any) -> JSON:
        """Place an order of (SKU, quantity) lines and return it as it stands."""
        placed = self.do("orders", document(lines=list(lines), **order) if lines else document(**order))
        return self.order(placed["id"])

    def order(self, order: JSON | str) -> JSON:
        """Look at an order."""
        return self.get(f"orders/{order if isinstance(order, str) else order['id']}")

    def invoices(self, order: JSON) -> list[JSON]:
        """Look at an order's invoices, the first one first."""
        return sorted(self.get("invoices", order_id=order["id"])["items"], key=lambda row: row["number"])

    def credit_notes(self, order: JSON) -> list[JSON]:
        """Look at an order's credit notes, the first one first."""
        return sorted(self.get("credit-notes", order_id=order["id"])["items"], key=lambda row: row["number"])

    def receives_money(self, amount_minor: int, *invoices: JSON, **fields: Any) -> JSON:
        """Record a payment that names these invoices."""
        body = {"legal_entity": "UK01", "currency": "GBP", "amount_minor": amount_minor}
        return self.do("payments", {**body, "invoice_numbers": [row["number"] for row in invoices], **fields})


class Site:
    """The demo company with one user per role; `site.warehouse` is the warehouse's."""

    def __init__(self) -> None:
        self._people: dict[tuple[str, ...], Person] = {}

    def __getattr__(self, role: str) -> Person:
        return self.with_roles(role)

    def with_roles(self, *roles: str) -> Person:
        """Return the user who has exactly these roles."""
        if roles not in self._people:
            self._people[roles] = _hire(roles)
        return self._people[roles]

    def works_by_itself(self) -> None:
        """Let the relay deliver every event that was told, and what follows from it."""
        assert relay_until_idle(SUBSCRIPTIONS, clock=clock.now, pause=time.sleep, rounds=6_000)

    def holds(self) -> None:
        """Prove every equality over all orders."""
        proof = prove()
        assert proof.holds, [equality for equality in proof.equalities if not equality.holds]


def _hire(roles: tuple[str, ...]) -> Person:
    now, name = clock.now(), ".".join(roles)
    sync_roles(declared=declared_permissions(), table={role: ROLES[role] for role in roles}, actor=SYSTEM, now=now)
    user = User.objects.create_user(username=name)
    user.groups.add(*Group.objects.filter(name__in=roles))
    made = create_api_key(
        username=name, name="journey", expires_at=now + timedelta(days=1), scopes=(), actor=SYSTEM, now=now
    )
    return Person(name, made.secret)


def quantities(order: JSON, what: str) -> dict[str, str]:
    """Return a quantity of every line, such as what is shipped, by SKU."""
    return {line["sku"]: line[what] for line in order["lines"]}


def line_of(order: JSON, sku: str) -> str:
    """Return the id of the order's line of a SKU."""
    return next(line["id"] for line in order["lines"] if line["sku"] == sku)


def parts(order: JSON, **by_sku: str) -> list[JSON]:
    """Return lines with quantities as verbs take them; a SKU's dash is written as an underscore."""
    return [
        {"line_id": line_of(order, sku.replace("_", "-")), "quantity": quantity} for sku, quantity in by_sku.items()
    ]


def receipt(sku: str, quantity: str, source_ref: str) -> dict[str, str]:
    """Goods that came into the main warehouse."""
    return {"sku": sku, "warehouse": "UK-MAIN", "quantity": quantity, "unit_cost": "9.25", "source_ref": source_ref}


def minor(text: str) -> int:
    """Return an amount of two decimals in minor units."""
    return int(text.replace(".", ""))
