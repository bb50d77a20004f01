"""Imported files on their pages."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from apps.orders.models import IntakeDocument, IntakeRow, Order, OrderLine
from apps.orders.selectors.imports import STOPPED_AFTER, state_of
from ordercash.kernel import clock
from tests.factories.orders import NOW, counted, place
from tests.factories.pages import NASTY, shown, signed_in, words

pytestmark = pytest.mark.usefixtures("company")

VIEW = "orders.view_orders"


def document(name: str = "orders.csv", rows: int = 3) -> IntakeDocument:
    """Make a file of which an order went through, another is held, and some rows were kept."""
    order, held = place(), place(lines=[("OLD-CALENDAR", "1")])
    made = IntakeDocument.objects.create(
        name=name, sha256=name.encode().ljust(32, b".")[:32], mapping_name="shop", mapping_sha256=b"2" * 32,
        legal_entity_id=order.legal_entity_id, started_at=NOW, finished_at=NOW + timedelta(seconds=9), row_count=7, rows_done=7,
    )  # fmt: skip
    for each in (order, held):
        Order.objects.filter(pk=each.pk).update(intake_document=made)
        OrderLine.objects.filter(order=each).update(intake_row=1)
    for number in range(rows):
        IntakeRow.objects.create(
            document=made, row_number=10 + number, subject_kind="order", subject_id=held.pk, detail="It has no quantity",
            code="row_unusable" if number else "stock_write_off", amount=Decimal("1.2345"), raw={"Quantity": number},
        )  # fmt: skip
    return made


def test_they_are_closed_to_others() -> None:
    made = document()
    for address in ("/imports/", f"/imports/{made.pk}/", f"/imports/{made.pk}/homes/"):
        assert Client().get(address).status_code == 302
        shown(signed_in("ledger.view_ledger"), address, 403)
    shown(signed_in(VIEW), f"/imports/{uuid4()}/", 404)


def test_without_a_file_the_list_says_what_to_do() -> None:
    assert "manage.py import_orders" in shown(signed_in(VIEW), "/imports/")


def test_a_file_leads_to_its_homes_and_kept_rows() -> None:
    made = document()
    client = signed_in(VIEW)
    assert f"/imports/{made.pk}/" in shown(client, "/imports/")
    text = words(shown(client, f"/imports/{made.pk}/"))
    assert "7 of 7 read" in text
    assert "It has no quantity" in text
    assert "GBP 3.7035" in text
    homes = words(shown(client, f"/imports/{made.pk}/homes/", **{"HX-Request": "true"}))
    assert "Order Confirmed 3" in homes
    assert "Held with: product not sellable 1" in homes
    assert "What did not go through, by reason" in homes


def test_kept_rows_are_filtered_by_problem() -> None:
    made = document()
    client = signed_in(VIEW)
    rows = shown(client, f"/imports/{made.pk}/?code=stock_write_off")
    assert rows.count("It has no quantity") == 1
    assert "No row matches the filters" in shown(client, f"/imports/{made.pk}/?kind=return")


def test_a_file_without_bad_rows_says_so() -> None:
    made = document(rows=0)
    assert "Every row could be used" in shown(signed_in(VIEW), f"/imports/{made.pk}/")


def test_statements_do_not_grow_with_the_rows() -> None:
    few, many = document("a.csv", rows=1), document("b.csv", rows=40)
    client = signed_in(VIEW)
    shown(client, f"/imports/{few.pk}/")
    with counted() as one:
        shown(client, f"/imports/{few.pk}/")
    with counted() as all_of_them:
        shown(client, f"/imports/{many.pk}/")
    assert len(one) == len(all_of_them)


def test_every_text_is_shown_as_text() -> None:
    made = document(NASTY)
    IntakeRow.objects.filter(document=made).update(detail=NASTY, raw={NASTY: NASTY}, code="<b>row</b>")
    for address in ("/imports/", f"/imports/{made.pk}/", f"/imports/{made.pk}/homes/"):
        html = shown(signed_in(VIEW), address)
        assert "<script>alert(1)" not in html
        assert "<b>" not in html


def test_an_import_that_goes_on_shows_how_far_it_is() -> None:
    made = document()
    IntakeDocument.objects.update(finished_at=None, rows_done=3, progressed_at=clock.now())
    client = signed_in(VIEW)
    page = shown(client, f"/imports/{made.pk}/")
    assert f'hx-get="/imports/{made.pk}/progress/"' in page
    poll = shown(client, f"/imports/{made.pk}/progress/", **{"HX-Request": "true"})
    assert "3 of 7 rows read" in words(poll)
    assert "oc-job-running" in poll
    IntakeDocument.objects.update(finished_at=NOW)
    answer = client.get(f"/imports/{made.pk}/progress/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
    shown(signed_in("ledger.view_ledger"), f"/imports/{made.pk}/progress/", 403)


def test_an_import_that_was_interrupted_says_so_and_what_to_do() -> None:
    made = document()
    IntakeDocument.objects.update(finished_at=None, rows_done=3, progressed_at=clock.now() - timedelta(minutes=6))
    client = signed_in(VIEW)
    page = shown(client, f"/imports/{made.pk}/")
    assert "Import the same file with the same mapping again" in words(page)
    assert f'hx-get="/imports/{made.pk}/progress/"' not in page
    assert "Stopped" in words(shown(client, "/imports/"))
    IntakeDocument.objects.update(progressed_at=clock.now())
    assert "Running" in words(shown(client, "/imports/"))


def test_an_import_is_stopped_after_minutes_without_a_row() -> None:
    made = IntakeDocument(started_at=NOW)
    assert state_of(made, now=NOW + STOPPED_AFTER) == "running"
    assert state_of(made, now=NOW + STOPPED_AFTER + timedelta(seconds=1)) == "stopped"
    made.progressed_at = NOW + STOPPED_AFTER
    assert state_of(made, now=NOW + STOPPED_AFTER * 2) == "running"
    made.finished_at = NOW
    assert state_of(made, now=NOW + STOPPED_AFTER * 9) == "done"
