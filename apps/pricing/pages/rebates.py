"""Rebate agreements: the list, one agreement, and what is owed under all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

from apps.audit.contract import actor_names
from apps.masterdata.contract import customer_id_called, entities_by_id
from apps.pricing.decisions.rebates import PERCENT, TURNOVER, Standing
from apps.pricing.models import AccrualKind, RebateAccount, RebateAgreement, RebateState
from apps.pricing.pages.rebate_forms import EndForm, NewRebateForm, change_form, draft_of
from apps.pricing.permissions import APPROVE_REBATES, DRAFT_REBATES, SETTLE_REBATES, VIEW_REBATES
from apps.pricing.selectors.rebate_terms import AgreementTerms, agreement_terms
from apps.pricing.selectors.rebates import (
    Exposure,
    Sums,
    accounts,
    accruals,
    accruals_by_month,
    agreement,
    agreements,
    exposures,
    open_by_agreement,
    open_rebates,
    scale_of,
    sums_of,
)
from apps.pricing.services.rebate_agreements import (
    approve_rebate,
    change_rebate,
    discard_rebate,
    draft_rebates,
    end_rebate,
)
from apps.pricing.services.rebate_settlements import settle_rebate
from apps.pricing.states import REBATE
from ordercash.kernel import clock
from ordercash.kernel.money import to_minor
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column, Table
from ordercash.web.components import Chart, Crumb, Empty, Series, Tile
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import amount_text, money_html, number_text, plural, quantity_html
from ordercash.web.keyset import Slice, slice_of
from ordercash.web.links import link_url
from ordercash.web.page import Page
from ordercash.web.worklist import Worklist

SHOWN = 50
MOST_CHARTS = 4
NEW = Action("New agreement", verb="draft", permission=DRAFT_REBATES, style="primary", icon="add", form=NewRebateForm)


class Rebates(Worklist):
    """Rebate agreements."""

    permission = VIEW_REBATES
    title = "Rebate agreements"
    row_noun = "agreement"
    default_sort = "-id"
    columns = (
        Column("code", "Code", link="rebate_agreement", sort="code"),
        Column("name", "Name"),
        Column("customer__code", "Customer", link="customer", id_key="customer_id"),
        Column("customer_group__code", "Group"),
        Column("from_date", "From", kind="day"),
        Column("until_date", "Until", kind="day"),
        Column("basis", "Tiers on", value=lambda row: row.get_basis_display()),
        Column("settlement", "Settled", value=lambda row: row.get_settlement_display(), desk=True),
        Column("currency_id", "Currency"),
        Column("state", "State", kind="badge", value=lambda row: "set_aside" if row.set_aside_at else row.state),
    )
    filters = (
        Filter("q", "Code", placeholder="RB-2026"),
        Filter("customer", "Customer", placeholder="Code"),
        Filter("state", "State", kind="choice", choices=RebateState.choices),
    )
    empty = Empty(
        "No rebate agreement yet", "Draft one; somebody else approves it, and what is invoiced counts from then on."
    )

    def queryset(self, wanted: Wanted) -> QuerySet[RebateAgreement]:
        customer_id = customer_id_called(wanted["customer"])
        return agreements(state=wanted["state"], code=wanted["q"], customer_id=customer_id)

    def actions(self) -> Sequence[Action]:
        return (NEW,)

    def do_draft(self, given: Given) -> HttpResponse:
        (row,) = draft_rebates([draft_of(given.values)], actor=self.actor, now=clock.now())
        return HttpResponseRedirect(reverse("rebate", args=[row.id]), status=303)


ACCOUNTS = (
    Column("customer_code", "Customer", link="customer", id_key="customer_id"),
    Column("customer_name", "Name", desk=True),
    Column("base_minor", "Turnover", kind="money"),
    Column("quantity", "Quantity", kind="quantity", desk=True),
    Column("reached", "Tier reached", kind="figure", value=lambda row: _mark(row, row.reached)),
    Column("rate", "Rate", kind="number", value=lambda row: row.rate or None),
    Column("missing", "Missing to the next", kind="figure", value=lambda row: _mark(row, row.missing)),
    Column("accrued_minor", "Earned", kind="money"),
    Column("settled_minor", "Settled", kind="money", value=lambda row: row.settled_minor or None),
    Column("open_minor", "Open", kind="money", value=lambda row: max(row.open_minor, 0) or None),
    Column("ahead_minor", "Settled ahead", kind="money", value=lambda row: row.ahead_minor or None),
)
MOVES = (
    Column("business_date", "Day", kind="day"),
    Column("account__customer__code", "Customer", link="customer", id_key="account__customer_id"),
    Column("kind", "Kind", kind="badge"),
    Column("document_id", "Document", link="invoice", id_key="document_id", named=True, value=lambda row: "Document"),
    Column("base_minor", "Turnover", kind="money", value=lambda row: row.base_minor or None),
    Column("quantity", "Quantity", kind="quantity", value=lambda row: row.quantity or None, desk=True),
    Column("rate", "Rate", kind="number", value=lambda row: row.rate or None),
    Column("amount_minor", "Rebate", kind="money"),
)
NOTES = (
    Column("business_date", "Issued", kind="day"),
    Column(
        "document_id", "Credit note", link="invoice", id_key="document_id", named=True, value=lambda row: "Credit note"
    ),
    Column("account__customer__code", "Customer", link="customer", id_key="account__customer_id"),
    Column("until_date", "Settles until", kind="day"),
    Column("amount_minor", "Net", kind="money", value=lambda row: -row.amount_minor),
)


class RebatePage(Page):
    """One agreement: its terms and scale, who has earned what, by month, and the documents behind it."""

    permission = VIEW_REBATES
    template = "pricing/rebate.html"
    crumbs = (Crumb("Rebate agreements", "rebates"),)

    @cached_property
    def row(self) -> RebateAgreement:
        return agreement(self.kwargs["agreement_id"])

    @cached_property
    def terms(self) -> AgreementTerms:
        return agreement_terms([self.row.id])[self.row.id]

    @cached_property
    def sums(self) -> Sums:
        return sums_of(self.row.id)

    @cached_property
    def exposed(self) -> list[Exposure]:
        rows = accounts(agreement_id=self.row.id).order_by("-accrued_minor", "id")[:SHOWN]
        return exposures(list(rows), now=clock.now())

    def context(self) -> Mapping[str, Any]:
        row, currency = self.row, self.row.currency_id
        self.title = f"Rebate agreement {row.code}"
        names = actor_names([id for id in (row.author_id, row.approver_id, row.ended_by) if id])
        moves = list(accruals(row.id, kinds=["accrual", "true_up", "reversal"]).order_by("-id")[:SHOWN])
        notes = list(accruals(row.id, kinds=["settlement"]).order_by("-id")[:SHOWN])
        return {
            "row": row,
            "badge": row.state,
            "skus": [named.product for named in row.products.all()],
            "author": names.get(row.author_id, ""),
            "approver": names.get(row.approver_id, "") if row.approver_id else "",
            "tiles": self._tiles() if row.state != "draft" else (),
            "scale": scale_chart(self.terms, self.exposed[:1]),
            "months": month_chart(accruals_by_month(row.id), currency),
            "tiers": Table(columns=_tier_columns(row), rows=list(row.tiers.all())),
            "accounts": Table(
                columns=_in(currency, ACCOUNTS), rows=self.exposed, empty=Empty("Nothing has counted yet")
            ),
            "moves": Table(columns=_in(currency, MOVES), rows=moves, empty=Empty("Nothing has counted yet")),
            "notes": Table(columns=_in(currency, NOTES), rows=notes, empty=Empty("Nothing was settled yet")),
            "ahead": self._ahead(),
            "shown": SHOWN,
        }

    def actions(self) -> Sequence[Action]:
        verbs = REBATE.verbs(self.row.state)
        own = "Somebody else approves what you wrote" if self.row.author_id == self.actor.id else ""
        known = {
            "approve": Action(
                "Approve", verb="approve", permission=APPROVE_REBATES, style="primary", disabled=own,
                confirm="What was invoiced since the agreement begins is counted at once.",
            ),
            "change": Action(
                "Change", verb="change", permission=DRAFT_REBATES, form=change_form(self.row),
                disabled="" if own else "A draft is changed by its author",
            ),
            "discard": Action(
                "Discard", verb="discard", permission=DRAFT_REBATES, style="danger", confirm="The draft is deleted."
            ),
            "end": Action("End early", verb="end", permission=APPROVE_REBATES, style="danger", form=EndForm),
        }  # fmt: skip
        settle = Action(
            "Settle now", verb="settle", permission=SETTLE_REBATES, style="primary",
            confirm="All that is open is settled by a credit note for each customer, whatever is due.",
            disabled="" if self.sums.owed else "Nothing is open",
        )  # fmt: skip
        offered = [known[verb] for verb in verbs if verb in known]
        return offered if self.row.state == "draft" else (settle, *offered)

    def do_approve(self, given: Given) -> str:
        approve_rebate(self.row.id, actor=self.actor, now=clock.now())
        return "Approved. What was invoiced since it begins is being counted."

    def do_change(self, given: Given) -> str:
        change_rebate(self.row.id, draft=draft_of(given.values), actor=self.actor, now=clock.now())
        return "Changed."

    def do_discard(self, given: Given) -> HttpResponse:
        discard_rebate(self.row.id, actor=self.actor, now=clock.now())
        return HttpResponseRedirect(reverse("rebates"), status=303)

    def do_end(self, given: Given) -> str:
        until_date = given.values["until_date"]
        end_rebate(self.row.id, until_date=until_date, reason=given.values["reason"], actor=self.actor, now=clock.now())
        return f"It ends; {until_date} does not count any more."

    def do_settle(self, given: Given) -> str:
        outcome = settle_rebate(self.row.id, actor=self.actor, now=clock.now())
        aside = " Something cannot be posted; a case says why." if outcome.refused else ""
        count = len(outcome.issued)
        return f"{count} {'credit note' if count == 1 else plural('credit note')} issued.{aside}"

    def _ahead(self) -> str:
        """Return what becomes of that which was settled before goods came back."""
        if not self.sums.ahead_minor:
            return ""
        what = f"{self.row.currency_id} {amount_text(self.sums.ahead_minor, self.row.currency_id)}"
        if any(each.is_over for each in self.exposed):
            return f"{what} was settled for goods that came back, and the agreement is over: ask it of the customer."
        return f"{what} was settled for goods that came back; it is taken off what is earned next."

    def _tiles(self) -> Sequence[Tile]:
        currency = self.row.currency_id
        shown = {
            "Turnover so far": self.sums.base_minor,
            "Earned": self.sums.accrued_minor,
            "Settled": self.sums.settled_minor,
            "Open": self.sums.open_minor,
        }
        return [Tile(label, money_html(amount, currency)) for label, amount in shown.items()]


class RebateExposure(Worklist):
    """What customers have earned and what is open, beside the ledger's account."""

    permission = VIEW_REBATES
    template = "pricing/exposure.html"
    title = "Rebate exposure"
    row_noun = "account"
    default_sort = "-id"
    crumbs = (Crumb("Rebate agreements", "rebates"),)
    columns = (Column("code", "Agreement", link="rebate_agreement", id_key="agreement_id"), *ACCOUNTS)
    filters = (
        Filter("q", "Agreement", placeholder="RB-2026"),
        Filter("customer", "Customer", placeholder="Code"),
        Filter("open", "Open", kind="choice", choices=[("open", "Something is open"), ("ahead", "Settled ahead")]),
    )
    empty = Empty("Nothing has counted yet", "What is invoiced counts under the agreements that are approved.")

    def context(self) -> Mapping[str, Any]:
        charts = [
            Chart("Open by agreement", [code for code, _ in rows], [Series("Open", [open for _, open in rows])],
                  kind="bar", currency=currency)
            for currency, rows in list(open_by_agreement().items())[:MOST_CHARTS]
            if not self.wanted
        ]  # fmt: skip
        return {**super().context(), "charts": charts}

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[Any]:
        page = slice_of(self._accounts(wanted), sort=sort, cursor=cursor, limit=limit)
        return Slice(exposures(page.rows, now=clock.now()), page.next, page.previous)

    def tiles(self, wanted: Wanted) -> Sequence[Tile]:
        entities = entities_by_id()
        return [
            Tile(
                f"Open, {entities[row.legal_entity_id].code}",
                money_html(row.open_minor, row.currency),
                note=f"The ledger's account: {amount_text(row.ledger_minor, row.currency)}",
                url=link_url("account", row.account_id),
                tone="" if row.open_minor == row.ledger_minor else "bad",
            )
            for row in open_rebates()[:6]
        ]

    def _accounts(self, wanted: Wanted) -> QuerySet[RebateAccount]:
        return accounts(code=wanted["q"], customer_id=customer_id_called(wanted["customer"]), only=wanted["open"])


def scale_chart(known: AgreementTerms, top: Sequence[Exposure]) -> Chart:
    """Return the rebate over the scale, with the position of the customer who earned most."""
    terms, position = known.terms, Standing(top[0].base_minor, top[0].quantity) if top else Standing()
    points = scale_of(terms, position)
    labels = [_label(known, measure) for measure, _, _ in points]
    series = [Series("Rebate", [amount for _, amount, _ in points])]
    if top:
        series.append(Series(top[0].customer_code, [amount if is_today else None for _, amount, is_today in points]))
    return Chart("Rebate by what was bought", labels, series, kind="bar", currency=terms.currency)


def month_chart(months: Mapping[date, Mapping[str, int]], currency: str) -> Chart | None:
    """Return what was earned, trued up, taken back and settled by month; None before there is anything."""
    if not months:
        return None
    series = [Series(kind.label, [months[month].get(kind.value, 0) for month in months]) for kind in AccrualKind]
    return Chart(
        "Earned and settled by month", [f"{month:%b %Y}" for month in months], series, kind="bar", currency=currency
    )


def _label(known: AgreementTerms, measure: Decimal) -> str:
    if known.terms.basis == TURNOVER:
        return amount_text(to_minor(measure, known.currency), known.currency)
    return number_text(measure)


def _mark(row: Exposure, measure: Decimal | None) -> Any:
    """Return a value of the scale: money where turnover counts, else units."""
    if measure is None:
        return format_html("{}", "")
    if row.basis == TURNOVER:
        return money_html(to_minor(measure, row.currency), row.currency)
    return quantity_html(measure)


def _tier_columns(row: RebateAgreement) -> tuple[Column, ...]:
    currency = row.currency_id
    least = Column(
        "least",
        f"From {row.get_basis_display().lower()}",
        kind="price" if row.basis == TURNOVER else "quantity",
        currency=currency,
    )
    if row.reward == PERCENT:
        return (least, Column("rate", "Percent", kind="number"))
    return (least, Column("rate", "Per unit", kind="price", currency=currency))


def _in(currency: str, columns: Sequence[Column]) -> list[Column]:
    """Return the columns with the agreement's currency, which its rows do not repeat."""
    return [replace(column, currency=currency) if column.kind == "money" else column for column in columns]
