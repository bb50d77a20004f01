"""A rulebook of sourcing in words, so that a difference reads "to 2 kg: 3.90 GBP -> 4.20 GBP"."""

from apps.inventory.decisions.document.availability_words import Words
from apps.inventory.decisions.document.sourcing import Amounts, Carrier, Sourcing, Zone


def words_of(document: Sourcing) -> dict[str, Words]:
    """Return the terms of the whole, the zones, and every carrier and restriction by its name."""
    told = {"terms": Words("Terms of sourcing", _terms(document))}
    told["zones"] = Words("Zones", {zone.name: _zone(zone) for zone in document.zones})
    told |= {f"carrier {each.name}": Words(f"Carrier {each.name}", _carrier(each)) for each in document.carriers}
    return told | {
        f"restriction {each.name}": Words(f"Restriction {each.name}", {"not sent when": each.when})
        for each in document.restrictions
    }


def _terms(document: Sourcing) -> dict[str, str]:
    days = ", ".join(f"{zone} {count}" for zone, count in sorted(document.lead_time.days_by_zone.items()))
    return {
        "a parcel costs": _amounts(document.handling.per_parcel),
        "a pick costs": _amounts(document.handling.per_pick),
        "a further parcel costs": _amounts(document.split_penalty),
        "days of travel": days or "none",
        "a day costs": _amounts(document.lead_time.cost_per_day),
        "a full day": "is kept" if document.capacity == "keep" else "is only told",
        "at most": f"{document.most_parcels} parcels",
        "a line": {
            "whole": "comes from one warehouse",
            "split_when_short": "comes from several warehouses when none has all of it",
            "split": "comes from wherever it is cheapest",
        }[document.lines],
    }


def _zone(zone: Zone) -> str:
    bounds = [f"to {zone.to_km} km"] if zone.to_km is not None else []
    return ", ".join([*bounds, *([f"in {', '.join(zone.countries)}"] if zone.countries else [])]) or "everywhere"


def _carrier(carrier: Carrier) -> dict[str, str]:
    told = {"when": carrier.when or "always", "from": ", ".join(carrier.from_warehouses) or "every warehouse"}
    for zone, table in sorted(carrier.zones.items()):
        for step in table:
            limit = "any weight" if step.to_kg is None else f"to {step.to_kg.normalize():f} kg"
            told[f"{zone}, {limit}"] = _amounts(step.cost)
    return told


def _amounts(amounts: Amounts) -> str:
    return ", ".join(f"{amount:f} {currency}" for currency, amount in sorted(amounts.items())) or "nothing"
