"""The cart of the lab as its address writes it: read from there, or from a decision that was logged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils import timezone

from apps.masterdata.contract import channels_by_code, currencies, entities_by_code
from apps.pricing.decisions.cart.facts import CartFacts
from apps.pricing.selectors.wishes import CartUnresolvable, CartWish, LineWish, Place
from ordercash.kernel.errors import DomainError, Fault

SPARE: Final = 4
MOST_ROWS: Final = 200
HEADER: Final = ("legal_entity", "customer", "currency", "at", "channel", "coupons", "country", "state", "postal_code")
COLUMNS: Final = ("sku", "quantity", "unit", "agreed")
WHEN: Final = "%Y-%m-%d %H:%M:%S"


@dataclass(slots=True)
class LabCart:
    """What stands in the fields: texts, as they were typed."""

    header: dict[str, str] = field(default_factory=lambda: dict.fromkeys(HEADER, ""))
    rows: list[dict[str, str]] = field(default_factory=list)

    @property
    def shown_rows(self) -> list[dict[str, str]]:
        """The rows with some empty ones below."""
        return [*self.rows, *(dict.fromkeys(COLUMNS, "") for _ in range(SPARE))]

    def wish(self, now: datetime) -> CartWish:
        """Return the cart in codes; raises CartUnresolvable for numbers and instants that are none."""
        faults: list[Fault] = []
        at = self._instant(now, faults)
        lines = [line for place, row in enumerate(self.rows) if (line := _line(place, row, faults)) is not None]
        if faults:
            raise CartUnresolvable(faults=faults)
        head = self.header
        coupons = tuple(head["coupons"].replace(",", " ").upper().split())
        to = Place(head["country"].upper(), head["state"], head["postal_code"]) if head["country"] else None
        return CartWish(
            head["legal_entity"], head["currency"], at, lines, head["customer"], head["channel"], coupons, to
        )

    def _instant(self, now: datetime, faults: list[Fault]) -> datetime:
        text = self.header["at"]
        if not text:
            return now
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            faults.append(Fault("/at", "no_instant", f"{text!r} is no instant; 2026-12-31 17:30 is one."))
            return now
        if not 1990 <= found.year <= 2200:
            faults.append(Fault("/at", "no_instant", "The instant lies between 1990 and 2200."))
            return now
        return found if found.tzinfo else found.replace(tzinfo=timezone.get_current_timezone())


def fields_shown(cart: LabCart) -> dict[str, Any]:
    """Return what the fields of a cart show, with what can be chosen."""
    return {
        "cart": cart.header, "rows": cart.shown_rows, "entities": list(entities_by_code()), "currencies": list(currencies()),
        "channels": list(channels_by_code()),
    }  # fmt: skip


def refusal_shown(refusal: DomainError) -> dict[str, Any]:
    """Return why a cart cannot be priced, each fault at its place in words."""
    return {"refusal": refusal, "faults": [(place_of(fault.pointer), fault.detail) for fault in refusal.faults]}


def place_of(pointer: str) -> str:
    """Return where a fault is: "/lines/0/sku" reads "Line 1, product"."""
    steps = pointer.strip("/").split("/")
    words = ["product" if step == "sku" else step.replace("_", " ") for step in steps if not step.isdigit()]
    if steps[0] == "lines" and len(steps) > 1 and steps[1].isdigit():
        return ", ".join([f"Line {int(steps[1]) + 1}", *words[1:]])
    return ", ".join(words).capitalize()


def cart_asked(query: QueryDict) -> LabCart:
    """Return the cart of an address; rows without a product are left out."""
    header = {name: _clean(query.get(name, "")) for name in HEADER}
    columns = [query.getlist(name)[:MOST_ROWS] for name in COLUMNS]
    count = len(columns[0])
    texts = [[*column, *[""] * (count - len(column))] for column in columns]
    rows = [dict(zip(COLUMNS, map(_clean, row), strict=True)) for row in zip(*(t[:count] for t in texts), strict=True)]
    return LabCart(header, [row for row in rows if row["sku"]])


def cart_decided(facts: CartFacts) -> LabCart:
    """Return the cart that a decision was about, at its instant; prices are looked for anew."""
    zone = ZoneInfo(timezone.get_current_timezone_name())
    header = {name: getattr(facts, name) for name in HEADER if name not in ("at", "coupons")}
    header["at"] = datetime.fromisoformat(facts.at).astimezone(zone).strftime(WHEN)
    header["coupons"] = " ".join(coupon.code for coupon in facts.coupons)
    rows = [
        {
            "sku": line.sku, "quantity": f"{line.quantity.normalize():f}", "unit": line.unit,
            "agreed": "" if line.agreed is None else f"{line.agreed.normalize():f}",
        }
        for line in facts.lines
    ]  # fmt: skip
    return LabCart(header, rows)


def _line(place: int, row: Mapping[str, str], faults: list[Fault]) -> LineWish | None:
    numbers = dict(_numbers(place, row, faults))
    if "quantity" not in numbers:
        return None
    return LineWish(row["sku"], numbers["quantity"], row["unit"], numbers.get("agreed"))


def _numbers(place: int, row: Mapping[str, str], faults: list[Fault]) -> Iterator[tuple[str, Decimal]]:
    for name, least in (("quantity", Decimal("0.0001")), ("agreed", Decimal(0))):
        text = row[name] or ("1" if name == "quantity" else "")
        if not text:
            continue
        try:
            number = Decimal(text.replace("\N{NO-BREAK SPACE}", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not least <= number <= 10**11 or int(number.as_tuple().exponent) < -6:
            faults.append(Fault(f"/lines/{place}/{name}", "no_number", f"{text!r} is no {name} that could be used."))
        else:
            yield name, number


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:120]
