"""Closing the books."""

from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from apps.audit.models import ChangeRecord, EventRecord
from apps.ledger.contract import PeriodClosed, post_entries
from apps.ledger.models import JournalEntry, Period
from apps.ledger.selectors.periods import closed_periods
from apps.ledger.services.periods import PeriodOverlaps, change_period
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.remembered import forget_everything
from ordercash.kernel.states import WrongState
from tests.factories.audit import in_thread
from tests.factories.ledger import NOON, Books, make_books, make_invoice, post

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = {"from_date": date(2026, 3, 1), "until_date": date(2026, 4, 1)}


@pytest.fixture
def books() -> Books:
    return make_books()


def change(books: Books, verb: str, **days: Any) -> Period:
    return change_period(legal_entity_id=books.legal_entity_id, verb=verb, actor=SYSTEM, now=NOON, **(days or MARCH))


def test_a_soft_close_is_taken_back_and_a_close_is_not(books: Books) -> None:
    assert change(books, "soft_close").state == "soft_closed"
    post(make_invoice(books))
    assert change(books, "reopen").state == "open"
    assert change(books, "close").state == "closed"
    with pytest.raises(PeriodClosed):
        post(make_invoice(books))
    with pytest.raises(WrongState, match="possible: nothing"):
        change(books, "reopen")
    assert JournalEntry.objects.count() == 1


def test_the_refusal_names_the_period_and_what_to_do(books: Books) -> None:
    change(books, "close")
    forget_everything()
    with pytest.raises(PeriodClosed) as refused:
        post(make_invoice(books))
    problem = refused.value.as_problem()
    assert (problem["status"], problem["code"]) == (409, "period_closed")
    assert problem["period"] == {"from": "2026-03-01", "to": "2026-03-31"}
    assert problem["entry_date"] == "2026-03-05"
    assert "Use a date from 2026-04-01 on" in problem["detail"]


def test_a_period_closed_this_moment_is_refused_in_the_same_words(books: Books) -> None:
    closed_periods()
    change(books, "close")
    with pytest.raises(PeriodClosed) as refused:
        post(make_invoice(books))
    problem = refused.value.as_problem()
    assert (problem["entry_date"], "ledger_" in problem["detail"]) == ("2026-03-05", False)


def test_closing_is_told_and_written_down(books: Books) -> None:
    change(books, "close")
    assert EventRecord.objects.get(name="ledger.period_closed").actor_id == SYSTEM.id
    assert ChangeRecord.objects.filter(table_name="ledger_period").exists()


def test_another_cut_of_the_days_is_refused(books: Books) -> None:
    change(books, "soft_close")
    with pytest.raises(PeriodOverlaps, match="2026-03-01"):
        change(books, "close", from_date=date(2026, 3, 15), until_date=date(2026, 4, 15))


def test_closing_waits_for_those_who_post(books: Books) -> None:
    """An entry that was accepted lies in an open period until it is committed; what comes after the close is refused."""
    with transaction.atomic():
        post_entries([make_invoice(books)])
        closing = in_thread(lambda: change(books, "close"))
        closing.join(0.3)
        assert closing.is_alive()
    closing.join(10)
    assert not closing.is_alive()
    assert Period.objects.get().state == "closed"
    with pytest.raises(PeriodClosed):
        post(make_invoice(books))


def test_the_command_closes(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("close_period", "DE1", "2026-03-01", "2026-04-01", "--soft")
    call_command("close_period", "DE1", "2026-03-01", "2026-04-01")
    assert "is closed" in capsys.readouterr().out
    with pytest.raises(CommandError, match="possible: nothing"):
        call_command("close_period", "DE1", "2026-03-01", "2026-04-01", "--reopen")
    with pytest.raises(CommandError, match="lies after FROM"):
        call_command("close_period", "DE1", "2026-03-01", "2026-03-01")
