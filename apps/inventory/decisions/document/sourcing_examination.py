"""What is wrong with a rulebook of sourcing, or worth knowing, that its schema cannot see."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from apps.inventory.decisions.document.availability_examination import Found
from apps.inventory.decisions.document.language import Conditioned, Language
from apps.inventory.decisions.document.sourcing import OF_LINES, OF_PARCELS, Amounts, Sourcing, Step


def examine_sourcing(document: Sourcing, language: Language) -> list[Any]:
    """Return what can be said of the document; errors refuse the save. Findings of conditions are the language's own."""
    carriers = [
        Conditioned(each.name, f"/carriers/{place}/when", each.when or "", scope=each.name)
        for place, each in enumerate(document.carriers)
    ]
    restrictions = [
        Conditioned(each.name, f"/restrictions/{place}/when", each.when, scope=each.name)
        for place, each in enumerate(document.restrictions)
    ]
    return [
        *_names(document),
        *_zones(document),
        *_currencies(document),
        *_tables(document),
        *language.examine(carriers, OF_PARCELS, first_wins=False),
        *language.examine(restrictions, OF_LINES, first_wins=False),
    ]


def _names(document: Sourcing) -> Iterator[Found]:
    parts = {
        "zones": [zone.name for zone in document.zones],
        "carriers": [carrier.name for carrier in document.carriers],
        "restrictions": [restriction.name for restriction in document.restrictions],
    }
    for part, names in parts.items():
        for place, name in enumerate(names):
            if name in names[:place]:
                yield Found(
                    "error", f"/{part}/{place}/name", "name_taken", f"{name!r} is the name of another one", (name,)
                )


def _zones(document: Sourcing) -> Iterator[Found]:
    last = document.zones[-1]
    if last.to_km is not None or last.countries:
        message = "the last zone fits every destination, so that each has one"
        yield Found("error", f"/zones/{len(document.zones) - 1}", "last_zone_is_bounded", message, (last.name,))
    known = {zone.name for zone in document.zones}
    for place, carrier in enumerate(document.carriers):
        for name in sorted(carrier.zones.keys() - known):
            message = f"there is no zone {name!r}"
            yield Found("error", f"/carriers/{place}/zones/{name}", "zone_unknown", message, (carrier.name,))
    for name in sorted(document.lead_time.days_by_zone.keys() - known):
        yield Found("error", f"/lead_time/days_by_zone/{name}", "zone_unknown", f"there is no zone {name!r}")
    for name in sorted(known - {name for carrier in document.carriers for name in carrier.zones}):
        yield Found("warning", "/carriers", "zone_without_carrier", f"nothing is ever sent to the zone {name!r}")


def _amounts(document: Sourcing) -> Iterator[tuple[str, Amounts]]:
    yield "/handling/per_parcel", document.handling.per_parcel
    yield "/handling/per_pick", document.handling.per_pick
    yield "/split_penalty", document.split_penalty
    yield "/lead_time/cost_per_day", document.lead_time.cost_per_day


def _steps(document: Sourcing) -> Iterator[tuple[str, str, Step]]:
    for place, carrier in enumerate(document.carriers):
        for zone, table in carrier.zones.items():
            for row, step in enumerate(table):
                yield carrier.name, f"/carriers/{place}/zones/{zone}/{row}/cost", step


def _currencies(document: Sourcing) -> Iterator[Found]:
    """Costs are compared within one currency: each is told in all of them, or it would count as nothing."""
    known = {code for _, _, step in _steps(document) for code in step.cost}
    for name, pointer, step in _steps(document):
        if missing := _missing(known, step.cost):
            yield Found("error", pointer, "currency_missing", f"not told in {missing}", (name,))
    for pointer, amounts in _amounts(document):
        if amounts and (missing := _missing(known, amounts)):
            yield Found("error", pointer, "currency_missing", f"not told in {missing}")


def _missing(known: set[str], amounts: Mapping[str, object]) -> str:
    return ", ".join(sorted(known - amounts.keys()))


def _tables(document: Sourcing) -> Iterator[Found]:
    for place, carrier in enumerate(document.carriers):
        for zone, table in carrier.zones.items():
            at = f"/carriers/{place}/zones/{zone}"
            for row, (before, step) in enumerate(pairwise(table), 1):
                if before.to_kg is None or (step.to_kg is not None and step.to_kg <= before.to_kg):
                    message = "steps are told from the lightest to the heaviest, one without a weight last"
                    yield Found("error", f"{at}/{row}/to_kg", "steps_out_of_order", message, (carrier.name,))
                elif any(step.cost.get(code, cost) < cost for code, cost in before.cost.items()):
                    message = "cheaper than the step before it, which is never used"
                    yield Found("warning", f"{at}/{row}/cost", "step_never_used", message, (carrier.name,))
