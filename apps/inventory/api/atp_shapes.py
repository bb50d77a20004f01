"""What the API reads and answers about what can be promised."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from apps.inventory.api.bodies import Code, Quantity
from ordercash.web.api.values import STRICT, Answer, Day, Flag, Number, Text, strict


class CartLine(BaseModel):
    """A line of a cart; without a day: as soon as can be. `whole`: all of it on one day."""

    model_config = STRICT

    sku: Code
    quantity: Quantity
    wanted_on: Day | None = None
    warehouse: Code | None = None
    whole: Flag = False


class Cart(BaseModel):
    """Up to 200 lines; those for one product compete, the first comes first.

    With a channel, what is kept for that channel is offered, too; what is kept for others never is.
    """

    model_config = strict(
        legal_entity="UK",
        lines=[{"sku": "MUG-BLUE", "quantity": "12"}, {"sku": "MUG-BLUE", "quantity": "6", "wanted_on": "2026-07-01"}],
    )

    legal_entity: Code
    channel: Annotated[Text, Field(max_length=40)] = ""
    lines: Annotated[list[CartLine], Field(min_length=1, max_length=200)]


class ComesFrom(Answer):
    """A shelf, or a supply (its number and id), and the first day on which its goods can leave."""

    warehouse: str
    supply: str | None
    supply_id: UUID | None
    sku: str
    quantity: Number
    free_on: date


class LeavingShown(Answer):
    """What can leave on a day; it comes from nowhere yet where it can be ordered in time."""

    ship_on: date
    quantity: Number
    comes_from: list[ComesFrom]


class LineOffered(Answer):
    """What can be promised to a line: on the day that it wants, in full, part by part; `short` is what cannot be promised at all."""

    sku: str
    quantity: Number
    wanted_on: date | None
    on_wanted_day: Number
    complete_on: date | None
    schedule: list[LeavingShown]
    short: Number
    rule: str | None


class CartOffered(Answer):
    """The lines as they were sent; `complete_on` is when all of them can leave, None: some cannot."""

    legal_entity: str
    complete_on: date | None
    lines: list[LineOffered]


class PlanDay(Answer):
    """A day on which something changes. `offered` can be promised for it, below zero is short; null: anything."""

    on: date
    supply: Number
    demand: Number
    left: Number
    offered: Number | None


class PlanSupply(Answer):
    """A supply that is still to come; it can be promised if it counts."""

    id: UUID
    number: str
    kind: str
    status: str
    warehouse: str
    due_on: date
    first_due_on: date
    quantity: Number
    pegged: Number
    confidence: Number
    counts: bool


class PlanLine(Answer):
    """A waiting line and what serves it."""

    order_id: UUID
    line_id: UUID
    quantity: Number
    wanted_on: date | None
    promised_on: date | None
    pegs: list[str]


class PlanAnswer(Answer):
    """The plan of a product."""

    legal_entity: str
    sku: str
    warehouse: str | None
    today: date
    rule: str
    days: list[PlanDay]
    supplies: list[PlanSupply]
    promises: list[PlanLine]
