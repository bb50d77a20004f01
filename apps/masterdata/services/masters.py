"""Saving rows of masters so that both histories tell who did it: the triggers' and the one that shows versions."""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from django.db.models import Model
from simple_history.utils import bulk_create_with_history

from apps.audit.contract import set_change_actor
from apps.masterdata.models import User
from apps.masterdata.models.users import granted_permissions
from apps.masterdata.selectors.actors import forget_callers
from apps.masterdata.selectors.places import forget_places
from ordercash.kernel.actor import Actor
from ordercash.kernel.constraints import Refusals, told_as
from ordercash.kernel.errors import Conflict, DomainError
from ordercash.kernel.transactions import joins

M = TypeVar("M", bound=Model)


class CodeTaken(Conflict):
    """Another row has this code already."""

    code, title = "code_taken", "The code is in use"


class PartsRefused(DomainError):
    """The parts make no bundle."""

    code, title = "parts_refused", "The parts make no bundle"


class UnitsRefused(DomainError):
    """The units of a product make no sense."""

    code, title = "units_refused", "The units cannot be kept"


class LotsRefused(Conflict):
    """A product cannot be kept in lots now, or not without them."""

    code, title = "lots_refused", "Goods of this product lie in stock"


REFUSALS: Final[Refusals] = {
    "masterdata_customer_code_key": (CodeTaken, "Another customer has this code."),
    "masterdata_product_sku_key": (CodeTaken, "Another product has this SKU."),
    "bundle_part_of_a_bundle": (PartsRefused, "Only a bundle has parts, and no part is a bundle itself."),
    "bundle_part_once": (PartsRefused, "A product is in a bundle once, in its whole quantity."),
    "bundle_part_above_zero": (PartsRefused, "The quantity of a part is above zero."),
    "bundle_part_is_another": (PartsRefused, "A bundle is no part of itself."),
    "product_lots_without_stock": (
        LotsRefused,
        "Whether it is kept in lots can change while none of it is in stock, reserved or dealt out to slots.",
    ),
    "product_shelf_life_positive": (LotsRefused, "Goods last a day at least."),
    "product_unit_is_another": (UnitsRefused, "This is the product's own unit."),
    "product_unit_once": (UnitsRefused, "Each unit is named once."),
    "product_unit_above_zero": (UnitsRefused, "A unit holds more than nothing of the product's own unit."),
    "masterdata_customergroup_code_key": (CodeTaken, "Another customer group has this code."),
    "masterdata_channel_code_key": (CodeTaken, "Another channel has this code."),
    "masterdata_region_code_key": (CodeTaken, "Another region has this code."),
    "masterdata_legalentity_code_key": (CodeTaken, "Another legal entity has this code."),
    "masterdata_user_username_key": (CodeTaken, "Another user has this name."),
}


@joins
def save_master(row: Model, *, actor: Actor, refusals: Refusals = REFUSALS) -> None:
    """Write one row in the caller's transaction; raises the refusal that belongs to a violated constraint."""
    set_change_actor(actor)
    user = _user(actor)
    if user is not None:
        row._history_user = user  # type: ignore[attr-defined]
    with told_as(refusals):
        row.save()
    forget_masters()


@joins
def add_masters(rows: Sequence[M], *, actor: Actor, refusals: Refusals = REFUSALS) -> list[M]:
    """Insert new rows of one model in the caller's transaction with two statements at most; raises like `save_master`."""
    if not rows:
        return []
    set_change_actor(actor)
    model = type(rows[0])
    with told_as(refusals):
        if hasattr(model, "history"):
            made: Any = bulk_create_with_history(list(rows), model, default_user=_user(actor))
        else:
            made = model._default_manager.bulk_create(rows)
    forget_masters()
    return list(made)


def forget_masters() -> None:
    """Drop what this process remembers of masters, so that the one who changed them sees the change at once."""
    forget_places()
    forget_callers()
    granted_permissions.forget()


def _user(actor: Actor) -> User | None:
    return None if actor.is_system else User(pk=actor.id)
