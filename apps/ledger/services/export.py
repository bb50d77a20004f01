"""The journal as a stream of text, for a check from outside or for another system's import."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

from apps.ledger.decisions import beancount, table
from apps.ledger.decisions.beancount import ExportedAccount
from apps.ledger.selectors.journal import EntryFacts, document_names, entries_after
from apps.masterdata.contract import EntityFacts
from ordercash.kernel import sql
from ordercash.kernel.transactions import writes

CHUNK = 2000
IN_MEMORY_BYTES = 16 * 1024 * 1024

_FIRST = (date.min, UUID(int=0))
_BALANCES = (
    "SELECT account_id, CASE WHEN amount_minor = 0 THEN functional_currency ELSE currency END AS unit,"
    " sum(CASE WHEN amount_minor = 0 THEN functional_minor ELSE amount_minor END)::bigint"
    " FROM ledger_posting WHERE account_id = ANY(%s::uuid[]) GROUP BY 1, 2 ORDER BY 1, 2"
)


@writes
def export_journal(*, style: str, entities: Sequence[EntityFacts], write: Callable[[str], object]) -> int:
    """Write the journals of legal entities as "beancount" or "csv", piece by piece; returns the number of entries.

    All pieces show one instant of the database, although it takes a while: the transaction only reads, from one snapshot.
    """
    sql.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    return _beancount(entities, write) if style == "beancount" else _csv(entities, write)


def written_journal(*, style: str, entity: EntityFacts) -> tuple[IO[bytes], str]:
    """Return the journal of a legal entity as a temporary file, at its beginning, and the name to give it; whoever sends it closes it.

    It is written first and sent then: a refusal can still be told, and a slow reader keeps no transaction open.
    """
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
    export_journal(style=style, entities=[entity], write=lambda text: file.write(text.encode()))
    file.seek(0)
    return file, f"journal-{entity.code}.{style}"


def _beancount(entities: Sequence[EntityFacts], write: Callable[[str], object]) -> int:
    write(beancount.header("OrderCash", sorted({entity.currency for entity in entities})))
    accounts = _accounts(entities)
    names = {account.id: account.name_path for account in accounts.values()}
    first, last = _days(entities)
    for account in accounts.values():
        write(beancount.opening(account, first))
    count = 0
    for entry, document in _entries(entities):
        write(beancount.transaction(entry, names, document))
        count += 1
    write("\n")
    for account_id, currency, amount_minor in sql.fetch(_BALANCES, [list(accounts)]):
        write(beancount.balance(accounts[account_id], amount_minor, currency, last + timedelta(days=1)))
    return count


def _csv(entities: Sequence[EntityFacts], write: Callable[[str], object]) -> int:
    write(table.head_row())
    codes = {entity.id: entity.code for entity in entities}
    count = 0
    for entry, document in _entries(entities):
        write(table.entry_rows(entry, codes, document))
        count += 1
    return count


def _accounts(entities: Sequence[EntityFacts]) -> dict[UUID, ExportedAccount]:
    codes = {entity.id: entity.code for entity in entities}
    found = sql.fetch(
        "SELECT id, code, name, kind, legal_entity_id FROM ledger_account WHERE legal_entity_id = ANY(%s::uuid[])"
        " ORDER BY legal_entity_id, code",
        [list(codes)],
    )
    return {id: ExportedAccount(id, code, name, kind, codes[entity_id]) for id, code, name, kind, entity_id in found}


def _days(entities: Sequence[EntityFacts]) -> tuple[date, date]:
    found = sql.fetch(
        "SELECT min(entry_date), max(entry_date) FROM ledger_journalentry WHERE legal_entity_id = ANY(%s::uuid[])",
        [[entity.id for entity in entities]],
    )
    first, last = found[0]
    return (first, last) if first else (date(1970, 1, 1), date(1970, 1, 1))


def _entries(entities: Sequence[EntityFacts]) -> Iterator[tuple[EntryFacts, str]]:
    """Return every entry with the number of its document; who owns the document tells it, since it has none when it is posted."""
    for entity in entities:
        position = _FIRST
        while chunk := entries_after(entity.id, position, CHUNK):
            names = document_names(chunk)
            yield from ((entry, names.get(entry.source_id, "")) for entry in chunk)
            position = (chunk[-1].entry_date, chunk[-1].id)
