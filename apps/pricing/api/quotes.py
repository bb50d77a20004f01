"""Quotes over the API."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.contract import actor_of, customer_id_called
from apps.pricing.api.quote_shapes import NewQuote, QuoteRow, QuoteShown, WithdrawQuote
from apps.pricing.decisions.cart.facts import AddedLine, BelowFloor, CartFacts, CartPriced
from apps.pricing.decisions.record.explanation import Loser, explain_line, explain_order
from apps.pricing.models import Quote
from apps.pricing.permissions import MAKE_QUOTES, PROMISE_OTHER_INSTANTS, VIEW_QUOTES
from apps.pricing.selectors.quotes import STATES, quote, quoted_cart, quotes, state_of
from apps.pricing.selectors.titles import Titles, rule_titles, titled
from apps.pricing.services.quotes import QuoteWish, make_quotes, withdraw_quote
from ordercash.kernel import clock
from ordercash.kernel.errors import Fault
from ordercash.kernel.money import exponent, to_major
from ordercash.web.api.bodies import read_body
from ordercash.web.api.once import respond_once
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput


class Quotes(APIView):
    """GET quotes, newest first; POST a cart to be priced, with an Idempotency-Key. No order is made."""

    permissions = {"GET": VIEW_QUOTES, "POST": MAKE_QUOTES}
    shapes = {
        "GET": Shape(
            answer=QuoteRow,
            query={
                "state": Query("In one state, as of now", words=STATES),
                "customer": "Of one customer, by code",
                "number": "Numbers that begin so",
            },
            paged=True,
        ),
        "POST": Shape(request=NewQuote, answer=QuoteShown, status=201, keyed=True),
    }

    def get(self, request: Request) -> Response:
        now, state = clock.now(), _asked(request, "state")
        if state and state not in STATES:
            raise InvalidInput(faults=[Fault("?state", "unknown_state", f"One of {', '.join(STATES)}.")])
        found = quotes(
            state=state,
            customer_id=customer_id_called(_asked(request, "customer")),
            number=_asked(request, "number"),
            at=now,
        )
        return page_response(request, found, sort="-recorded_at", show=lambda rows: [_row(row, now) for row in rows])

    def post(self, request: Request) -> HttpResponse:
        given, actor, now = read_body(NewQuote, request.data), actor_of(request.user), clock.now()

        any_instant = request.user.has_perm(PROMISE_OTHER_INSTANTS)

        def work(source_ref: str) -> tuple[int, Any]:
            wish = QuoteWish(given.cart(now), source_ref, given.valid_from_at, given.valid_until_at, given.note)
            (made,) = make_quotes([wish], any_instant=any_instant, actor=actor, now=now)
            return 201, shown_quote(quote(made.pk), now)

        return respond_once(request, work)


class QuoteDetail(APIView):
    """GET one quote with the whole explanation of its prices."""

    permissions = {"GET": VIEW_QUOTES}
    shapes = {"GET": Shape(answer=QuoteShown)}

    def get(self, request: Request, quote_id: UUID) -> Response:
        return Response(shown_quote(quote(quote_id), clock.now()))


class QuoteWithdrawal(APIView):
    """POST to withdraw an open quote: no order can be placed at it any more."""

    permissions = {"POST": MAKE_QUOTES}
    shapes = {"POST": Shape(request=WithdrawQuote, answer=QuoteShown)}

    def post(self, request: Request, quote_id: UUID) -> Response:
        reason, now = read_body(WithdrawQuote, request.data).reason, clock.now()
        withdraw_quote(quote_id, reason=reason, actor=actor_of(request.user), now=now)
        return Response(shown_quote(quote(quote_id), now))


def shown_quote(row: Quote, now: datetime) -> dict[str, Any]:
    """Return a quote with the whole explanation of its prices."""
    decided = quoted_cart(row)
    facts, priced, titles = decided.facts, decided.priced, rule_titles(decided.version_sha256)
    return {
        **_row(row, now),
        "country": facts.country,
        "state_of_country": facts.state,
        "coupons_used": list(priced.coupons),
        "lines": [_line(place, facts, priced, titles) for place in range(len(facts.lines))],
        "added": [_added(line, facts.currency, titles) for line in priced.added],
        "order": _order(priced, facts.currency, titles),
    }


def _row(row: Quote, now: datetime) -> dict[str, Any]:
    same = (
        "id", "number", "customer_id", "channel", "priced_at", "valid_from_at", "valid_until_at", "line_count", "order_id",
        "ordered_at", "note", "recorded_at",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in same},
        "state": state_of(row.state, row.valid_from_at, row.valid_until_at, now),
        "legal_entity": row.legal_entity.code,
        "customer": row.customer.code,
        "currency": row.currency_id,
        "discount": _money(row.discount_minor, row.currency_id),
        "net": _money(row.net_minor, row.currency_id),
        "version_sha256": bytes(row.version_sha256).hex(),
    }


def _line(place: int, facts: CartFacts, priced: CartPriced, titles: Titles) -> dict[str, Any]:
    asked, answer, currency = facts.lines[place], priced.lines[place], facts.currency
    told = explain_line(priced.trace, place, answer.gross_minor)
    return {
        "line_no": place + 1,
        "sku": asked.sku,
        "product_id": asked.product,
        "quantity": _number(asked.quantity),
        "unit": asked.unit,
        "unit_price": _number(answer.unit_price),
        "price_per": _number(answer.per),
        "source": answer.source,
        "list": _money(answer.gross_minor, currency),
        "discount": _money(answer.discount_minor, currency),
        "net": _money(answer.net_minor, currency),
        "missed": [{"access": each.access, "why": each.why, "words": each.words} for each in told.missed],
        "found": dict(told.found) if told.found else None,
        "given": [
            {
                **_rule(step.rule, titles),
                "of": "order" if step.left is None else "line",
                "amount": _money(step.minor, currency),
                "before": _money(step.before_minor, currency),
                "after": _money(step.after_minor, currency),
            }
            for step in told.steps
        ],
        "lost": _lost(told.lost, currency, titles),
        "closed_by": told.closed_by,
        "floors": [_floor(each, answer.floor, titles) for each in told.floors],
        "parts": [
            {"sku": part["sku"], "net": _money(part["minor"], currency), "alone": part["alone"]} for part in told.parts
        ],
        "borne": [{**_rule(rule, titles), "amount": _number(amount)} for rule, amount in told.borne.items()],
    }


def _floor(told: Any, below: BelowFloor | None, titles: Titles) -> dict[str, Any]:
    is_below = below is not None and below.rule == told["rule"]
    return {
        **_rule(told["rule"], titles),
        "least": told.get("least"),
        "missed": told.get("missed"),
        "is_below": is_below,
    }


def _added(line: AddedLine, currency: str, titles: Titles) -> dict[str, Any]:
    return {
        "kind": line.kind,
        **_rule(line.rule, titles),
        "sku": line.sku,
        "bundle": line.bundle,
        "quantity": _number(line.quantity),
        "unit_price": _number(line.unit_price),
        "price_per": _number(line.per),
        "list": _money(line.gross_minor, currency),
        "discount": _money(line.discount_minor, currency),
        "net": _money(line.net_minor, currency),
    }


def _order(priced: CartPriced, currency: str, titles: Titles) -> dict[str, Any]:
    told = explain_order(priced.trace)
    return {
        "given": [
            {**_rule(rule, titles), "base": _money(base, currency), "amount": _money(minor, currency), "goods": list(map(list, goods))}
            for rule, base, minor, goods in told.steps
        ],
        "charges": [
            {**_rule(rule, titles), "base": _money(base, currency), "exact": _number(exact), "amount": _money(minor, currency)}
            for rule, base, exact, minor in told.charges
        ],
        "lost": _lost(told.lost, currency, titles),
        "coupons": [{"code": code, "campaign": campaign, "why": why} for code, campaign, why in told.coupons],
    }  # fmt: skip


def _lost(losers: Sequence[Loser], currency: str, titles: Titles) -> list[dict[str, Any]]:
    return [
        {
            **_rule(each.rule, titles),
            "why": each.why,
            "by": each.by,
            "words": titled(each, titles).words,
            "would_save": None if each.minor is None else _money(each.minor, currency),
        }
        for each in losers
    ]


def _rule(name: str, titles: Titles) -> dict[str, str]:
    return {"rule": name, "title": titles.get(name, "")}


def _asked(request: Request, name: str) -> str:
    return str(request.query_params.get(name, "")).replace("\x00", "\ufffd")


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _money(minor: int, currency: str) -> str:
    return f"{to_major(minor, currency):.{exponent(currency)}f}"
