"""The published description: complete, valid, and true under whatever is sent (schemathesis)."""

import json
import os
import random
from typing import Any

import schemathesis
from django.core.management import call_command
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from ordercash.wsgi import application
from tests.api.sending import api_views
from tests.factories.api import World

FULL = bool(os.environ.get("ORDERCASH_FULL"))
EXAMPLES = 150 if FULL else 8
KNOWN = {
    "sku": ["MUG-BLUE", "CARRIAGE", "RIBBON-SATIN", "OLD-CALENDAR"],
    "customer": ["C-1001", "C-1003", "C-2001", "C-9001"],
    "channel": ["web", "marketplace", "edi"],
    "legal_entity": ["UK01", "DE01"],
    "currency": ["GBP", "EUR", "JPY"],
    "warehouse": ["UK-MAIN", "DE-MAIN"],
    "job": ["orders.bill_due", "orders.receive_planned"],
    "username": ["fuzz.everything"],
}


# What a shop refuses although it is well-formed: no schema tells which customers there are, or what is in stock.
BEYOND_A_SCHEMA = [positive_data_acceptance]
# A batch is answered with 200 and tells of each wrong member inside.
IN_ITS_ANSWER = {"POST /api/v1/orders:batch": [negative_data_rejection]}


def as_written(schema: Any) -> Any:
    """Close the answers: a member that the description does not name would be a lie by omission."""
    for name, shape in schema["components"]["schemas"].items():
        if shape.get("type") == "object" and "additionalProperties" not in shape and name != "Problem":
            shape["additionalProperties"] = False
    return schema


schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
as_written(schema.raw_schema)


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx: Any, value: Any) -> bytes:
    """Write newline-delimited JSON, also of whole numbers beyond 64 bits."""
    return "\n".join(json.dumps(row) for row in (value if isinstance(value, list) else [value])).encode()


def is_padded(value: Any) -> bool:
    """Whether a text has white space at an end: it is taken off before patterns and lengths are looked at, which no schema can say."""
    if isinstance(value, dict):
        return any(is_padded(each) for each in value.values())
    if isinstance(value, list):
        return any(is_padded(each) for each in value)
    return isinstance(value, str) and value != value.strip()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=not FULL,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(case: Case, world: World) -> None:
    make_real(case, world)
    beyond = [*BEYOND_A_SCHEMA, *IN_ITS_ANSWER.get(case.operation.label, [])]
    if is_padded(case.body):
        beyond.append(negative_data_rejection)
    case.call_and_validate(headers={"Authorization": f"Bearer {world.secret}"}, excluded_checks=beyond)


def test_the_books_are_true_after_all_that(world: World) -> None:
    call_command("prove")


def test_the_description_is_valid_and_without_gaps() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)


def test_every_method_of_every_endpoint_is_described() -> None:
    for route, view in api_views():
        missing = set(view.permissions) - set(view.shapes)
        assert not missing, f"{route} does not tell the shape of {missing}"


def test_what_is_keyed_says_so() -> None:
    keyed = {
        operation.label
        for operation in (found.ok() for found in schema.get_all_operations())
        if "Idempotency-Key" in {header.name for header in operation.headers}
    }
    one = "/api/v1/orders/{order_id}"
    assert {"POST /api/v1/orders", "POST /api/v1/orders:batch"} <= keyed
    assert {f"POST {one}/ship", f"POST {one}/cancel", f"POST {one}/return"} <= keyed
    assert "POST /api/v1/payments" in keyed
    assert {"POST /api/v1/inventory/supplies", "POST /api/v1/inventory/supplies/{supply_id}/receipts"} <= keyed


def make_real(case: Case, world: World) -> None:
    """Name real things in most of the requests that are well-formed, so that they get past the door."""
    meta = case.meta
    dice = random.Random(repr((case.path_parameters, case.query, case.body)))
    negative = (lambda where: meta is not None and meta.is_negative_at(where)) if meta else (lambda where: False)
    if case.path_parameters and not negative(ParameterLocation.PATH) and dice.random() < 0.9:
        for name in case.path_parameters:
            if known := world.ids.get(name) or KNOWN.get(name):
                case.path_parameters[name] = dice.choice(known)
    if isinstance(case.body, dict | list) and not negative(ParameterLocation.BODY):
        case.body = real_body(case.body, world, dice)


def real_body(value: Any, world: World, dice: random.Random) -> Any:
    """Replace codes and ids in a body by ones that exist."""
    if isinstance(value, list):
        return [real_body(item, world, dice) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: dice.choice(known)
        if isinstance(item, str) and (known := KNOWN.get(name) or world.ids.get(name)) and dice.random() < 0.9
        else real_body(item, world, dice)
        for name, item in value.items()
    }


def test_every_body_of_stock_and_warehouses_has_an_example_that_fits() -> None:
    document = schema.raw_schema
    found = 0
    for path, methods in document["paths"].items():
        for method, verb in methods.items():
            body = verb.get("requestBody", {}).get("content", {}).get("application/json")
            if body is None or not path.startswith(("/api/v1/inventory/", "/api/v1/stock", "/api/v1/w")):
                continue
            found += 1
            name = body["schema"]["$ref"].rpartition("/")[2]
            assert document["components"]["schemas"][name].get("examples"), f"{method} {path}"
    assert found > 20
