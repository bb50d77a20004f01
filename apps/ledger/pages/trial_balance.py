"""The trial balance as of any day, and the closing of periods."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from django import forms

from apps.ledger.pages.wanted import ENTITY, Books, entity_of
from apps.ledger.permissions import CLOSE_PERIOD, VIEW_LEDGER
from apps.ledger.selectors.accounts import TrialBalance as Balances
from apps.ledger.selectors.accounts import TrialBalanceRow, trial_balance
from apps.ledger.selectors.periods import periods_of
from apps.ledger.services.periods import change_period
from apps.masterdata.contract import EntityFacts
from ordercash.kernel import clock
from ordercash.web.actions import Action, Given
from ordercash.web.columns import Column
from ordercash.web.components import Tile
from ordercash.web.days import DayInput
from ordercash.web.filters import Filter, Wanted
from ordercash.web.formats import day_text, money_html
from ordercash.web.keyset import Slice


class PeriodForm(forms.Form):
    """Which days, and what becomes of them."""

    from_date = forms.DateField(label="From", widget=DayInput())
    until_date = forms.DateField(label="Until", help_text="The first day after the period.", widget=DayInput())
    way = forms.ChoiceField(
        label="How",
        choices=[
            ("soft_close", "Close softly: tell people, can be reopened"),
            ("close", "Close for good: no entry is accepted any more"),
            ("reopen", "Reopen what was closed softly"),
        ],
    )

    def clean_until_date(self) -> date:
        until: date = self.cleaned_data["until_date"]
        if self.cleaned_data.get("from_date") and until <= self.cleaned_data["from_date"]:
            raise forms.ValidationError("The day after the period lies after its first day.")
        return until


class TrialBalance(Books):
    """Every account with its turnover and balance at the end of a day."""

    permission = VIEW_LEDGER
    title = "Trial balance"
    row_noun = "account"
    default_sort = "code"
    id_field = "account_id"
    filters = (ENTITY, Filter("as_of", "As of", kind="date"))

    @cached_property
    def entity(self) -> EntityFacts:
        return entity_of(self.wanted)

    @cached_property
    def balances(self) -> Balances:
        as_of = self.wanted["as_of"] or clock.business_date(clock.now(), self.entity.time_zone)
        return trial_balance(self.entity.id, as_of=as_of)

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        currency = self.entity.currency
        return (
            Column("code", "Account", link="account", id_key="account_id"),
            Column("name", "Name"),
            Column("kind", "Kind"),
            Column("debit_minor", "Debit", kind="money", currency=currency, value=lambda row: row.debit_minor or None),
            Column(
                "credit_minor", "Credit", kind="money", currency=currency, value=lambda row: row.credit_minor or None
            ),
            Column("balance_minor", "Balance", kind="money", currency=currency),
        )

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[TrialBalanceRow]:
        return Slice(self.balances.rows)

    def tiles(self, wanted: Wanted) -> list[Tile]:
        found, currency = self.balances, self.entity.currency
        difference = found.debit_minor - found.credit_minor
        closed = [period for period in periods_of(self.entity.id) if period.state == "closed"]
        return [
            Tile("Debit", money_html(found.debit_minor, currency), note=f"until {day_text(found.as_of)}"),
            Tile("Credit", money_html(found.credit_minor, currency), note=f"until {day_text(found.as_of)}"),
            Tile("Difference", money_html(difference, currency), tone="bad" if difference else ""),
            Tile(
                "Closed until",
                day_text(closed[0].until_date) if closed else "—",
                note="the end of the last closed period" if closed else "",
            ),
        ]

    def context(self) -> Mapping[str, Any]:
        return {**super().context(), "subtitle": f"{self.entity.code} {self.entity.name}"}

    def actions(self) -> Sequence[Action]:
        return (Action("Close a period", verb="close_period", permission=CLOSE_PERIOD, form=PeriodForm),)

    def do_close_period(self, given: Given) -> str:
        values = given.values
        period = change_period(
            legal_entity_id=self.entity.id, from_date=values["from_date"], until_date=values["until_date"],
            verb=values["way"], actor=self.actor, now=clock.now(),
        )  # fmt: skip
        return f"{period.from_date} until {period.until_date} is {period.state.replace('_', ' ')}."
