"""Sellers as they were: a document keeps what it printed, whatever the legal entity is called and wherever it moves later."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final
from uuid import UUID

import orjson

from apps.masterdata.contract import EntityFacts, entities_by_id
from ordercash.kernel import sql
from ordercash.kernel.remembered import remembered
from ordercash.kernel.transactions import joins

PRINTED: Final = (
    "name", "line1", "line2", "postal_code", "city", "country", "vat_id", "registration_number", "email", "iban", "bic",
)  # fmt: skip

_KEEP: Final = """
    INSERT INTO billing_seller (id, content) SELECT * FROM unnest(%s::uuid[], %s::jsonb[]) ON CONFLICT (id) DO NOTHING"""


@joins
def keep_sellers(legal_entity_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return for each legal entity the id of what documents print of it now, kept once; no statement while it is known."""
    entities = entities_by_id()
    made = {id: _snapshot(entities[id]) for id in legal_entity_ids}
    fresh = {id: content for id, content in made.values() if id not in _known()}
    if fresh:
        sql.run(_KEEP, [list(fresh), list(fresh.values())])
    return {entity_id: id for entity_id, (id, _) in made.items()}


def _snapshot(entity: EntityFacts) -> tuple[UUID, str]:
    content = orjson.dumps({field: getattr(entity, field) for field in PRINTED}, option=orjson.OPT_SORT_KEYS)
    return UUID(bytes=blake2b(content, digest_size=16).digest()), content.decode()


@remembered(seconds=5)
def _known() -> frozenset[UUID]:
    return frozenset(id for (id,) in sql.fetch("SELECT id FROM billing_seller"))
