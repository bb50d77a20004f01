"""Tax rates over the API."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.compliance.models import TaxRate
from apps.compliance.permissions import CHANGE_TAX_RATES, VIEW_TAX_RATES
from apps.compliance.selectors import tax_rates
from apps.compliance.services.rates import TaxRateDraft, create_tax_rates, end_tax_rate
from apps.masterdata.contract import actor_of
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.pagination import page_response

STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _exact(value: Any) -> Any:
    if isinstance(value, bool | float):
        raise ValueError('must be a number written exactly, such as 20 or "17.5"')
    return value


def _printable(value: str) -> str:
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
        raise ValueError("must not hold control characters")
    return value


Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2200, 1, 1))]
Rate = Annotated[
    Decimal, BeforeValidator(_exact), Field(ge=0, lt=100, max_digits=7, decimal_places=4, allow_inf_nan=False)
]


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
    exemption_reason: Annotated[str, AfterValidator(_printable), Field(max_length=200)] = ""
    from_date: Day
    until_date: Day | None = None


class Until(BaseModel):
    """The day from which the rate is not in force any more; null leaves it open."""

    model_config = STRICT

    until_date: Day | None


class TaxRates(APIView):
    """GET the tax rates by the day from which they hold, of one seller's country when `seller_country` is given; POST a new one."""

    permissions = {"GET": VIEW_TAX_RATES, "POST": CHANGE_TAX_RATES}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        country = str(request.query_params.get("seller_country", "")).replace("\x00", "\ufffd")
        found = tax_rates(seller_country=country)
        return page_response(request, found, sort="from_date", show=lambda rows: [_shown(row) for row in rows])

    @extend_schema(request=NewTaxRate, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        draft = TaxRateDraft(**read_body(NewTaxRate, request.data).model_dump())
        made = create_tax_rates([draft], actor=actor_of(request.user), now=clock.now())
        return Response(_shown(made[0]), status=201)


class TaxRateDetail(APIView):
    """PATCH the end of a rate."""

    permissions = {"PATCH": CHANGE_TAX_RATES}

    @extend_schema(request=Until, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, rate_id: UUID) -> Response:
        until_date = read_body(Until, request.data).until_date
        return Response(
            _shown(end_tax_rate(rate_id, until_date=until_date, actor=actor_of(request.user), now=clock.now()))
        )


def _shown(row: TaxRate) -> dict[str, Any]:
    parts = (
        "seller_country", "destination", "buyer", "tax_class", "category", "exemption_reason", "from_date", "until_date",
    )  # fmt: skip
    return {"id": row.pk, **{part: getattr(row, part) for part in parts}, "rate": f"{row.rate.normalize():f}"}
