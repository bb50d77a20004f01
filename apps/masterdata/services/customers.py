"""Customers: added, changed, blocked, limited; their addresses added and retired."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import set_change_actor
from apps.masterdata.decisions import checked_vat_id
from apps.masterdata.models import Address, Customer
from apps.masterdata.selectors.places import currencies, customer_groups
from apps.masterdata.services.ensure import AddressDraft, CustomerDraft, ensure_addresses
from apps.masterdata.services.masters import add_masters, save_master
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError, Fault, NotFound
from ordercash.kernel.transactions import writes

# What `change_customer` may change; blocking and the credit limit have verbs and permissions of their own.
CHANGEABLE: Final = frozenset(
    {
        "name",
        "group_id",
        "currency_id",
        "country",
        "vat_id",
        "email",
        "language",
        "notices",
        "payment_terms_days",
        "invoicing",
        "is_one_time",
    }
)


class UnknownReference(DomainError):
    """A code in the input names nothing that exists."""

    code, title, status = "unknown_reference", "Something that is referred to does not exist", 422


@writes
def create_customers(drafts: Sequence[CustomerDraft], *, actor: Actor, now: datetime) -> list[Customer]:
    """Add customers; raises CodeTaken, VatIdInvalid, or UnknownReference for a currency that is not traded."""
    for position, draft in enumerate(drafts):
        require_currency(draft.currency, pointer=_pointer(position, len(drafts), "currency"))
    vat_ids = [
        checked_vat_id(draft.vat_id, draft.country, pointer=_pointer(position, len(drafts), "vat_id"))
        for position, draft in enumerate(drafts)
    ]
    rows = [
        Customer(
            code=draft.code, name=draft.name, currency_id=draft.currency, country=draft.country, group_id=draft.group_id,
            vat_id=vat_id, payment_terms_days=draft.payment_terms_days, invoicing=draft.invoicing,
            is_one_time=draft.is_one_time, credit_limit_minor=draft.credit_limit_minor, email=draft.email,
            language=draft.language, notices=draft.notices,
        )
        for draft, vat_id in zip(drafts, vat_ids, strict=True)
    ]  # fmt: skip
    return add_masters(rows, actor=actor)


@writes
def change_customer(customer_id: UUID, *, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Customer:
    """Change some of the CHANGEABLE columns; raises NotFound, UnknownReference, VatIdInvalid, or ValueError for any other column.

    A VAT id is checked when it changes; one that was kept before there was a check stays.
    """
    if not changes.keys() <= CHANGEABLE:
        raise ValueError(f"not changeable: {sorted(changes.keys() - CHANGEABLE)}")
    if "currency_id" in changes:
        require_currency(changes["currency_id"], pointer="/currency")
    customer = _locked(customer_id)
    before = customer.vat_id
    for name, value in changes.items():
        setattr(customer, name, value)
    if customer.vat_id != before:
        customer.vat_id = checked_vat_id(customer.vat_id, customer.country)
    save_master(customer, actor=actor)
    return customer


@writes
def block_customer(customer_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Customer:
    """Block a customer, whose new orders are held from now on; repeating it changes the reason."""
    customer = _locked(customer_id)
    customer.is_blocked, customer.blocked_reason = True, reason
    save_master(customer, actor=actor)
    return customer


@writes
def unblock_customer(customer_id: UUID, *, actor: Actor, now: datetime) -> Customer:
    """Let a customer's new orders through again; held ones stay with their cases."""
    customer = _locked(customer_id)
    customer.is_blocked, customer.blocked_reason = False, ""
    save_master(customer, actor=actor)
    return customer


@writes
def set_credit_limit(customer_id: UUID, *, limit_minor: int | None, actor: Actor, now: datetime) -> Customer:
    """Set the credit limit in minor units of the customer's currency; None removes it."""
    customer = _locked(customer_id)
    customer.credit_limit_minor = limit_minor
    save_master(customer, actor=actor)
    return customer


@writes
def add_addresses(drafts: Sequence[AddressDraft], *, actor: Actor, now: datetime) -> list[UUID]:
    """Add addresses to existing customers and return their ids; equal content is kept once and made current again."""
    wanted = {draft.customer_id for draft in drafts}
    if Customer.objects.filter(pk__in=wanted).count() < len(wanted):
        raise NotFound("There is no such customer.")
    set_change_actor(actor)
    ids = ensure_addresses(drafts)
    Address.objects.filter(pk__in=ids, is_current=False).update(is_current=True)
    return ids


@writes
def retire_addresses(ids: Collection[UUID], *, actor: Actor, now: datetime) -> None:
    """Take addresses out of use for new orders; documents keep them. Raises NotFound when one does not exist."""
    set_change_actor(actor)
    if Address.objects.filter(pk__in=set(ids)).update(is_current=False) < len(set(ids)):
        raise NotFound("There is no such address.")


def group_id_of(code: str | None) -> UUID | None:
    """Return the id of a customer group; raises UnknownReference."""
    if not code:
        return None
    groups = customer_groups()
    if code not in groups:
        raise UnknownReference(faults=[Fault("/group", "unknown_group", "There is no such customer group.")])
    return groups[code]


def require_currency(code: str, *, pointer: str) -> None:
    """Refuse a currency that the installation does not trade in."""
    if code not in currencies():
        raise UnknownReference(faults=[Fault(pointer, "unknown_currency", "This currency is not traded here.")])


def _pointer(position: int, count: int, field: str) -> str:
    """Return where a field stands: in a list of several, or in the only one."""
    return f"/{field}" if count == 1 else f"/{position}/{field}"


def _locked(customer_id: UUID) -> Customer:
    customer = Customer.objects.select_for_update(of=("self",)).filter(pk=customer_id).first()
    if customer is None:
        raise NotFound("There is no such customer.")
    return customer
