"""The legal entity that a page of the books shows."""

from apps.masterdata.contract import EntityFacts, entities_by_code
from ordercash.kernel.errors import NotFound
from ordercash.web.filters import Filter, Wanted


def _entities() -> list[tuple[str, str]]:
    return [(entity.code, f"{entity.code} {entity.name}") for entity in entities_by_code().values()]


ENTITY = Filter("entity", "Legal entity", kind="choice", choices=_entities, required=True)


def entity_of(wanted: Wanted) -> EntityFacts:
    """Return the entity that the filter names, the first by code when it names none; raises NotFound when there is none."""
    known = entities_by_code()
    if not known:
        raise NotFound("There is no legal entity yet, so there are no books. Add one in the administration.")
    return known.get(wanted["entity"]) or next(iter(known.values()))
