"""Prices changed many at once: asked for, looked at, then carried out all or none."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from apps.audit.contract import enqueue_job
from apps.masterdata.contract import entities_by_id, products_by_sku
from apps.pricing.models import BatchKind, PriceBatch, PriceList
from apps.pricing.selectors.batches import batch, prices_to_edit, prices_to_plan
from apps.pricing.services.price_files import Bad, FileRow, read_price_file
from apps.pricing.services.price_plan import Plan, Present, Refused, Wanted, plan_prices
from apps.pricing.services.prices import units_sold_in
from apps.pricing.services.writing_prices import keep_preview, write_plan
from apps.pricing.states import BATCH
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict, DomainError, NotFound
from ordercash.kernel.statistics import refresh_statistics
from ordercash.kernel.transactions import joins, writes

READ_JOB: Final = "pricing.read_price_batch"
WRITE_JOB: Final = "pricing.write_price_batch"
# What is larger is read and written by a worker: about 5,000 rows.
AT_ONCE_BYTES: Final = 300_000
AT_ONCE_ROWS: Final = 5_000
MOST_BYTES: Final = 20 * 1024 * 1024

Tell = Callable[[int, int], None]


class BatchStale(Conflict):
    """What would be written is not what was looked at: prices were changed meanwhile."""

    code, title = "price_batch_stale", "Prices were changed meanwhile; look at the changes again"


class BatchRefused(DomainError):
    """The batch cannot be asked for like this."""

    code, title = "price_batch_refused", "The prices cannot be changed like this"


@dataclass(frozen=True, slots=True)
class PriceEdit:
    """A change of all prices in force whose SKU begins with `sku` and whose product is of the category ("" for any).

    Either `percent` or `amount` is added (taken off when negative) and rounded half up to `decimals`, from `begins_at` on; None is
    the moment of writing.
    """

    decimals: int
    percent: Decimal | None = None
    amount: Decimal | None = None
    sku: str = ""
    category: str = ""
    begins_at: datetime | None = None

    def applied(self, price: Decimal) -> Decimal:
        """Return the new price."""
        changed = price * (1 + self.percent / 100) if self.percent is not None else price + (self.amount or 0)
        return changed.quantize(Decimal(1).scaleb(-self.decimals), rounding=ROUND_HALF_UP)


@writes
def ask_for_file(
    price_list_id: UUID, *, name: str, content: bytes, is_whole: bool, actor: Actor, now: datetime
) -> PriceBatch:
    """Keep a file of prices to be looked at; see `ask_for_file_in`."""
    return ask_for_file_in(price_list_id, name=name, content=content, is_whole=is_whole, actor=actor, now=now)


@joins
def ask_for_file_in(
    price_list_id: UUID, *, name: str, content: bytes, is_whole: bool, actor: Actor, now: datetime
) -> PriceBatch:
    """Keep a file of prices; with `is_whole` prices that it does not name shall end. Large files are read by a worker.

    Raises NotFound, or BatchRefused for a file without content or too large.
    """
    if not 0 < len(content) <= MOST_BYTES:
        raise BatchRefused(f"A file has at most {MOST_BYTES // 1024 // 1024} MB, and something in it.")
    made = _ask(price_list_id, BatchKind.FILE, name[:200], content, {"is_whole": is_whole}, actor, now)
    if len(content) > AT_ONCE_BYTES:
        _hand_to_worker(made, READ_JOB, actor, now)
    return made


@writes
def ask_for_edit(price_list_id: UUID, *, edit: PriceEdit, actor: Actor, now: datetime) -> PriceBatch:
    """Keep a change of many prices by one rule to be looked at; see `ask_for_edit_in`."""
    return ask_for_edit_in(price_list_id, edit=edit, actor=actor, now=now)


@joins
def ask_for_edit_in(price_list_id: UUID, *, edit: PriceEdit, actor: Actor, now: datetime) -> PriceBatch:
    """Keep a change of many prices by one rule; large lists are worked by a worker. Raises NotFound or BatchRefused."""
    if (edit.percent is None) == (edit.amount is None):
        raise BatchRefused("Give either a percentage or an amount.")
    if edit.percent is not None and edit.percent < -100:
        raise BatchRefused("No price falls by more than 100 %.")
    if edit.begins_at is not None and edit.begins_at < now:
        raise BatchRefused("Prices that were in force are not rewritten: begin now or later.")
    asked = {key: None if value is None else str(value) for key, value in asdict(edit).items()}
    made = _ask(price_list_id, BatchKind.EDIT, _name_of(edit), b"", asked, actor, now)
    if (
        len(prices_to_edit(price_list_id, sku=edit.sku, category=edit.category, at=now, limit=AT_ONCE_ROWS + 1))
        > AT_ONCE_ROWS
    ):
        _hand_to_worker(made, READ_JOB, actor, now)
    return made


def read_batch(batch_id: UUID, *, now: datetime, tell: Tell | None = None, problem: str = "") -> PriceBatch:
    """Reckon what a batch comes to and keep it to be looked at; a file that cannot be read fails, with its reason."""
    known = batch(batch_id)
    try:
        rows = list(_rows(known, now, tell))
    except DomainError as error:
        return _settle(batch_id, "fail", None, error.detail)
    return _settle(batch_id, "show", lambda locked: _plan(locked, rows, now), problem)


@joins
def read_batch_in(batch_id: UUID, *, now: datetime) -> PriceBatch:
    """Reckon what a batch comes to in the transaction that asked for it, when it is small; see `read_batch`."""
    try:
        rows = list(_rows(batch(batch_id), now, None))
    except DomainError as error:
        return _settled(batch_id, "fail", None, error.detail)
    return _settled(batch_id, "show", lambda locked: _plan(locked, rows, now), "")


@joins
def carry_out_in(batch_id: UUID, *, actor: Actor, now: datetime) -> PriceBatch:
    """Carry a batch out, all of it or nothing; a large one is handed to a worker (`job_id`).

    Raises NotFound, WrongState, BatchRefused while rows of it are refused, and BatchStale when prices were changed meanwhile.
    """
    known = begin_writing_in(batch_id, actor=actor, now=now)
    return known if known.job_id is not None else _written(batch_id, list(_rows(known, now, None)), now=now)


@writes
def begin_writing(batch_id: UUID, *, actor: Actor, now: datetime) -> PriceBatch:
    """Say that a batch shall be carried out; see `begin_writing_in`."""
    return begin_writing_in(batch_id, actor=actor, now=now)


@joins
def begin_writing_in(batch_id: UUID, *, actor: Actor, now: datetime) -> PriceBatch:
    """Say that a batch shall be carried out; a large one is handed to a worker (`job_id`), else call `write_batch` next.

    Raises NotFound, WrongState, or BatchRefused while rows of it are refused.
    """
    known = _locked(batch_id)
    known.state = BATCH.after(known.state, "write")
    if known.counts.get("refused"):
        raise BatchRefused("Rows are refused: mend the file, or leave them out, and send it again.")
    known.written_by, known.job_id, known.problem = actor.id, None, ""
    known.save()
    if sum(known.counts.get(name, 0) for name in ("new", "changed", "ended", "unchanged")) > AT_ONCE_ROWS:
        _hand_to_worker(known, WRITE_JOB, actor, now)
    return known


def write_batch(batch_id: UUID, *, now: datetime, tell: Tell | None = None) -> PriceBatch:
    """Carry out a batch whose writing began: all of it or nothing.

    When prices were changed meanwhile, it is reckoned anew and waits to be looked at again.
    """
    known = batch(batch_id)
    rows = list(_rows(known, now, tell))
    try:
        done = writes(_written)(batch_id, rows, now=now)
    except (BatchStale, Conflict) as error:
        return read_batch(batch_id, now=now, problem=error.detail)
    # A list that was empty has plans for an empty one; quotes would take thirty times as long until autovacuum comes by.
    refresh_statistics()
    return done


@writes
def discard_batch(batch_id: UUID, *, actor: Actor, now: datetime) -> PriceBatch:
    """Put a batch away that shall not be carried out; raises NotFound or WrongState."""
    known = _locked(batch_id)
    known.state = BATCH.after(known.state, "discard")
    known.save(update_fields=["state"])
    return known


def _written(batch_id: UUID, rows: list[FileRow], *, now: datetime) -> PriceBatch:
    known = _locked(batch_id)
    if known.state == "done":
        return known
    PriceList.objects.select_for_update().get(pk=known.price_list_id)
    plan = _plan(known, rows, now)
    if plan.refused or plan.fingerprint != known.counts["plan"]:
        raise BatchStale()
    write_plan(known, plan, actor=Actor(id=known.written_by or known.requested_by, name=""), now=now)
    known.state, known.written_at = BATCH.after(known.state, "finish"), now
    known.save(update_fields=["state", "written_at"])
    return known


@writes
def _settle(batch_id: UUID, verb: str, reckon: Callable[[PriceBatch], Plan] | None, problem: str) -> PriceBatch:
    return _settled(batch_id, verb, reckon, problem)


def _settled(batch_id: UUID, verb: str, reckon: Callable[[PriceBatch], Plan] | None, problem: str) -> PriceBatch:
    known = _locked(batch_id)
    known.state, known.problem = BATCH.after(known.state, verb), problem
    if reckon is not None:
        plan = reckon(known)
        keep_preview(known, plan)
        known.counts = {**plan.counts, "plan": plan.fingerprint}
    known.save(update_fields=["state", "problem", "counts"])
    return known


def _plan(known: PriceBatch, rows: list[FileRow], now: datetime) -> Plan:
    present = [Present(*row) for row in prices_to_plan(known.price_list_id)]
    is_whole = bool(orjson.loads(known.settings).get("is_whole"))
    return plan_prices(_resolved(rows), present, now=now, is_whole=is_whole)


def _resolved(rows: list[FileRow]) -> Iterator[Wanted | Refused]:
    """Tell the rows by what they name; what nobody knows is refused."""
    products = products_by_sku({row.sku for row in rows if row.bad is None})
    units = units_sold_in(products.values(), {row.sku for row in rows if row.unit})
    for row in rows:
        if row.bad is not None:
            yield Refused(row.row, row.sku, *row.bad)
        elif row.sku not in products:
            yield Refused(row.row, row.sku, "sku", "unknown_product", "There is no such product.")
        elif row.unit not in units[row.sku]:
            yield Refused(row.row, row.sku, "unit", "unknown_unit", f"The product is not sold by {row.unit!r}.")
        else:
            unit = units[row.sku][row.unit]
            key = (products[row.sku].id, unit, row.min_quantity)
            yield Wanted(row.row, row.sku, unit, key, row.unit_price, row.per, row.begins, row.until)


def _rows(known: PriceBatch, now: datetime, tell: Tell | None) -> Iterator[FileRow]:
    if known.kind == BatchKind.FILE:
        entity = known.price_list.legal_entity_id
        zone = entities_by_id()[entity].time_zone if entity else "UTC"
        rows = read_price_file(known.name, bytes(known.content), zone=zone)
    else:
        rows = _edited(known, now)
    for count, row in enumerate(rows, start=1):
        if tell is not None and count % 5_000 == 0:
            tell(count, 0)
        yield row


def _edited(known: PriceBatch, now: datetime) -> Iterator[FileRow]:
    edit = edit_of(orjson.loads(known.settings))
    at = max(edit.begins_at or now, now)
    found = prices_to_edit(known.price_list_id, sku=edit.sku, category=edit.category, at=at)
    for number, (sku, unit, least, price, per, until) in enumerate(found, start=1):
        changed = edit.applied(price)
        if changed < 0:
            below = Bad("unit_price", "too_small", f"{price.normalize():f} would fall below zero.")
            yield FileRow(number, sku, unit, least, None, per, None, None, below)
        else:
            yield FileRow(number, sku, unit, least, changed, per, edit.begins_at if at > now else None, until)


def edit_of(asked: Mapping[str, Any]) -> PriceEdit:
    """Return the change that the settings of a batch keep."""
    percent, amount, begins = asked["percent"], asked["amount"], asked["begins_at"]
    return PriceEdit(
        int(asked["decimals"]), percent and Decimal(percent), amount and Decimal(amount), asked["sku"], asked["category"],
        datetime.fromisoformat(begins).astimezone(UTC) if begins else None,
    )  # fmt: skip


def _name_of(edit: PriceEdit) -> str:
    what = f"{edit.percent:+f} %" if edit.percent is not None else f"{edit.amount:+f} each"
    return " ".join(filter(None, (what, f"of {edit.sku}…" if edit.sku else "", edit.category)))[:200]


def _ask(
    price_list_id: UUID, kind: str, name: str, content: bytes, settings: Mapping[str, Any], actor: Actor, now: datetime
) -> PriceBatch:
    if not PriceList.objects.filter(pk=price_list_id).exists():
        raise NotFound("There is no such price list.")
    kept = orjson.dumps(settings, option=orjson.OPT_SORT_KEYS).decode()
    return PriceBatch.objects.create(
        price_list_id=price_list_id, kind=kind, name=name, content=content, sha256=sha256(content).digest(),
        settings=kept, requested_by=actor.id, requested_at=now,
    )  # fmt: skip


def _locked(batch_id: UUID) -> PriceBatch:
    known = PriceBatch.objects.select_for_update(of=("self",)).select_related("price_list").filter(pk=batch_id).first()
    if known is None:
        raise NotFound("There is no such batch of prices.")
    return known


def _hand_to_worker(known: PriceBatch, job: str, actor: Actor, now: datetime) -> None:
    known.job_id = enqueue_job(job, due_at=now, arguments={"batch_id": str(known.pk)}, requested_by=actor.id)
    known.save(update_fields=["job_id"])
