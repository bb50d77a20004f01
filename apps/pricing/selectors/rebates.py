"""Rebate agreements and their exposure, for lists and pages."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from apps.ledger.contract import balances_of_role
from apps.masterdata.contract import entities_by_id
from apps.pricing.decisions.rebates import (
    TURNOVER,
    Standing,
    Terms,
    entitled_minor,
    measure_of,
    tier_ahead,
    tier_reached,
)
from apps.pricing.models import RebateAccount, RebateAccrual, RebateAgreement
from apps.pricing.selectors.rebate_terms import AgreementTerms, agreement_terms
from ordercash.kernel import sql
from ordercash.kernel.clock import business_date
from ordercash.kernel.errors import NotFound
from ordercash.kernel.money import to_minor
from ordercash.web.search import Hit

_MONTHS: Final = """
SELECT date_trunc('month', r.business_date)::date, r.kind, sum(r.amount_minor)::bigint
  FROM pricing_rebateaccrual AS r JOIN pricing_rebateaccount AS c ON c.id = r.account_id
 WHERE c.agreement_id = %s GROUP BY 1, 2 ORDER BY 1"""

PAYABLE: Final = "rebates_payable"


@dataclass(frozen=True, slots=True)
class Exposure:
    """What one customer has earned under one agreement. Measures are turnover in major units, or quantity.

    `reached` and `ahead` are the least of the tier reached and of the next one; `missing` is what lacks to it. `open_minor` is what the
    ledger owes: accrued less settled. It is below zero after goods came back that were settled already: so much, `ahead_minor`, was
    settled ahead, and is taken off what is earned next; `is_over` says that nothing will be, so that it is asked of the customer.
    """

    id: UUID
    agreement_id: UUID
    code: str
    customer_id: UUID
    customer_code: str
    customer_name: str
    currency: str
    basis: str
    base_minor: int
    quantity: Decimal
    measure: Decimal
    reached: Decimal | None
    rate: Decimal
    ahead: Decimal | None
    missing: Decimal | None
    accrued_minor: int
    settled_minor: int
    is_over: bool

    @property
    def open_minor(self) -> int:
        return self.accrued_minor - self.settled_minor

    @property
    def ahead_minor(self) -> int:
        """What was settled beyond what is earned now."""
        return max(-self.open_minor, 0)

    @property
    def missing_minor(self) -> int | None:
        """What lacks to the next tier in minor units, None at the top or where units are counted."""
        return None if self.missing is None or self.basis != TURNOVER else to_minor(self.missing, self.currency)


@dataclass(frozen=True, slots=True)
class Sums:
    """What all customers of an agreement bought and earned; `owed` says for how many of them something can be settled, `ahead_minor`
    what was settled ahead of those who gave back since."""

    base_minor: int
    accrued_minor: int
    settled_minor: int
    owed: int
    ahead_minor: int

    @property
    def open_minor(self) -> int:
        return self.accrued_minor - self.settled_minor


@dataclass(frozen=True, slots=True)
class OpenRebates:
    """What is open of one legal entity in one currency, by agreements and by the ledger's account; both are equal."""

    legal_entity_id: UUID
    currency: str
    open_minor: int
    ledger_minor: int
    account_id: UUID | None


def agreements(*, state: str = "", code: str = "", customer_id: UUID | None = None) -> QuerySet[RebateAgreement]:
    """Return rebate agreements; `customer_id` finds those of the customer and of its group."""
    found = RebateAgreement.objects.select_related("customer", "customer_group", "legal_entity")
    if state:
        found = found.filter(state=state)
    if code:
        found = found.filter(code__iexact=code.strip())
    if customer_id:
        found = found.filter(Q(customer_id=customer_id) | Q(customer_group__customers=customer_id))
    return found


def agreement(agreement_id: UUID) -> RebateAgreement:
    """Return one agreement; raises NotFound."""
    found = agreements().prefetch_related("tiers", "products__product").filter(pk=agreement_id).first()
    if found is None:
        raise NotFound("There is no such rebate agreement.")
    return found


def accounts(
    *, agreement_id: UUID | None = None, code: str = "", customer_id: UUID | None = None, only: str = ""
) -> QuerySet[RebateAccount]:
    """Return the customers' accounts under agreements; `only` "open" those with something to settle, "ahead" those settled ahead."""
    found = RebateAccount.objects.select_related("agreement", "customer")
    exact = {"agreement_id": agreement_id, "customer_id": customer_id, "agreement__code__iexact": code.strip()}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if only == "open":
        return found.exclude(accrued_minor=F("settled_minor"))
    return found.filter(accrued_minor__lt=F("settled_minor")) if only == "ahead" else found


def exposures(rows: Sequence[RebateAccount], *, now: datetime) -> list[Exposure]:
    """Return accounts with the tier that each has reached and what lacks to the next; one statement."""
    terms = agreement_terms({row.agreement_id for row in rows})
    return [_exposure(row, terms[row.agreement_id], now) for row in rows]


def sums_of(agreement_id: UUID) -> Sums:
    """Return the sums of an agreement's accounts; one statement."""
    row = RebateAccount.objects.filter(agreement_id=agreement_id).aggregate(
        base=Sum("base_minor", default=0),
        accrued=Sum("accrued_minor", default=0),
        settled=Sum("settled_minor", default=0),
        owed=Count("id", filter=Q(accrued_minor__gt=F("settled_minor"))),
        ahead=Sum(F("settled_minor") - F("accrued_minor"), filter=Q(accrued_minor__lt=F("settled_minor")), default=0),
    )
    return Sums(row["base"], row["accrued"], row["settled"], row["owed"], row["ahead"])


def accruals(agreement_id: UUID, *, kinds: Collection[str] = ()) -> QuerySet[RebateAccrual]:
    """Return the rows of an agreement; raises NotFound without it."""
    found = RebateAccrual.objects.select_related("account", "account__customer").filter(
        account__agreement=agreement(agreement_id)
    )
    return found.filter(kind__in=kinds) if kinds else found


def accruals_by_month(agreement_id: UUID) -> dict[date, Mapping[str, int]]:
    """Return what was earned, trued up, reversed and settled, by the first day of the month; one statement."""
    months: dict[date, dict[str, int]] = defaultdict(dict)
    for month, kind, amount in sql.fetch(_MONTHS, [agreement_id]):
        months[month][kind] = amount
    return dict(months)


def scale_of(terms: Terms, position: Standing) -> list[tuple[Decimal, int, bool]]:
    """Return points of the scale as (measure, rebate in minor units, whether it is the position), from zero to beyond the last tier.

    Between the tiers the average price of a unit so far is assumed; without a position, one of a major unit.
    """
    today = measure_of(terms, position)
    leasts = [tier.least for tier in terms.tiers]
    end = max([*leasts, today]) * Decimal("1.25") or Decimal(1)
    marks = sorted({Decimal(0), *leasts, today, end.quantize(Decimal(1))})
    return [(mark, entitled_minor(terms, _at(terms, position, mark)), mark == today) for mark in marks]


def open_rebates() -> list[OpenRebates]:
    """Return what is open beside the ledger's account, by legal entity and currency; two statements."""
    open_by = {
        (row["agreement__legal_entity_id"], row["agreement__currency_id"]): row["open"]
        for row in RebateAccount.objects.values("agreement__legal_entity_id", "agreement__currency_id").annotate(
            open=Sum(F("accrued_minor") - F("settled_minor"))
        )
    }
    books = {(row.legal_entity_id, row.currency): row for row in balances_of_role(PAYABLE)}
    return [
        OpenRebates(
            *key, open_by.get(key, 0), -books[key].amount_minor if key in books else 0,
            books[key].account_id if key in books else None,
        )
        for key in sorted(open_by.keys() | books.keys(), key=str)
    ]  # fmt: skip


def open_by_agreement(limit: int = 12) -> dict[str, list[tuple[str, int]]]:
    """Return the agreements of which most is open by currency: (code, open in minor units), the most first; one statement."""
    found: dict[str, list[tuple[str, int]]] = {}
    sums = (
        RebateAccount.objects.values("agreement__currency_id", "agreement__code")
        .annotate(open=Sum(F("accrued_minor") - F("settled_minor")))
        .filter(open__gt=0)
        .order_by("-open")
    )
    for row in sums[: limit * 4]:
        found.setdefault(row["agreement__currency_id"], []).append((row["agreement__code"], row["open"]))
    return {currency: rows[:limit] for currency, rows in sorted(found.items())}


def agreement_codes(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the codes of agreements by id; one statement."""
    return dict(RebateAgreement.objects.filter(id__in=ids).values_list("id", "code"))


def find_agreements(text: str, limit: int) -> list[Hit]:
    """Return the agreements with this code, whatever the case of its letters."""
    return [
        Hit("rebate_agreement", row.id, row.code, row.name or row.get_state_display())
        for row in agreements(code=text)[:limit]
    ]


def _at(terms: Terms, position: Standing, measure: Decimal) -> Standing:
    """Return the standing at a measure of the scale, with the other measure in the position's proportion."""
    whole = measure_of(terms, position)
    if terms.basis == TURNOVER:
        units = position.quantity * measure / whole if whole else measure
        return Standing(to_minor(measure, terms.currency), units)
    base = int(position.base_minor * measure / whole) if whole else to_minor(measure, terms.currency)
    return Standing(base, measure)


def _exposure(row: RebateAccount, agreement: AgreementTerms, now: datetime) -> Exposure:
    terms, until = agreement.terms, agreement.until_date
    today = business_date(now, entities_by_id()[agreement.legal_entity_id].time_zone)
    standing = Standing(row.base_minor, row.quantity)
    measure, reached, ahead = measure_of(terms, standing), tier_reached(terms, standing), tier_ahead(terms, standing)
    return Exposure(
        id=row.id,
        agreement_id=row.agreement_id,
        code=row.agreement.code,
        customer_id=row.customer_id,
        customer_code=row.customer.code,
        customer_name=row.customer.name,
        currency=row.agreement.currency_id,
        basis=terms.basis,
        base_minor=row.base_minor,
        quantity=row.quantity,
        measure=measure,
        reached=reached.least if reached else None,
        rate=reached.rate if reached else Decimal(0),
        ahead=ahead.least if ahead else None,
        missing=ahead.least - measure if ahead else None,
        accrued_minor=row.accrued_minor,
        settled_minor=row.settled_minor,
        is_over=until is not None and until <= today,
    )
