"""The tiles of the home page: each a figure, and the list behind it, for those who may see it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from apps.operations.permissions import VIEW_PROOF
from apps.operations.selectors import figures
from apps.operations.selectors.figures import Bounded
from apps.operations.selectors.proofs import last_verdict, proof_runs
from apps.rulebooks.contract import count_in_review
from ordercash.kernel.clock import business_date
from ordercash.web.components import Tile
from ordercash.web.formats import amount_text, money_html

May = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, and the day that it is for the user; `currency` is the one in which nothing reads as zero."""

    now: datetime
    zone: str
    currency: str = ""

    @property
    def today(self) -> date:
        return business_date(self.now, self.zone)

    def start_of(self, day: date) -> datetime:
        """Return the instant at which a day begins for the user."""
        return datetime.combine(day, time(), tzinfo=ZoneInfo(self.zone)).astimezone(UTC)


def home_tiles(moment: Moment, may: May) -> list[Tile]:
    """Return the tiles that the user may see; at most thirteen statements, each bounded."""
    return [
        *(_orders(moment) if may("orders.view_orders") else ()),
        *(_at_risk(moment, may) if may("exceptions.view_cases") else ()),
        *(_backordered(moment) if may("inventory.view_stock") else ()),
        *(_systems() if may("inventory.view_sync") else ()),
        *(_invoices(moment) if may("billing.view_invoices") else ()),
        *(_cash(moment) if may("billing.view_payments") else ()),
        *(_in_review() if may("rulebooks.approve_version") else ()),
        *(_proof(moment) if may(VIEW_PROOF) else ()),
    ]


def _orders(moment: Moment) -> Iterator[Tile]:
    today = moment.today
    first = moment.start_of(today - timedelta(days=13))
    came = figures.orders_came(today=today, from_at=first, zone=moment.zone)
    spark = () if came.is_more or not any(came.days) else came.days
    yield Tile("Orders today", f"{came.today:,}", url=f"{list_url('orders')}?placed_from={today}", spark=spark)
    week = Tile("Orders, 7 days", f"{came.week:,}+" if came.is_more else f"{came.week:,}",
                url=f"{list_url('orders')}?placed_from={today - timedelta(days=6)}")  # fmt: skip
    if came.week_before and not came.is_more:
        change = Decimal(came.week - came.week_before) / came.week_before
        week = replace(week, change=change, good="up", note=f"{came.week_before:,} in the 7 before")
    yield week


def _at_risk(moment: Moment, may: May) -> Iterator[Tile]:
    if may("orders.view_orders"):
        held = figures.held_orders()
        yield Tile("Held orders", held.text, url=f"{list_url('orders')}?state=held", tone="warn" if held.rows else "")
    cases = figures.money_at_risk()
    yield money_tile("At risk in cases", cases, f"{cases.text} open case{_s(cases)}", moment, url=list_url("cases"))


def _backordered(moment: Moment) -> Iterator[Tile]:
    waiting = figures.backordered()
    note = f"longest {_age(waiting, moment)}" if waiting.oldest and not waiting.is_more else ""
    yield Tile("Lines on backorder", waiting.text, note=note, url=list_url("backorders") or list_url("stock"),
               tone="warn" if waiting.rows else "")  # fmt: skip


def _systems() -> Iterator[Tile]:
    """Systems of warehouses that need somebody; none where all is well."""
    found = figures.warehouse_systems()
    if found.silent or found.messages:
        note = f"{found.messages:,} message{'' if found.messages == 1 else 's'} to look at" if found.messages else ""
        yield Tile("Silent warehouse systems", f"{found.silent:,}", note=note, url=list_url("sync_latency"), tone="bad")


def _invoices(moment: Moment) -> Iterator[Tile]:
    owed = figures.owed()
    longest = f", longest {_age(owed, moment)}" if owed.oldest else ""
    yield money_tile(
        "Shipped, not invoiced", owed, f"{owed.text} line{_s(owed)}{longest}", moment, url=list_url("obligations")
    )
    open_now = figures.receivables()
    yield money_tile(
        "Open invoices",
        open_now,
        f"{open_now.text} account{_s(open_now)}, before credits",
        moment,
        url=list_url("invoices", "?state=issued"),
    )
    late = figures.overdue(on=moment.today)
    longest = f", longest {_age(late, moment)}" if late.oldest else ""
    yield money_tile("Overdue", late, f"{late.text} invoice{_s(late)}{longest}", moment, tone="bad" if late.rows else "",
                     url=f"{list_url('customers')}?overdue=1")  # fmt: skip


def _cash(moment: Moment) -> Iterator[Tile]:
    left = figures.unapplied()
    note = f"{left.text} payment{_s(left)}"
    yield money_tile(
        "Unapplied cash", left, note, moment, url=list_url("payments", "?unapplied=1"), tone="warn" if left.rows else ""
    )


def _in_review() -> Iterator[Tile]:
    waiting = count_in_review()
    yield Tile(
        "Rules in review",
        f"{waiting:,}",
        note="to approve or reject",
        url=list_url("rulebooks"),
        tone="warn" if waiting else "",
    )


def _proof(moment: Moment) -> Iterator[Tile]:
    last = last_verdict(proof_runs(3))
    value = {"holds": "Holds", "broken": "Broken"}.get(last.verdict, "") if last else "Never run"
    at = (
        last.finished_at.astimezone(ZoneInfo(moment.zone)).strftime("%d %b %Y %H:%M")
        if last and last.finished_at
        else ""
    )
    yield Tile("Proof", value, note=at, url=list_url("proof"), tone="bad" if last and last.verdict == "broken" else "")


def money_tile(label: str, figure: Bounded, note: str, moment: Moment, *, url: str = "", tone: str = "") -> Tile:
    """Return a tile of money: the largest amount large, those of other currencies in the note."""
    amounts = sorted(figure.amounts.items(), key=lambda item: -abs(item[1]))
    if not amounts:
        return Tile(label, money_html(0, moment.currency) if moment.currency else "0", note=note, url=url, tone=tone)
    more = "+" if figure.is_more else ""
    others = ", ".join(f"{currency} {amount_text(minor, currency)}" for currency, minor in amounts[1:3])
    value = format_html("{}{}", money_html(amounts[0][1], amounts[0][0]), more)
    return Tile(label, value, note=" · ".join(part for part in (others, note) if part), url=url, tone=tone)


def list_url(name: str, query: str = "") -> str:
    """Return the address of a list, "" while it has none."""
    try:
        return reverse(name) + query
    except NoReverseMatch:
        return ""


def _age(figure: Bounded, moment: Moment) -> str:
    return age_text(figure.oldest, moment) if figure.oldest is not None else ""


def age_text(oldest: date | datetime, moment: Moment) -> str:
    """Return how long ago something was, in days of the user's zone."""
    day = business_date(oldest, moment.zone) if isinstance(oldest, datetime) else oldest
    days = (moment.today - day).days
    return "today" if days <= 0 else f"{days:,} day{'' if days == 1 else 's'}"


def _s(figure: Bounded) -> str:
    return "" if figure.rows == 1 else "s"
