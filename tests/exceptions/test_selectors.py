"""Lists of cases: the most money at risk first, walked by keyset, filtered."""

from datetime import timedelta

import pytest
from django.db import connection

from apps.exceptions.models import Case
from apps.exceptions.selectors import BY_MONEY, case_by_id, cases
from apps.exceptions.services.holding import claim_cases
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import new_id
from ordercash.web.keyset import slice_of
from tests.factories.exceptions import NOW, make_actor, make_draft, open_all, open_case

pytestmark = pytest.mark.django_db(transaction=True)


def test_cases_come_by_money_at_risk_page_by_page() -> None:
    open_all([make_draft(money_at_risk_minor=amount % 7) for amount in range(30)])
    seen, cursor = [], ""
    while True:
        page = slice_of(cases(), sort=BY_MONEY, cursor=cursor, limit=4)
        seen += page.rows
        if not page.next:
            break
        cursor = page.next
    assert len({case.id for case in seen}) == 30
    assert [case.money_at_risk_minor for case in seen] == sorted((amount % 7 for amount in range(30)), reverse=True)


def test_filters_narrow_the_list() -> None:
    desk = make_actor()
    old, new, mine, other = open_all(
        [
            make_draft("price_missing", title="Order SO-1 is held", opened_at=NOW - timedelta(days=9)),
            make_draft("address_incomplete", title="Order SO-2 is held"),
            make_draft("price_missing"),
            make_draft("price_missing", subject_kind="row"),
        ]
    )
    claim_cases(case_ids=[mine], actor=desk, now=NOW)
    subject = Case.objects.get(id=new).subject_id
    wanted = {
        "all that wait": ({}, {old, new, mine, other}),
        "claimed": ({"states": ["claimed"]}, {mine}),
        "closed": ({"states": ["resolved", "cancelled"]}, set()),
        "by reason": ({"reason": "address_incomplete"}, {new}),
        "by subject": ({"subject_kind": "row"}, {other}),
        "mine": ({"assignee_id": desk.id}, {mine}),
        "nobody's": ({"unclaimed": True}, {old, new, other}),
        "late": ({"overdue_at": NOW}, {old}),
        "by words": ({"text": "so-2"}, {new}),
        "by subject's id": ({"text": str(subject)}, {new}),
        "by another queue": ({"queues": ["treasury"]}, set()),
    }
    for name, (asked, expected) in wanted.items():
        assert set(cases(**asked).values_list("id", flat=True)) == expected, name  # type: ignore[arg-type]


def test_a_queue_is_read_from_its_index() -> None:
    open_case()
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("SET enable_sort = off")
    query = cases(queues=["general"]).order_by("-money_at_risk_minor", "-id")[:51]
    plan = query.explain()
    with connection.cursor() as cursor:
        cursor.execute("RESET enable_seqscan")
        cursor.execute("RESET enable_sort")
    assert "case_work" in plan
    assert "Seq Scan on exceptions_case" not in plan


def test_a_case_that_does_not_exist_says_so() -> None:
    with pytest.raises(NotFound):
        case_by_id(new_id())
