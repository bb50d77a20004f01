"""What the database refuses of rebates, tried in SQL."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.pricing.models import RebateAccount, RebateAgreement
from apps.pricing.services.rebate_agreements import draft_rebates
from tests.factories.billing import NOW, World, make_world
from tests.factories.rebates import ANALYST, a_draft, an_agreement, bought, deliver

pytestmark = pytest.mark.django_db(transaction=True)

APPROVE = "UPDATE pricing_rebateagreement SET state = 'approved', approved_at = now(), approver_id = new_id()"


@pytest.fixture
def world() -> World:
    return make_world()


def refused(statement: str, *params: Any) -> str:
    """Return what PostgreSQL says; the statement must not pass."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
    return str(caught.value)


def run(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("state = 'approved', approved_at = now(), approver_id = author_id", "rebate_approver_is_not_author"),
        ("state = 'approved'", "rebate_approved_by_somebody"),
        ("state = 'ended', approved_at = now(), approver_id = new_id()", "rebate_ended_by_somebody"),
        ("state = 'open', approved_at = now(), approver_id = new_id()", "rebate_state_word"),
        ("customer_id = NULL", "rebate_for_a_customer_or_a_group"),
        ("until_date = from_date", "rebate_valid_for_some_time"),
        ("until_date = NULL", "rebate_settled_at_end_has_one"),
        ("is_retrospective = false, reward = 'amount_per_unit'", "rebate_slices_on_one_measure"),
        ("scope = 'category'", "rebate_names_its_category"),
        ("category = 'lamps'", "rebate_names_its_category"),
        ("basis = 'weight'", "rebate_basis_word"),
        ("settlement = 'daily'", "rebate_settlement_word"),
    ],
)
def test_an_agreement_is_complete_and_approved_by_somebody_else(world: World, change: str, why: str) -> None:
    draft_rebates([a_draft(world)], actor=ANALYST, now=NOW)
    assert why in refused(f"UPDATE pricing_rebateagreement SET {change}")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("DELETE FROM pricing_rebatetier", "has no tier"),
        ("UPDATE pricing_rebatetier SET rate = 100.5 WHERE least = 100", "more than the price"),
        ("UPDATE pricing_rebateagreement SET scope = 'products'", "name its products"),
    ],
)
def test_nothing_incomplete_is_approved(world: World, change: str, why: str) -> None:
    draft_rebates([a_draft(world)], actor=ANALYST, now=NOW)
    run(change)
    assert why in refused(APPROVE)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE pricing_rebateagreement SET basis = 'quantity'",
        "UPDATE pricing_rebateagreement SET from_date = '2025-01-01'",
        "UPDATE pricing_rebateagreement SET until_date = '2028-01-01'",
        "UPDATE pricing_rebateagreement SET until_date = '2026-06-01'",
        "UPDATE pricing_rebateagreement SET until_date = '2028-01-01', state = 'ended', ended_by = new_id(), ended_at = now()",
        "UPDATE pricing_rebateagreement SET state = 'draft', approver_id = NULL, approved_at = NULL",
        "UPDATE pricing_rebateagreement SET approver_id = new_id()",
        "UPDATE pricing_rebatetier SET rate = rate + 1",
        "DELETE FROM pricing_rebatetier",
        "INSERT INTO pricing_rebatetier (id, agreement_id, least, rate) SELECT new_id(), id, 1, 1 FROM pricing_rebateagreement",
        "DELETE FROM pricing_rebateagreement",
        "UPDATE pricing_rebateaccount SET accrued_minor = accrued_minor + 1",
        "UPDATE pricing_rebateaccount SET customer_id = new_id()",
        "DELETE FROM pricing_rebateaccount",
        "UPDATE pricing_rebateaccrual SET amount_minor = 0",
        "DELETE FROM pricing_rebateaccrual",
        "TRUNCATE pricing_rebateaccrual",
    ],
)
def test_what_was_approved_and_what_was_counted_stays(world: World, change: str) -> None:
    an_agreement(world)
    deliver(bought(world, 20_000).id)
    assert "is refused" in refused(change)


def test_an_agreement_begins_as_a_draft_and_an_account_empty(world: World) -> None:
    row = an_agreement(world)
    copied = "code, name, customer_id, customer_group_id, legal_entity_id, currency, from_date, until_date, basis, reward, is_retrospective"
    copied += ", scope, settlement, state, author_id, approver_id, approved_at, end_reason"
    told = refused(
        f"INSERT INTO pricing_rebateagreement (id, {copied}) SELECT new_id(), {copied.replace('code', 'code || 2', 1)}"
        " FROM pricing_rebateagreement"
    )
    assert "begins as a draft" in told
    told = refused(
        "INSERT INTO pricing_rebateaccount (id, agreement_id, customer_id, accrued_minor) VALUES (new_id(), %s, %s, 5)",
        row.id,
        world.customer_id,
    )
    assert "begins empty" in told
    with pytest.raises(DatabaseError):
        RebateAgreement.objects.filter(pk=row.id).update(code="X")


INSERT = (
    "INSERT INTO pricing_rebateaccrual (id, account_id, kind, source_ref, line_id, document_id, base_minor, quantity, amount_minor, rate,"
    " tax_category, tax_reason, occurred_at, business_date, until_date) SELECT new_id(), account_id, {}, occurred_at, business_date, {}"
    " FROM pricing_rebateaccrual LIMIT 1"
)


@pytest.mark.parametrize(
    ("values", "until", "why"),
    [
        ("'accrual', source_ref, line_id, document_id, 1, 1, 1, 1, 'S', ''", "NULL", "source_ref"),
        ("'gift', 'x', line_id, document_id, 1, 1, 1, 1, 'S', ''", "NULL", "rebate_accrual_"),
        ("'accrual', 'x', NULL, document_id, 1, 1, 1, 1, 'S', ''", "NULL", "rebate_accrual_of_its_kind"),
        ("'true_up', 'x', line_id, document_id, 1, 0, 1, 1, 'S', ''", "NULL", "rebate_accrual_of_its_kind"),
        ("'settlement', 'x', NULL, document_id, 0, 0, -1, 1, '', ''", "NULL", "rebate_accrual_of_its_kind"),
        ("'settlement', 'x', NULL, document_id, 0, 0, 1, 1, '', ''", "business_date", "rebate_accrual_of_its_kind"),
        ("'settlement', 'x', NULL, document_id, 0, 0, -201, 1, '', ''", "business_date", "more is settled"),
        ("'accrual', 'x', line_id, document_id, -1, 1, 1, 1, 'S', ''", "NULL", "rebate_accrual_adds"),
        ("'reversal', 'x', line_id, document_id, 1, -1, -1, 1, 'S', ''", "NULL", "rebate_reversal_takes"),
        ("'reversal', 'x', line_id, document_id, -20001, 0, 0, 1, 'S', ''", "NULL", "rebate_base_not_negative"),
        ("'reversal', 'x', line_id, document_id, 0, -2, 0, 1, 'S', ''", "NULL", "rebate_quantity_not_negative"),
        ("'reversal', 'x', line_id, document_id, 0, 0, -201, 1, 'S', ''", "NULL", "rebate_accrued_not_negative"),
    ],
)
def test_a_row_is_of_its_kind_and_counts_within_what_is_there(world: World, values: str, until: str, why: str) -> None:
    an_agreement(world)
    deliver(bought(world, 20_000).id)
    assert why in refused(INSERT.format(values, until))
    assert RebateAccount.objects.get().accrued_minor == 200


def test_the_totals_follow_the_rows_whoever_adds_them(world: World) -> None:
    an_agreement(world)
    deliver(bought(world, 20_000).id)
    run(INSERT.format("'settlement', 'x', NULL, document_id, 0, 0, -150, 0, '', ''", "business_date"))
    run(INSERT.format("'true_up', 'y', line_id, document_id, 0, 0, 7, 0, '', ''", "NULL"))
    row = RebateAccount.objects.get()
    assert (row.base_minor, row.quantity, row.accrued_minor, row.settled_minor) == (20_000, 1, 207, 150)
