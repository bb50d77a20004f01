"""A small world in which things are sold, and obligations, invoices and payments in it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection

from apps.billing.contract import (
    IssuedInvoice,
    ObligationDraft,
    PaymentDraft,
    PaymentOutcome,
    invoice_obligations,
    oblige,
    record_payments,
)
from apps.ledger.contract import ensure_chart
from apps.masterdata.models import Address, Currency, Customer, LegalEntity, Product, UnitOfMeasure
from apps.rulebooks.models import RulebookVersion
from ordercash.kernel import money
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.remembered import forget_everything
from ordercash.kernel.transactions import writes
from tests.factories.rulebooks import put_standard_in_force

T = TypeVar("T")

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
NEXT_DAY = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """A seller, a buyer and a product."""

    legal_entity_id: UUID
    customer_id: UUID
    bill_to_id: UUID
    product_id: UUID
    currency: str


def in_transaction(part: Callable[[], T]) -> T:
    """Call a part that joins, in the open transaction or in one of its own."""
    return part() if connection.in_atomic_block else writes(part)()


def make_world(currency: str = "EUR", *, zone: str = "Europe/Berlin", code: str = "DE1") -> World:
    """Make masters, a chart of accounts and posting rules."""
    coin, _ = Currency.objects.get_or_create(
        code=currency, defaults={"name": currency, "decimals": money.exponent(currency)}
    )
    entity = LegalEntity.objects.create(
        code=code, name="Muster & Söhne GmbH", country="DE", currency=coin, time_zone=zone, vat_id="DE123456789",
        line1="Hauptstraße 1", city="Berlin", postal_code="10115", iban="DE02120300000000202051", bic="BYLADEM1001",
    )  # fmt: skip
    piece, _ = UnitOfMeasure.objects.get_or_create(code="C62", defaults={"name": "piece", "decimals": 0})
    product, _ = Product.objects.get_or_create(sku="A-1", defaults={"name": "Lamp", "unit": piece})
    customer_id, bill_to_id = make_customer(currency=currency, code=f"C-{code}")
    forget_everything()
    in_transaction(lambda: _books(entity.id))
    return World(entity.id, customer_id, bill_to_id, product.id, currency)


def make_customer(*, currency: str = "EUR", code: str = "C-2", **values: Any) -> tuple[UUID, UUID]:
    """Make a customer with a billing address; returns both ids."""
    customer = Customer.objects.create(
        code=code, currency_id=currency, country="FR", **{"name": "Société Exemple", **values}
    )
    address = Address.objects.create(
        customer=customer, kind="bill", name="Société Exemple", line1="1 rue de la Paix", city="Paris",
        postal_code="75002", country="FR",
    )  # fmt: skip
    return customer.id, address.id


def _books(legal_entity_id: UUID) -> None:
    ensure_chart(legal_entity_id)
    if RulebookVersion.objects.filter(rulebook__kind="ledger.posting").exists():
        return
    put_standard_in_force("ledger_posting.yaml")


def make_draft(world: World, net_minor: int = 10_000, **values: Any) -> ObligationDraft:
    """Return an obligation of one shipment of its own, at 19 %, that differs in the values given."""
    rate = values.get("tax_rate", Decimal(19))
    plain = ObligationDraft(
        source_ref=f"shipment_line:{new_id()}",
        legal_entity_id=world.legal_entity_id,
        customer_id=world.customer_id,
        currency=world.currency,
        quantity=Decimal(1),
        unit_price=money.to_major(net_minor, world.currency),
        net_minor=net_minor,
        tax_category="S",
        tax_rate=Decimal(19),
        tax_minor=money.tax_minor(net_minor, rate),
        occurred_at=NOW,
        business_date=date(2026, 3, 2),
        order_id=new_id(),
        line_id=new_id(),
        shipment_id=new_id(),
        product_id=world.product_id,
        description="Lamp",
        bill_to_id=world.bill_to_id,
        terms_days=14,
    )
    return replace(plain, **values)


def make_shipment(world: World, nets: Sequence[int], **values: Any) -> list[ObligationDraft]:
    """Return the obligations of one shipment of one order."""
    same = {"order_id": new_id(), "shipment_id": new_id(), **values}
    return [make_draft(world, net_minor, **same) for net_minor in nets]


def invoice(drafts: Sequence[ObligationDraft], **values: Any) -> list[IssuedInvoice]:
    """Oblige and invoice."""

    def verb() -> list[IssuedInvoice]:
        oblige(drafts)
        return invoice_obligations(**{"until": NEXT_DAY, "now": NOW, "actor": SYSTEM, **values})

    return in_transaction(verb)


def invoice_of(world: World, *nets: int, **values: Any) -> IssuedInvoice:
    """Return one issued invoice of one shipment with these net amounts."""
    (issued,) = invoice(make_shipment(world, nets or [10_000], **values))
    return issued


def make_payment(world: World, amount_minor: int, **values: Any) -> PaymentDraft:
    """Return a payment that names no invoice."""
    plain = PaymentDraft(
        source_ref=f"bank:{new_id()}",
        legal_entity_id=world.legal_entity_id,
        currency=world.currency,
        amount_minor=amount_minor,
        method="transfer",
        received_at=LATER,
        customer_id=world.customer_id,
    )
    return replace(plain, **values)


def pay(world: World, amount_minor: int, **values: Any) -> PaymentOutcome:
    """Record one payment."""
    draft = make_payment(world, amount_minor, **values)
    (outcome,) = in_transaction(lambda: record_payments([draft], actor=SYSTEM)).recorded
    return outcome


def balance(role: str) -> int:
    """Return the balance of all accounts with a role, debit positive."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(p.amount_minor), 0) FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id WHERE a.role = %s",
            [role],
        )
        return int(cursor.fetchone()[0])


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Collect every statement that is sent, those of the hot path included."""
    sent: list[str] = []

    def note(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(statement)
        return execute(statement, params, many, context)

    with connection.execute_wrapper(note):
        yield sent
