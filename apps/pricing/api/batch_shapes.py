"""What the API of many prices at once reads and answers."""

import base64
import binascii
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from apps.pricing.services.batches import PriceEdit
from ordercash.web.api.values import STRICT, Answer, Exact, Flag, Instant, Number, Text, Whole, strict

Change = Annotated[Exact, Field(max_digits=12, decimal_places=6, allow_inf_nan=False)]
Action = Literal["new", "changed", "ended", "unchanged", "refused"]
State = Literal["reading", "ready", "writing", "done", "failed", "discarded"]


class PriceFile(BaseModel):
    """A file of prices: CSV as `text`, or any (CSV, XLSX) as `base64`. With `is_whole` prices that it does not name end."""

    model_config = strict(name="prices.csv", text="sku,unit_price\nMUG-BLUE,6.75\n")

    name: Annotated[Text, Field(min_length=1, max_length=200, description="Ends with .csv or .xlsx")]
    text: Annotated[str | None, Field(max_length=20_000_000)] = None
    base64: Annotated[str | None, Field(max_length=20_000_000)] = None
    is_whole: Flag = False

    @model_validator(mode="after")
    def _has_content(self) -> Self:
        if (self.text is None) == (self.base64 is None):
            raise ValueError("give the content either as text or as base64")
        return self

    @property
    def content(self) -> bytes:
        """The bytes of the file; raises ValueError for what is no Base64."""
        if self.base64 is None:
            return (self.text or "").encode()
        try:
            return base64.b64decode(self.base64, validate=True)
        except binascii.Error:
            raise ValueError("This is no Base64 (RFC 4648, section 4).") from None


class PriceRule(BaseModel):
    """One change of all prices in force whose SKU begins with `sku` and whose product is of the category."""

    model_config = strict(percent="2.5", category="tableware", decimals=2)

    percent: Change | None = None
    amount: Change | None = None
    decimals: Annotated[Whole, Field(ge=0, le=6, description="New prices are rounded to so many, half up")]
    sku: Annotated[Text, Field(max_length=64)] = ""
    category: Annotated[Text, Field(max_length=80)] = ""
    begins_at: Annotated[Instant | None, Field(description="When it is carried out, when left out")] = None

    @property
    def edit(self) -> PriceEdit:
        """The change as the verb takes it."""
        return PriceEdit(self.decimals, self.percent, self.amount, self.sku, self.category, self.begins_at)


class NewBatch(BaseModel):
    """Changes of many prices to be looked at: a `file`, or one `rule`."""

    model_config = STRICT

    file: PriceFile | None = None
    rule: PriceRule | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.file is None) == (self.rule is None):
            raise ValueError("give either a file or a rule")
        return self


class BatchCounts(Answer):
    """How many rows come to what."""

    new: int
    changed: int
    ended: int
    unchanged: int
    refused: int


class BatchRowShown(Answer):
    """What a row comes to. `row` is the number in the file, the header being 1; null where no row stands behind it."""

    row: int | None
    action: Action
    sku: Annotated[str, Field(max_length=200)]
    unit: str
    min_quantity: Number | None
    before: Number | None
    after: Number | None
    per: Number | None
    valid_from_at: AwareDatetime | None
    valid_until_at: AwareDatetime | None
    column: str
    code: str
    detail: str


class BatchShown(Answer):
    """Changes of many prices: what they come to, and the first hundred rows that are refused.

    `reading` and `writing`: a worker has it in hands. `problem` says why it failed, or why it is to be looked at again.
    """

    id: UUID
    price_list_id: UUID
    kind: Literal["file", "edit"]
    name: str
    state: State
    problem: str
    counts: BatchCounts | None
    refused: list[BatchRowShown]
    job_id: UUID | None
    requested_at: AwareDatetime
    written_at: AwareDatetime | None


class BatchListed(Answer):
    """Changes of many prices in a list of them."""

    id: UUID
    kind: Literal["file", "edit"]
    name: str
    state: State
    requested_at: AwareDatetime
    written_at: AwareDatetime | None
