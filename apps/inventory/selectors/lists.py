"""Lists of stock, shipments and waiting lines: filtered here, sorted and paged by who shows them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from apps.inventory.models import (
    Backorder,
    Handling,
    Reservation,
    ReservationState,
    Shipment,
    ShipmentLine,
    Stock,
    StockMovement,
    StockSlot,
    Warehouse,
)
from ordercash.kernel.errors import NotFound
from ordercash.web.search import Hit

STOCK_SORT = "product__sku"
SHIPMENT_SORT = "-shipped_at"
BACKORDER_SORT = "occurred_at"
NUMBER_PREFIX = "SH-"

# What nobody took from the slots of a row is free, too; what was accepted and is not settled yet is not.
_IN_SLOTS = StockSlot.objects.filter(stock=OuterRef("pk")).values("stock").values(rest=Sum(F("granted") - F("taken")))
_ACCEPTED = (
    Reservation.objects.filter(stock=OuterRef("pk"), state=ReservationState.ACCEPTED)
    .values("stock")
    .values(quantity=Sum("quantity"))
)
AVAILABLE = Case(
    When(handling=Handling.CONDITIONAL, then=F("free")),
    default=F("free") + Coalesce(Subquery(_IN_SLOTS), Decimal(0)) - Coalesce(Subquery(_ACCEPTED), Decimal(0)),
)


def stock_rows(
    *, text: str = "", sku: str = "", warehouse: str = "", none_free: bool = False, waited_for: bool = False
) -> QuerySet[Stock]:
    """Return stock rows of products whose SKU or name contains `text`, in a warehouse, sold out, or with backorders.

    Each row has `available`: what of it may be promised.
    """
    found = Stock.objects.select_related("product", "warehouse__legal_entity").annotate(available=AVAILABLE)
    if text:
        found = found.filter(Q(product__sku__icontains=text) | Q(product__name__icontains=text))
    if sku:
        found = found.filter(product__sku=sku)
    if warehouse:
        found = found.filter(warehouse__code=warehouse)
    if none_free:
        found = found.filter(available__lte=0)
    if waited_for:
        waiting = Backorder.objects.filter(
            product=OuterRef("product"), legal_entity=OuterRef("warehouse__legal_entity")
        )
        found = found.filter(Exists(waiting))
    return found


def shipments(
    *,
    number: str = "",
    warehouse: str = "",
    order_id: UUID | None = None,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
) -> QuerySet[Shipment]:
    """Return shipments by number ("SH-12" or "12"), warehouse, order, and when they left: [from_at, until_at)."""
    found = Shipment.objects.select_related("warehouse", "legal_entity")
    if number:
        found = found.filter(number=shipment_number(number))
    if warehouse:
        found = found.filter(warehouse__code=warehouse)
    if order_id:
        found = found.filter(order_id=order_id)
    if from_at:
        found = found.filter(shipped_at__gte=from_at)
    return found.filter(shipped_at__lt=until_at) if until_at else found


def shipment(shipment_id: UUID) -> Shipment:
    """Return one shipment; raises NotFound."""
    found = Shipment.objects.select_related("warehouse", "legal_entity").filter(pk=shipment_id).first()
    if found is None:
        raise NotFound("There is no such shipment.")
    return found


def lines_of(shipment_id: UUID) -> list[ShipmentLine]:
    """Return the lines of a shipment in the order in which they were packed."""
    return list(ShipmentLine.objects.filter(shipment_id=shipment_id).order_by("id"))


def backorders(*, text: str = "", legal_entity: str = "") -> QuerySet[Backorder]:
    """Return lines that wait, of products whose SKU or name contains `text`, of a legal entity."""
    found = Backorder.objects.select_related("product", "legal_entity")
    if text:
        found = found.filter(Q(product__sku__icontains=text) | Q(product__name__icontains=text))
    return found.filter(legal_entity__code=legal_entity) if legal_entity else found


def places() -> QuerySet[Warehouse]:
    """Return every warehouse."""
    return Warehouse.objects.select_related("legal_entity")


def place_choices() -> list[tuple[str, str]]:
    """Return the warehouses as choices of a filter."""
    return [(row.code, f"{row.code} {row.name}") for row in Warehouse.objects.order_by("code")]


def shipment_number(text: str) -> str:
    """Return the number that was meant by "SH-12", "sh-12" or "12"."""
    return NUMBER_PREFIX + text.strip().upper().removeprefix(NUMBER_PREFIX)


def find_shipment_hits(text: str, limit: int) -> Sequence[Hit]:
    """Find shipments by number or by the carrier's tracking number."""
    words = text.replace("\x00", "").strip()
    if not words:
        return []
    found = Shipment.objects.select_related("warehouse").filter(Q(number=shipment_number(words)) | Q(tracking=words))
    return [
        Hit("shipment", row.pk, row.number, f"{row.warehouse.code}, {row.shipped_at:%Y-%m-%d}")
        for row in found.order_by("number")[:limit]
    ]


def value_of_stock(*, warehouse: str = "") -> list[tuple[str, int]]:
    """Return (currency, value in minor units) of all stock, or of one warehouse."""
    found = Stock.objects.filter(warehouse__code=warehouse) if warehouse else Stock.objects.all()
    sums = found.values("warehouse__legal_entity__currency").annotate(value=Sum("value_minor")).order_by("-value")
    return [(row["warehouse__legal_entity__currency"], int(row["value"])) for row in sums]


def shipment_numbers(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the numbers of shipments by id; one statement."""
    return dict(Shipment.objects.filter(id__in=ids).values_list("id", "number"))


def movement_names(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return what moved and where, "MUG-BLUE at UK-MAIN", by the movement's id; one statement."""
    found = StockMovement.objects.filter(id__in=ids).values_list("id", "stock__product__sku", "stock__warehouse__code")
    return {id: f"{sku} at {warehouse}" for id, sku, warehouse in found}


def warehouse_codes(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the codes of warehouses by id; one statement."""
    return dict(Warehouse.objects.filter(id__in=ids).values_list("id", "code"))


def shelf_names(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return what lies where, "MUG-BLUE at UK-MAIN", by the stock row's id; one statement."""
    found = Stock.objects.filter(id__in=ids).values_list("id", "product__sku", "warehouse__code")
    return {id: f"{sku} at {warehouse}" for id, sku, warehouse in found}
