"""The rulebook made ready: conditions compiled, tables by currency."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from apps.inventory.decisions.document.language import Language, Test
from apps.inventory.decisions.document.sourcing import OF_LINES, OF_PARCELS, Amounts, Sourcing, Step
from apps.inventory.decisions.sourcing.facts import Place, SourcingFacts, Wish
from ordercash.kernel.money import to_minor


class Rules(NamedTuple):
    """The document with its conditions, by the place of each carrier and restriction."""

    document: Sourcing
    carriers: Sequence[Test]
    restrictions: Sequence[Test]
    currencies: frozenset[str]

    def currency_for(self, *wanted: str) -> str | None:
        """Return the first of these currencies in which the tables are kept, None when there is none."""
        return next((currency for currency in wanted if currency in self.currencies), None)


def compile_rules(document: Sourcing, language: Language) -> Rules:
    """Make a document ready."""
    carriers = [Test(each.when, OF_PARCELS, language) for each in document.carriers]
    restrictions = [Test(each.when, OF_LINES, language) for each in document.restrictions]
    steps = [step for carrier in document.carriers for table in carrier.zones.values() for step in table]
    currencies = frozenset(code for step in steps for code in step.cost)
    return Rules(document, carriers, restrictions, currencies)


def amount(amounts: Amounts, currency: str) -> int:
    """Return an amount in minor units; a table without the currency costs nothing."""
    return to_minor(amounts[currency], currency) if currency in amounts else 0


def zone_of(rules: Rules, facts: SourcingFacts, place: Place) -> str:
    """Return the first zone that fits; a place whose distance nobody knows fits only zones without one."""
    for zone in rules.document.zones:
        in_country = not zone.countries or facts.country in zone.countries
        if in_country and (zone.to_km is None or (place.km is not None and place.km <= zone.to_km)):
            return zone.name
    return rules.document.zones[-1].name


def parcel_facts(facts: SourcingFacts, place: Place, zone: str) -> dict[str, Any]:
    """Return what the conditions of carriers read; an unknown distance counts as 30,000 km."""
    return {
        "country": facts.country,
        "customer_group": facts.customer_group,
        "channel": facts.channel,
        "warehouse": place.code,
        "warehouse_country": place.country,
        "zone": zone,
        "km": 30_000 if place.km is None else place.km,
    }


def offers(rules: Rules, facts: SourcingFacts, place: Place, zone: str) -> list[tuple[str, Step, int]]:
    """Return (carrier, step, price in minor units) of every table that takes a parcel from here."""
    known = parcel_facts(facts, place, zone)
    found = []
    for carrier, condition in zip(rules.document.carriers, rules.carriers, strict=True):
        here = not carrier.from_warehouses or place.code in carrier.from_warehouses
        if here and condition.holds(known):
            priced = (step for step in carrier.zones.get(zone, ()) if facts.currency in step.cost)
            found += [(carrier.name, step, amount(step.cost, facts.currency)) for step in priced]
    return found


def forbidden_by(rules: Rules, facts: SourcingFacts, place: Place, zone: str, wish: Wish) -> str:
    """Return the name of the restriction that keeps a warehouse from sending a line, "" when none does."""
    known = {
        **parcel_facts(facts, place, zone),
        "sku": wish.sku,
        "category": wish.category,
        "weight_kg": wish.weight_kg or 0,
    }
    named = zip(rules.document.restrictions, rules.restrictions, strict=True)
    return next((each.name for each, condition in named if condition.holds(known)), "")
