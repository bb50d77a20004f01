"""What the database refuses, tried in SQL."""

from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection

from apps.billing.contract import WriteOffRequest, oblige, write_off
from apps.billing.models import Invoice, InvoiceLine, NumberSeries, Payment, Settlement
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.billing import LATER, World, invoice_of, make_draft, make_world, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def refused(statement: str, params: list[Any], saying: str) -> None:
    """Try a statement, see it refused for the reason given, and that the transaction goes on as before."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SAVEPOINT tried")
        with pytest.raises(DatabaseError, match=saying):
            cursor.execute(statement, params)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ROLLBACK TO SAVEPOINT tried")


def run(statement: str, params: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


@pytest.fixture
def invoice_id(world: World) -> UUID:
    return invoice_of(world, 1000, 2000).id


def test_an_obligation_is_invoiced_once(invoice_id: UUID) -> None:
    line = InvoiceLine.objects.filter(invoice_id=invoice_id).first()
    assert line
    copy = """INSERT INTO billing_invoiceline (id, invoice_id, position, obligation_id, customer_id, description, quantity, unit_price,
                  net_minor, tax_category, tax_rate, tax_minor)
              SELECT new_id(), invoice_id, 99, obligation_id, customer_id, '', 1, 1, 1, 'S', 19, 0 FROM billing_invoiceline WHERE id = %s"""
    refused(copy, [line.id], "duplicate key")


@pytest.mark.parametrize(
    ("change", "saying"),
    [
        ("open_minor = -1", "invoice_open_within_gross"),
        ("open_minor = gross_minor + 1", "invoice_open_within_gross"),
        ("state = 'settled'", "invoice_settled_when_nothing_open"),
        ("open_minor = 0", "invoice_settled_when_nothing_open"),
        ("number = 'INV-2026-000099'", "immutable"),
        ("serial = 99", "immutable"),
        ("gross_minor = gross_minor + 1, net_minor = net_minor + 1", "immutable"),
        ("customer_id = new_id()", "immutable"),
        ("issue_date = issue_date + 1", "immutable"),
        ("due_date = due_date + 1", "immutable"),
        ("state = 'draft', number = NULL, serial = NULL, year = NULL, issue_date = NULL, due_date = NULL, issued_at = NULL", "immutable"),
    ],
)  # fmt: skip
def test_an_issued_invoice_stands(invoice_id: UUID, change: str, saying: str) -> None:
    refused(f"UPDATE billing_invoice SET {change} WHERE id = %s", [invoice_id], saying)


@pytest.mark.parametrize(
    ("change", "saying"),
    [
        ("credited_minor = net_minor + 1", "credited_amount_within_line"),
        ("credited_quantity = quantity + 1", "credited_quantity_within_line"),
        ("credited_minor = -1", "immutable"),
        ("net_minor = net_minor - 1", "immutable"),
        ("description = 'other'", "immutable"),
        ("tax_minor = 0", "immutable"),
        ("obligation_id = NULL", "immutable"),
    ],
)
def test_a_line_stands_but_for_its_counters(invoice_id: UUID, change: str, saying: str) -> None:
    refused(f"UPDATE billing_invoiceline SET {change} WHERE invoice_id = %s", [invoice_id], saying)
    run(
        "UPDATE billing_invoiceline SET credited_minor = net_minor, credited_quantity = 1 WHERE invoice_id = %s",
        [invoice_id],
    )
    refused("UPDATE billing_invoiceline SET credited_minor = 0 WHERE invoice_id = %s", [invoice_id], "immutable")


@pytest.mark.parametrize("table", ["billing_invoice", "billing_billingobligation", "billing_numberseries"])
def test_facts_are_not_deleted(invoice_id: UUID, table: str) -> None:
    refused(f"DELETE FROM {table}", [], "is refused")


@pytest.mark.parametrize("table", ["billing_invoiceline", "billing_invoicetax"])
def test_an_issued_document_keeps_its_parts_and_gets_no_more(invoice_id: UUID, table: str) -> None:
    refused(f"DELETE FROM {table}", [], "immutable")
    refused("UPDATE billing_invoicetax SET tax_minor = 0", [], "immutable")
    refused(
        "INSERT INTO billing_invoicetax (id, invoice_id, category, rate, reason, net_minor, tax_minor) VALUES (%s, %s, 'Z', 0, '', 0, 0)",
        [new_id(), invoice_id],
        "immutable",
    )


def test_a_document_begins_as_a_draft_without_a_number(world: World, invoice_id: UUID) -> None:
    refused(draft_sql("'issued', 'INV-1'"), [invoice_id], "begins as a draft")
    refused(draft_sql("'draft', 'INV-1'"), [invoice_id], "invoice_numbered_when_issued")
    run(draft_sql("'draft', NULL"), [invoice_id])
    number = "year = 2026, serial = 7, number = 'INV-7', issue_date = '2026-03-02', due_date = '2026-03-02', issued_at = now()"
    refused(f"UPDATE billing_invoice SET {number} WHERE state = 'draft'", [], "invoice_numbered_when_issued")
    refused("UPDATE billing_invoice SET state = 'issued' WHERE state = 'draft'", [], "invoice_numbered_when_issued")
    # Nothing was written on it yet, so that it cannot be issued for its totals.
    refused(f"UPDATE billing_invoice SET state = 'issued', {number} WHERE state = 'draft'", [], "do not sum")
    run("DELETE FROM billing_invoice WHERE state = 'draft'", [])


def draft_sql(state_and_number: str) -> str:
    return f"""INSERT INTO billing_invoice (id, kind, legal_entity_id, customer_id, currency, series, terms_days, net_minor, tax_minor,
                   gross_minor, frozen_tax_minor, open_minor, reason, source_ref, state, number)
               SELECT new_id(), 'invoice', legal_entity_id, customer_id, currency, series, 0, 100, 19, 119, 19, 119, '', 'try',
                      {state_and_number} FROM billing_invoice WHERE id = %s"""


def test_a_number_is_taken_once_per_entity_and_series_never_shrink(world: World, invoice_id: UUID) -> None:
    run(draft_sql("'draft', NULL"), [invoice_id])
    number = "state = 'settled', year = 2026, serial = 1, number = 'INV-2026-000001', open_minor = 0, net_minor = 0, tax_minor = 0"
    dates = "gross_minor = 0, issue_date = '2026-03-02', due_date = '2026-03-02', issued_at = now()"
    refused(f"UPDATE billing_invoice SET {number}, {dates} WHERE state = 'draft'", [], "invoice_number_once_per_entity")
    refused("UPDATE billing_numberseries SET next_number = next_number - 1", [], "only grows")
    refused("UPDATE billing_numberseries SET year = 2027", [], "only grows")
    assert NumberSeries.objects.get().next_number == 2


@pytest.mark.parametrize(
    ("change", "saying"),
    [
        ("quantity = 0", "frozen"),
        ("net_minor = 1", "frozen"),
        ("state = 'waived'", "obligation_state_known"),
        ("bundle_id = NULL", "null value"),
    ],
)
def test_an_obligation_is_frozen(world: World, change: str, saying: str) -> None:
    oblige([make_draft(world)])
    refused(f"UPDATE billing_billingobligation SET {change}", [], saying)


def test_a_billed_obligation_is_not_owed_again(invoice_id: UUID) -> None:
    refused("UPDATE billing_billingobligation SET state = 'owed'", [], "frozen")


@pytest.mark.parametrize(
    ("field", "value"), [("quantity", 0), ("net_minor", -1), ("invoicing", "never"), ("terms_days", -1)]
)
def test_an_obligation_makes_sense(world: World, field: str, value: Any) -> None:
    draft = make_draft(world, **{field: value})
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT tried")
        with pytest.raises(DatabaseError, match="obligation_"):
            oblige([draft])
        cursor.execute("ROLLBACK TO SAVEPOINT tried")


@pytest.mark.parametrize(
    ("change", "saying"),
    [
        ("unapplied_minor = -1", "payment_unapplied_within_amount"),
        ("unapplied_minor = amount_minor + 1", "payment_unapplied_within_amount"),
        ("amount_minor = amount_minor + 1", "immutable"),
        ("source_ref = 'other'", "immutable"),
        ("customer_id = NULL", "immutable"),
    ],
)
def test_a_payment_stands_but_for_what_is_unapplied(world: World, change: str, saying: str) -> None:
    pay(world, 100)
    refused(f"UPDATE billing_payment SET {change}", [], saying)
    refused("DELETE FROM billing_payment", [], "immutable")
    columns = "id, legal_entity_id, currency, amount_minor, unapplied_minor, method, reference, source_ref, received_at"
    values = "new_id(), legal_entity_id, currency, 1, 1, '', '', source_ref, now()"
    again = f"INSERT INTO billing_payment ({columns}) SELECT {values} FROM billing_payment"
    refused(again, [], "duplicate key")
    assert Payment.objects.count() == 1


def test_a_settlement_is_only_added_and_names_its_source(world: World, invoice_id: UUID) -> None:
    write_off([WriteOffRequest("w", invoice_id, "Insolvent", 10)], now=LATER, actor=SYSTEM)
    for change in (
        "UPDATE billing_settlement SET amount_minor = 1",
        "DELETE FROM billing_settlement",
        "TRUNCATE billing_settlement",
    ):
        refused(change, [], "refused")
    columns = "id, invoice_id, kind, amount_minor, reason, settled_at, source_ref"
    insert = f"INSERT INTO billing_settlement ({columns}) VALUES (%s, %s, {{}}, now(), 'x')"
    for values, saying in (
        ("'payment', 1, ''", "settlement_names_its_source"),
        ("'credit', 1, ''", "settlement_names_its_source"),
        ("'write_off', 1, ''", "settlement_names_its_source"),
        ("'write_off', 0, 'why'", "settlement_above_zero"),
        ("'gift', 1, 'why'", "settlement_names_its_source"),
    ):
        refused(insert.format(values), [new_id(), invoice_id], saying)
    assert Settlement.objects.count() == 1


def test_a_credit_note_names_its_invoice_or_what_it_is_granted_for(world: World, invoice_id: UUID) -> None:
    refused(
        draft_sql("'draft', NULL").replace("'invoice',", "'credit_note',"),
        [invoice_id],
        "credit_note_names_its_reason",
    )
    assert Invoice.objects.count() == 1


def test_only_a_grant_has_lines_of_nothing_and_stays_what_it_is_for(world: World, invoice_id: UUID) -> None:
    line = (
        "INSERT INTO billing_invoiceline (id, invoice_id, position, customer_id, quantity, unit_price, net_minor, tax_category, tax_rate,"
        " tax_minor, description) SELECT new_id(), id, 9, customer_id, 0, 0, 0, 'S', 19, 0, '' FROM billing_invoice WHERE {}"
    )
    run(draft_sql("'draft', NULL"), [invoice_id])
    refused(line.format("state = 'draft'"), [], "a line bills an obligation or credits a line")
    grant = draft_sql("'draft', NULL").replace("'invoice',", "'credit_note',").replace("'try'", "'grant'")
    with_reason = grant.replace(", state, number)", ", state, number, posted_as, about_kind, about_id)")
    refused(
        with_reason.replace("NULL FROM", "NULL, 'rebate_settlement', '', new_id() FROM"),
        [invoice_id],
        "names_its_reason",
    )
    refused(
        with_reason.replace("NULL FROM", "NULL, 'rebate_settlement', 'thing', NULL FROM"),
        [invoice_id],
        "names_its_reason",
    )
    run(with_reason.replace("NULL FROM", "NULL, 'rebate_settlement', 'thing', new_id() FROM"), [invoice_id])
    run(line.format("posted_as <> ''"), [])
    refused("UPDATE billing_invoiceline SET quantity = 1 WHERE position = 9", [], "immutable")
    refused(
        "UPDATE billing_invoice SET posted_as = 'x', about_kind = 'x', about_id = new_id() WHERE state <> 'draft'",
        [],
        "immutable",
    )
