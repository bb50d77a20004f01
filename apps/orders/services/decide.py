"""Deciding on drafts: price, tax and checks of a whole batch. Reads only; credit and stock are decided where they are taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

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
from apps.orders.decisions.freeze import TaxedNet, line_taxes
from apps.orders.services.drafts import LineDraft, OrderDraft
from apps.pricing.contract import LinePrice, PricedLines, PriceRequest, Texts, price_lines
from apps.rulebooks.contract import DecisionDraft, record_decisions
from ordercash.kernel.clock import business_date
from ordercash.kernel.money import MAX_MINOR, to_major
from ordercash.kernel.transactions import joins

ADDRESS_PARTS = ("name", "line1", "line2", "city", "postal_code", "state", "country")
CREDIT_LIMIT_EXCEEDED = "credit_limit_exceeded"


class DecidedLine(NamedTuple):
    """What was decided on a line; amounts in minor units, `unit_price` None where no price was found."""

    unit_price: Decimal | None
    price_source: str
    net_minor: int
    tax_category: str
    tax_rate: Decimal | None
    tax_reason: str
    tax_minor: int
    is_too_large: bool = False


@dataclass(slots=True)
class Decision:
    """What was decided on a draft. `failures` hold the order, `warnings` only tell."""

    lines: list[DecidedLine]
    net_minor: int
    tax_minor: int
    failures: list[FailedCheck]
    pricing_sha256: bytes | None
    pricing: Texts | None
    warnings: list[FailedCheck] = field(default_factory=list)

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor


def decide_orders(drafts: Sequence[OrderDraft]) -> list[Decision]:
    """Price, tax and check the drafts; the number of statements does not depend on how many there are."""
    spans = _spans(drafts)
    priced = price_lines(
        [
            PriceRequest(
                customer_group_id=draft.customer.group_id if draft.customer else None,
                legal_entity_id=draft.legal_entity.id,
                currency=draft.currency,
                product_id=line.product.id,
                quantity=line.quantity,
                at=draft.ordered_at,
                agreed_price=line.agreed_price,
            )
            for draft in drafts
            for line in draft.lines
        ]
    )
    taxes = determine_taxes(_tax_requests(drafts))
    decisions = [_decide(draft, priced, taxes, span) for draft, span in zip(drafts, spans, strict=True)]
    facts = [_check_facts(draft, decision) for draft, decision in zip(drafts, decisions, strict=True)]
    for decision, failed in zip(decisions, check_orders(facts), strict=True):
        decision.failures.extend(item for item in failed if item.severity == "hold")
        decision.warnings.extend(item for item in failed if item.severity != "hold")
    _foresee_credit(drafts, decisions)
    return decisions


@joins
def record_order_decisions(drafts: Sequence[OrderDraft], decisions: Sequence[Decision], *, now: datetime) -> None:
    """Log the price decision of each order, one row per order, in one statement."""
    record_decisions(
        [
            DecisionDraft(
                kind="pricing.access",
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


def _spans(drafts: Sequence[OrderDraft]) -> list[range]:
    """Return the places of each draft's lines among the lines of all drafts."""
    spans = []
    start = 0
    for draft in drafts:
        spans.append(range(start, start + len(draft.lines)))
        start += len(draft.lines)
    return spans


def _tax_requests(drafts: Sequence[OrderDraft]) -> list[TaxRequest]:
    requests = []
    for draft in drafts:
        entity = draft.legal_entity
        on_date = business_date(draft.ordered_at, entity.time_zone)
        country = draft.ship_to.country if draft.ship_to else ""
        has_vat_id = bool(draft.customer and draft.customer.vat_id)
        requests += [
            TaxRequest(entity.country, country, line.product.tax_class, has_vat_id, on_date) for line in draft.lines
        ]
    return requests


def _decide(draft: OrderDraft, priced: PricedLines, taxes: Sequence[TaxAnswer | None], span: range) -> Decision:
    lines = [priced.lines[index] for index in span]
    too_large = _too_large(lines)
    nets = [0 if index in too_large else line.net_minor for index, line in enumerate(lines)]
    answers = [taxes[index] for index in span]
    minors = line_taxes(
        [
            TaxedNet(max(net, 0), answer.category if answer else "", answer.rate if answer else None)
            for net, answer in zip(nets, answers, strict=True)
        ]
    )
    decided = [
        DecidedLine(
            *_price_of(wanted, line),
            net,
            answer.category if answer else "",
            answer.rate if answer else None,
            answer.reason if answer else "",
            tax,
            index in too_large,
        )
        for index, (wanted, line, net, answer, tax) in enumerate(
            zip(draft.lines, lines, nets, answers, minors, strict=True)
        )
    ]
    return Decision(
        lines=decided,
        net_minor=sum(line.net_minor for line in decided),
        tax_minor=sum(minors),
        failures=[],
        pricing_sha256=priced.version_of(span.start) if span else None,
        pricing=priced.decision(span) if span else None,
    )


def _too_large(lines: Sequence[LinePrice]) -> set[int]:
    """Return the places of the lines that cannot be booked, alone or with those before them."""
    found: set[int] = set()
    total = 0
    for index, line in enumerate(lines):
        if line.is_too_large or total + line.net_minor > MAX_MINOR:
            found.add(index)
        else:
            total += line.net_minor
    return found


def _price_of(wanted: LineDraft, line: LinePrice) -> tuple[Decimal | None, str]:
    """Return price and source of a line; one that is too large to be booked keeps the price that was agreed."""
    if line.is_too_large and wanted.agreed_price is not None:
        return wanted.agreed_price, str(line.trace[-1]["access"])
    return line.unit_price, line.source


def _check_facts(draft: OrderDraft, decision: Decision) -> OrderCheckFacts:
    lines = [
        LineCheckFacts(
            line.line_no,
            line.quantity,
            decided.unit_price,
            True,
            line.product.is_sellable,
            decided.tax_rate is not None,
            amount_too_large=decided.is_too_large,
        )
        for line, decided in zip(draft.lines, decision.lines, strict=True)
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


def _foresee_credit(drafts: Sequence[OrderDraft], decisions: Sequence[Decision]) -> None:
    """Tell orders that fail already whether they would fail on credit too, so that all failures are seen at once.

    It only looks; for orders that pass, the conditional statement that takes the credit is what decides.
    """
    failing = [
        (draft, decision)
        for draft, decision in zip(drafts, decisions, strict=True)
        if decision.failures and draft.customer is not None and draft.customer.credit_limit_minor is not None
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
