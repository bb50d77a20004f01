"""What the endpoints of pricing answer, for the API's description."""

from uuid import UUID

from pydantic import AwareDatetime

from ordercash.web.api.values import Answer, Number


class PriceListShown(Answer):
    """A price list; without a group for every customer, without a legal entity for all of ours."""

    id: UUID
    code: str
    name: str
    currency: str
    customer_group: str | None
    legal_entity: str | None
    valid_from_at: AwareDatetime
    valid_until_at: AwareDatetime | None
    priority: int


class PriceShown(Answer):
    """A price from a quantity on."""

    id: UUID
    sku: str
    unit_price: Number
    min_quantity: Number
    valid_from_at: AwareDatetime
    valid_until_at: AwareDatetime | None


class PricesAdded(Answer):
    """The ids of the prices that were added, in the order of the request."""

    ids: list[UUID]
