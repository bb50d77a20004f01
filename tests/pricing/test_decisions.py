"""The price decision: pure, explained, the same bytes for the same facts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from apps.pricing.decisions.access import AccessSequence
from apps.pricing.decisions.price import Candidate, Priced, decide_price
from apps.pricing.decisions.replay import LineFacts, read_trace, replay_prices, texts_of
from tests.factories.pricing import a_candidate, standard_sequence

SEQUENCE = standard_sequence()


def decide(
    *candidates: Candidate,
    group: str | None = None,
    entity: str = "e1",
    quantity: int = 3,
    agreed: Decimal | None = None,
) -> Priced:
    return decide_price(SEQUENCE, "GBP", group, entity, Decimal(quantity), agreed, candidates)


def test_an_agreed_price_goes_before_every_list() -> None:
    priced = decide(a_candidate(), agreed=Decimal("1.99"))
    assert priced == Priced(Decimal("1.99"), 597, "agreed", [{"access": "agreed", "found": "agreed"}])


def test_an_agreed_price_of_zero_is_a_price() -> None:
    assert decide(a_candidate(), agreed=Decimal(0)).unit_price == 0


def test_the_group_list_goes_before_the_base_list() -> None:
    priced = decide(a_candidate(), a_candidate(price_list="GROUP", group="g1", unit_price=Decimal(2)), group="g1")
    assert (priced.unit_price, priced.source) == (Decimal(2), "group_list")


def test_another_group_s_list_is_not_looked_at() -> None:
    assert decide(a_candidate(group="g2", unit_price=Decimal(1)), group="g1").unit_price is None


def test_every_access_is_told_with_why_it_missed() -> None:
    priced = decide(a_candidate(from_quantity=Decimal(12)), group="g1")
    assert priced.unit_price is None
    assert priced.trace == [
        {"access": "agreed", "missed": "no_agreed_price"},
        {"access": "group_list", "missed": "no_price_in_force"},
        {"access": "base_list", "missed": "below_least_quantity", "least": "12"},
    ]


def test_a_hit_names_list_record_and_scale() -> None:
    assert decide(a_candidate(record="r9")).trace[-1] == {
        "access": "base_list", "found": "2.50", "from_quantity": "0", "list": "BASE", "record": "r9",
    }  # fmt: skip


@pytest.mark.parametrize(("quantity", "price"), [(1, "3.00"), (9, "3.00"), (10, "2.50"), (99, "2.50"), (100, "2.00")])
def test_the_scale_is_reached_from_its_quantity_on(quantity: int, price: str) -> None:
    scales = [
        a_candidate(from_quantity=Decimal(least), unit_price=Decimal(text))
        for least, text in ((0, "3.00"), (10, "2.50"), (100, "2.00"))
    ]
    assert decide(*scales, quantity=quantity).unit_price == Decimal(price)


def test_priority_then_the_entity_s_own_list_then_the_code_decides() -> None:
    base, own = a_candidate(price_list="A"), a_candidate(price_list="Z", entity="e1", unit_price=Decimal(4))
    first = a_candidate(price_list="M", priority=5, unit_price=Decimal(9))
    assert decide(base, own).unit_price == Decimal(4)
    assert decide(base, own, first).unit_price == Decimal(9)
    assert decide(a_candidate(price_list="B", unit_price=Decimal(7)), base).unit_price == Decimal("2.50")


def test_another_entity_s_list_is_not_looked_at() -> None:
    assert decide(a_candidate(entity="e2")).unit_price is None


def test_what_cannot_be_booked_is_no_price_and_harms_nobody() -> None:
    priced = decide(agreed=Decimal(10) ** 11, quantity=10**8)
    assert priced == Priced(None, 0, "", [{"access": "agreed", "missed": "amount_out_of_range"}])


@pytest.mark.parametrize(
    "accesses",
    [
        [],
        [{"name": "a", "source": "agreed_price", "customer_group": "own"}],
        [{"name": "a", "source": "price_list"}],
        [{"name": "a", "source": "agreed_price"}, {"name": "a", "source": "agreed_price"}],
        [{"name": "A B", "source": "agreed_price"}],
        [{"name": "a", "source": "oracle"}],
    ],
)
def test_a_wrong_sequence_is_refused(accesses: list[dict[str, str]]) -> None:
    with pytest.raises(ValidationError):
        AccessSequence.model_validate({"accesses": accesses})


prices = st.decimals(min_value=0, max_value=10**6, places=6)
quantities = st.decimals(min_value=Decimal("0.0001"), max_value=10**5, places=4)
candidates = st.lists(
    st.builds(
        Candidate,
        price_list=st.sampled_from(["A", "B", "C"]),
        record=st.uuids().map(str),
        group=st.sampled_from([None, "g1", "g2"]),
        entity=st.sampled_from([None, "e1", "e2"]),
        priority=st.integers(-3, 3),
        from_quantity=quantities,
        unit_price=prices,
    ),
    max_size=8,
)
groups = st.sampled_from([None, "g1"])


@given(candidates, groups, quantities, st.none() | prices)
def test_a_found_price_fits_and_the_last_trace_step_says_so(
    known: list[Candidate], group: str | None, quantity: Decimal, agreed: Decimal | None
) -> None:
    priced = decide_price(SEQUENCE, "GBP", group, "e1", quantity, agreed, known)
    if priced.unit_price is None:
        assert all("missed" in step for step in priced.trace)
        assert len(priced.trace) == len(SEQUENCE.accesses)
    elif agreed is not None:
        assert priced.unit_price == agreed
    else:
        hit = next(found for found in known if found.record == priced.trace[-1]["record"])
        assert hit.unit_price == priced.unit_price
        assert hit.from_quantity <= quantity
        assert hit.group in (None, group)
        assert hit.entity in (None, "e1")


@given(candidates, st.randoms(use_true_random=False), groups, quantities)
def test_the_order_of_the_candidates_does_not_matter(known: list[Candidate], random, group, quantity) -> None:  # type: ignore[no-untyped-def]
    shuffled = random.sample(known, len(known))
    one = decide_price(SEQUENCE, "GBP", group, "e1", quantity, None, known)
    assert one == decide_price(SEQUENCE, "GBP", group, "e1", quantity, None, shuffled)


@given(st.lists(st.tuples(candidates, quantities, st.none() | prices), min_size=1, max_size=5), groups)
def test_a_replay_gives_the_same_bytes(
    lines: list[tuple[list[Candidate], Decimal, Decimal | None]], group: str | None
) -> None:
    priced = [decide_price(SEQUENCE, "GBP", group, "e1", quantity, agreed, known) for known, quantity, agreed in lines]
    facts = [LineFacts("p", quantity, agreed, known) for known, quantity, agreed in lines]
    shared = {"at": "2026-03-02T09:00:00+00:00", "currency": "GBP", "customer_group": group, "legal_entity": "e1"}
    texts = texts_of(shared, facts, priced)
    assert replay_prices(SEQUENCE, texts.facts) == (texts.outcome, texts.trace)
    assert read_trace(texts.trace) == [answer.trace for answer in priced]


def test_equal_explanations_are_written_once() -> None:
    priced = [decide(agreed=Decimal(n)) for n in range(1, 4)]
    facts = [LineFacts("p", Decimal(3), Decimal(n), ()) for n in range(1, 4)]
    shared = {"at": "x", "currency": "GBP", "customer_group": None, "legal_entity": "e1"}
    assert (
        texts_of(shared, facts, priced).trace == '{"lines":[0,0,0],"traces":[[{"access":"agreed","found":"agreed"}]]}'
    )
