"""Tax rates over the API."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.compliance.models import TaxRate
from apps.compliance.permissions import CHANGE_TAX_RATES, VIEW_TAX_RATES
from apps.compliance.selectors.in_force import tax_rates
from apps.compliance.services.rates import TaxRateDraft, create_tax_rates, end_tax_rate
from apps.masterdata.contract import actor_of
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.values import STRICT, Answer, Day, Exact, Number, Text

Rate = Annotated[Exact, Field(ge=0, lt=100, max_digits=7, decimal_places=4, allow_inf_nan=False)]


class NewTaxRate(BaseModel):
    """A rate to add, in force on the days [from_date, until_date)."""

    model_config = STRICT

    seller_country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    destination: Annotated[
        str, Field(pattern="^([A-Z]{2})?$", description="ISO 3166, EU, XX (elsewhere), empty (any)")
    ] = ""
    buyer: Literal["", "business", "consumer"] = ""
    tax_class: Literal["standard", "reduced", "zero", "exempt"]
    category: Literal["S", "Z", "E", "AE", "G", "O"]
    rate: Rate
    exemption_reason: Annotated[Text, Field(max_length=200)] = ""
    from_date: Day
    until_date: Day | None = None


class TaxRateUntil(BaseModel):
    """The day from which the rate is not in force any more; null leaves it open."""

    model_config = STRICT

    until_date: Day | None


class TaxRateShown(Answer):
    """A rate, in force on the days [from_date, until_date)."""

    id: UUID
    seller_country: str
    destination: str
    buyer: Literal["", "business", "consumer"]
    tax_class: str
    category: str
    exemption_reason: str
    from_date: date
    until_date: date | None
    rate: Number


class TaxRates(APIView):
    """GET the tax rates by the day from which they hold, of one seller's country when `seller_country` is given; POST a new one."""

    permissions = {"GET": VIEW_TAX_RATES, "POST": CHANGE_TAX_RATES}
    shapes = {
        "GET": Shape(answer=TaxRateShown, query={"seller_country": "ISO 3166-1 alpha-2"}, paged=True),
        "POST": Shape(request=NewTaxRate, answer=TaxRateShown, status=201),
    }

    def get(self, request: Request) -> Response:
        country = str(request.query_params.get("seller_country", "")).replace("\x00", "\ufffd")
        found = tax_rates(seller_country=country)
        return page_response(request, found, sort="from_date", show=lambda rows: [_shown(row) for row in rows])

    def post(self, request: Request) -> Response:
        draft = TaxRateDraft(**read_body(NewTaxRate, request.data).model_dump())
        made = create_tax_rates([draft], actor=actor_of(request.user), now=clock.now())
        return Response(_shown(made[0]), status=201)


class TaxRateDetail(APIView):
    """PATCH the end of a rate."""

    permissions = {"PATCH": CHANGE_TAX_RATES}
    shapes = {"PATCH": Shape(request=TaxRateUntil, answer=TaxRateShown)}

    def patch(self, request: Request, rate_id: UUID) -> Response:
        until_date = read_body(TaxRateUntil, request.data).until_date
        return Response(
            _shown(end_tax_rate(rate_id, until_date=until_date, actor=actor_of(request.user), now=clock.now()))
        )


def _shown(row: TaxRate) -> dict[str, Any]:
    parts = (
        "seller_country", "destination", "buyer", "tax_class", "category", "exemption_reason", "from_date", "until_date",
    )  # fmt: skip
    return {"id": row.pk, **{part: getattr(row, part) for part in parts}, "rate": f"{row.rate.normalize():f}"}
