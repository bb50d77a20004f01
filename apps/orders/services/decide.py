"""Deciding on drafts: price, tax and checks of a whole batch. Reads only; credit and stock are decided where they are taken."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from apps.billing.contract import ExposureKey, exposures
from apps.compliance.contract import (
    FailedCheck,
    LineCheckFacts,
    OrderCheckFacts,
    TaxAnswer,
    TaxRequest,
    check_orders,
    determine_taxes,
)
from apps.masterdata.contract import AddressFacts
from apps.orders.decisions.bundles import BUNDLE, FREE, PART
from apps.orders.decisions.freeze import TaxedNet, line_taxes
from apps.orders.services.drafts import OrderDraft
from apps.orders.services.lines import DecidedLine, decided_lines, parts_of_bundles, products_added
from apps.orders.services.price import PricedOrder, price_orders
from apps.pricing.contract import RULES_KIND as PRICING_KIND
from apps.pricing.contract import CartTexts
from apps.rulebooks.contract import DecisionDraft, record_decisions
from ordercash.kernel.clock import business_date
from ordercash.kernel.money import MAX_MINOR, to_major
from ordercash.kernel.transactions import joins

ADDRESS_PARTS = ("name", "line1", "line2", "city", "postal_code", "state", "country")
CREDIT_LIMIT_EXCEEDED = "credit_limit_exceeded"
COUPON_REFUSED = "coupon_refused"
PRICE_BELOW_FLOOR = "price_below_floor"
COST_UNKNOWN = "cost_unknown"
_UNTAXED: Final = TaxedNet(0, "", None)
_NO_RATE: Final = ("", None)


@dataclass(slots=True)
class Decision:
    """What was decided on a draft: its lines, with parts and what rules add. `failures` hold the order, `warnings` only tell."""

    lines: list[DecidedLine]
    net_minor: int
    tax_minor: int
    failures: list[FailedCheck]
    pricing_sha256: bytes | None
    pricing: CartTexts | None
    warnings: list[FailedCheck] = field(default_factory=list)

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor


def decide_orders(drafts: Sequence[OrderDraft], *, are_held: bool = False) -> list[Decision]:
    """Price, tax and check the drafts; the number of statements does not depend on how many there are.

    Held orders are told whether they fit into their customer's limit, whatever else is wrong: their credit is taken on the word of
    whoever releases them. Of others that is decided where it is taken, and foreseen only where they fail already.
    """
    parts = parts_of_bundles(drafts)
    priced = price_orders(drafts, parts)
    products = products_added([price.added for price in priced])
    lines = [
        decided_lines(draft, price.lines, price.added, parts, products)
        for draft, price in zip(drafts, priced, strict=True)
    ]
    taxes = iter(determine_taxes(_tax_requests(drafts, lines)))
    decisions = [_decide(price, own, taxes) for price, own in zip(priced, lines, strict=True)]
    facts = [_check_facts(draft, decision) for draft, decision in zip(drafts, decisions, strict=True)]
    for decision, failed in zip(decisions, check_orders(facts), strict=True):
        decision.failures.extend(item for item in failed if item.severity == "hold")
        decision.warnings.extend(item for item in failed if item.severity != "hold")
    for draft, price, decision in zip(drafts, priced, decisions, strict=True):
        if price.refused or price.floors:
            decision.failures.extend(_price_failures(draft, price))
    _foresee_credit(drafts, decisions, are_held=are_held)
    return decisions


@joins
def record_order_decisions(drafts: Sequence[OrderDraft], decisions: Sequence[Decision], *, now: datetime) -> None:
    """Log the price decision of each order, one row per order, in one statement."""
    record_decisions(
        [
            DecisionDraft(
                kind=PRICING_KIND,
                subject_kind="order",
                subject_id=draft.id,
                version_sha256=decision.pricing_sha256,
                facts=decision.pricing.facts,
                outcome=decision.pricing.outcome,
                trace=decision.pricing.trace,
                taken_at=now,
            )
            for draft, decision in zip(drafts, decisions, strict=True)
            if decision.pricing is not None and decision.pricing_sha256 is not None
        ]
    )


def _price_failures(draft: OrderDraft, priced: PricedOrder) -> Iterator[FailedCheck]:
    """Yield what the price decision does not let pass: coupons that were refused, lines below their floor."""
    for coupon in priced.refused:
        yield FailedCheck(COUPON_REFUSED, None, {"coupon": coupon.code, "why": coupon.why})
    for place, floor in priced.floors:
        line_no = draft.lines[place].line_no
        if floor.least is None:
            yield FailedCheck(COST_UNKNOWN, line_no, {"floor": floor.rule})
        else:
            least = f"{floor.least.normalize():f} {draft.currency}"
            yield FailedCheck(PRICE_BELOW_FLOOR, line_no, {"floor": floor.rule, "least": least})


def _tax_requests(drafts: Sequence[OrderDraft], lines: Sequence[Sequence[DecidedLine]]) -> list[TaxRequest]:
    """Ask for the tax of every line; a bundle's is that of its parts, and its own answer is not used."""
    requests = []
    for draft, own in zip(drafts, lines, strict=True):
        entity = draft.legal_entity
        on_date = business_date(draft.ordered_at, entity.time_zone)
        country = draft.ship_to.country if draft.ship_to else ""
        has_vat_id = bool(draft.customer and draft.customer.vat_id)
        requests += [
            TaxRequest(entity.country, country, decided.line.product.tax_class, has_vat_id, on_date) for decided in own
        ]
    return requests


def _decide(priced: PricedOrder, lines: Sequence[DecidedLine], taxes: Iterator[TaxAnswer | None]) -> Decision:
    bookable = _bookable(lines)
    answers = [next(taxes) for _ in bookable]
    minors = line_taxes(
        [
            _UNTAXED if line.kind == BUNDLE else TaxedNet(max(line.net_minor, 0), *(answer[:2] if answer else _NO_RATE))
            for line, answer in zip(bookable, answers, strict=True)
        ]
    )
    decided = [_taxed(*each) for each in zip(bookable, answers, minors, strict=True)]
    if any(line.kind == BUNDLE for line in decided):
        decided = _tax_of_bundles(decided)
    whole = [line for line in decided if line.part_of is None]
    return Decision(
        lines=decided,
        net_minor=sum([line.net_minor for line in whole]),
        tax_minor=sum(minors),
        failures=[],
        pricing_sha256=priced.version_sha256,
        pricing=priced.texts,
    )


def _taxed(line: DecidedLine, answer: TaxAnswer | None, tax_minor: int) -> DecidedLine:
    if answer is None or line.kind == BUNDLE:
        return line
    return line._replace(
        tax_category=answer.category, tax_rate=answer.rate, tax_reason=answer.reason, tax_minor=tax_minor
    )


def _tax_of_bundles(lines: Sequence[DecidedLine]) -> list[DecidedLine]:
    """Give each bundle the sum of its parts' tax; they may be taxed at several rates, so it names none."""
    sums: defaultdict[int | None, int] = defaultdict(int)
    for line in lines:
        sums[line.part_of] += line.tax_minor
    return [line._replace(tax_minor=sums[line.line.line_no]) if line.kind == BUNDLE else line for line in lines]


def _bookable(lines: Sequence[DecidedLine]) -> Sequence[DecidedLine]:
    """Return the lines, without the amounts of those that cannot be booked, alone or with those before them."""
    total = 0
    too_large: set[int] = set()
    for index, line in enumerate(lines):
        if line.part_of is not None:
            continue
        if line.is_too_large or total + line.net_minor + line.discount_minor > MAX_MINOR:
            too_large.add(index)
        else:
            total += line.net_minor + line.discount_minor
    if not too_large:
        return lines
    bundles = {lines[index].line.line_no for index in too_large}
    return [
        line._replace(net_minor=0, discount_minor=0, is_too_large=index in too_large)
        if index in too_large or line.part_of in bundles
        else line
        for index, line in enumerate(lines)
    ]


def _check_facts(draft: OrderDraft, decision: Decision) -> OrderCheckFacts:
    lines = [
        LineCheckFacts(
            decided.line.line_no,
            decided.line.quantity,
            decided.unit_price,
            True,
            decided.line.product.is_sellable or not decided.is_asked,
            decided.tax_rate is not None or decided.kind == BUNDLE,
            amount_too_large=decided.is_too_large,
            priced_alone=decided.kind not in (PART, FREE),
        )
        for decided in decision.lines
    ]
    lines += [LineCheckFacts(bad.row_number, Decimal(1), Decimal(1), row_problem=bad.code) for bad in draft.bad_rows]
    return OrderCheckFacts(
        at=draft.ordered_at,
        legal_entity_id=draft.legal_entity.id,
        channel=draft.channel.code,
        lines=lines,
        customer_known=draft.customer is not None,
        customer_blocked=draft.customer is not None and draft.customer.is_blocked,
        address_empty_parts=_empty_parts(draft.ship_to),
        address_known=draft.ship_to is not None and draft.bill_to is not None,
    )


def _empty_parts(address: AddressFacts | None) -> tuple[str, ...]:
    if address is None:
        return ADDRESS_PARTS
    return tuple(part for part in ADDRESS_PARTS if not getattr(address, part).strip())


def _foresee_credit(drafts: Sequence[OrderDraft], decisions: Sequence[Decision], *, are_held: bool) -> None:
    """Tell orders that fail already whether they would fail on credit too, so that all failures are seen at once.

    It only looks; for orders that pass, the conditional statement that takes the credit is what decides.
    """
    failing = [
        (draft, decision)
        for draft, decision in zip(drafts, decisions, strict=True)
        if (are_held or decision.failures)
        and draft.customer is not None
        and draft.customer.credit_limit_minor is not None
    ]
    if not failing:
        return
    keys = {draft.id: _account(draft) for draft, _ in failing}
    known = exposures(list(set(keys.values())))
    for draft, decision in failing:
        exposure = known.get(keys[draft.id])
        used = exposure.total_minor if exposure else 0
        limit = draft.customer.credit_limit_minor if draft.customer else None
        if limit is not None and used + decision.gross_minor > limit:
            decision.failures.append(over_limit(draft, decision, used))


def over_limit(draft: OrderDraft, decision: Decision, used_minor: int) -> FailedCheck:
    """Return the failure that tells by how much an order exceeds its customer's limit; amounts are written with their currency."""
    limit = (draft.customer.credit_limit_minor if draft.customer else None) or 0
    amounts = {"over": used_minor + decision.gross_minor - limit, "limit": limit, "used": used_minor}
    detail = {
        name: f"{to_major(minor, draft.currency)} {draft.currency}" for name, minor in amounts.items() if minor >= 0
    }
    return FailedCheck(CREDIT_LIMIT_EXCEEDED, None, detail)


def _account(draft: OrderDraft) -> ExposureKey:
    assert draft.customer is not None  # noqa: S101 - asked only for drafts with a customer
    return ExposureKey(draft.legal_entity.id, draft.customer.id, draft.currency)
