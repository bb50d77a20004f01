"""Two warehouses, one near to where orders go and one far, and rules that ask how far it is."""

from dataclasses import replace
from typing import Any, Final

from apps.inventory.contract import DemandLine, OrderTag
from apps.inventory.models import Warehouse
from apps.masterdata.models import PostalPlace
from tests.factories.inventory import Place, a_place, demand, stocked

TABLE: Final = {"near": [{"cost": {"GBP": "4.00"}}], "far": [{"cost": {"GBP": "9.00"}}]}
RULES: Final[dict[str, Any]] = {
    "zones": [{"name": "near", "to_km": 100}, {"name": "far"}],
    "carriers": [{"name": "parcel", "zones": TABLE}],
    "split_penalty": {"GBP": "2.00"},
    "lines": "split_when_short",
}


def near_and_far(*, per_day: int | None = 2) -> Place:
    """Make London, which is asked first, and Edinburgh, with a full day after so many lines.

    Five of the first product lie in both, five of the second in London.
    """
    place = a_place(warehouses=2, products=2)
    PostalPlace.objects.create(country="GB", prefix="EC", latitude="51.51", longitude="-0.09")
    PostalPlace.objects.create(country="GB", prefix="EH", latitude="55.95", longitude="-3.19")
    Warehouse.objects.filter(pk=place.warehouses[0].pk).update(postal_code="EC1A 1BB")
    Warehouse.objects.filter(pk=place.warehouses[1].pk).update(
        latitude="55.94", longitude="-3.2", handling_per_day=per_day
    )
    for warehouse in (0, 1):
        stocked(place, 5, warehouse=warehouse, product=0)
    stocked(place, 5, warehouse=0, product=1)
    return place


def wanted(place: Place, quantity: int, product: int = 0, *, code: str = "EH1 1YZ", **changes: Any) -> DemandLine:
    """Make a line of an order that goes to Edinburgh, or to another postal code."""
    tag = OrderTag(country="GB", postal_code=code, currency="GBP")
    return replace(demand(place, quantity, product=product), about=tag, net_minor=1000, **changes)
