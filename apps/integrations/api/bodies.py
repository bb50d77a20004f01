"""What the API of integrations reads. What does not fit is refused with a JSON pointer for every fault."""

from typing import Annotated

from pydantic import BaseModel, Field

from ordercash.web.api.values import Text, strict

Url = Annotated[Text, Field(min_length=8, max_length=200)]
Code = Annotated[Text, Field(min_length=1, max_length=20)]
SecretName = Annotated[
    Text, Field(pattern=r"^[A-Z0-9_]{1,40}$", description="The environment holds ORDERCASH_WMS_SECRET_<secret_name>")
]


class ConnectionBody(BaseModel):
    """The connection of a warehouse with its system. The secret is in the environment, under the name given."""

    model_config = strict(warehouse="UK-MAIN", base_url="https://wms.example/api", secret_name="UK_MAIN")  # noqa: S106

    warehouse: Code
    base_url: Url
    secret_name: SecretName
    is_active: bool = True
    shares_stock: bool = Field(
        default=False, description="Others sell from the same shelves: what it counts is believed"
    )
    timeout_ms: Annotated[int, Field(ge=100, le=30_000)] = 5_000
    most_attempts: Annotated[int, Field(ge=1, le=1_000)] = 60
    counts_a_day: Annotated[
        int, Field(ge=0, le=5_000, description="So many products it is asked to count, in turn")
    ] = 0


class NoteBody(BaseModel):
    """Why."""

    model_config = strict(note="Their disk was full.")

    note: Annotated[Text, Field(max_length=300)] = ""
