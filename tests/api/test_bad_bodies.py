"""Bodies that cannot be read, keys that cannot be used, batches with something wrong in them."""

from typing import Any
from uuid import uuid4

import orjson
import pytest
from rest_framework.test import APIClient

from apps.audit.models import RequestRecord
from apps.orders.models import Order
from apps.orders.permissions import PLACE_ORDERS
from tests.api.sending import BATCH, ORDERS, an_order, faults, nothing_happens, post, refusal
from tests.factories.api import a_caller

NDJSON = "application/x-ndjson"
GOOD = orjson.dumps(an_order())


UNREADABLE = {
    "blank": (b" \n", "EOF"),
    "cut off": (GOOD[:-1], "line 1 column"),
    "broken UTF-8": (GOOD.replace(b"C-1001", b"C-\xff001"), "0xff"),
    "latin-1": (GOOD.replace(b"C-1001", "Café".encode("latin-1")), "0xe9"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "not UTF-8"),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, "byte order mark"),
    "NUL byte": (GOOD.replace(b"C-1001", b"C-\x00001"), "line 1 column"),
    "escaped NUL": (GOOD.replace(b"C-1001", rb"C-\u0000001"), "/customer"),
    "lone surrogate": (GOOD.replace(b"C-1001", rb"C-\ud800"), "line 1 column"),
    "duplicate names": (GOOD.replace(b'"customer"', b'"customer":"C-1002","customer"'), 'duplicate key "customer"'),
    "duplicate names of a line": (GOOD.replace(b'"sku"', b'"sku":"X","sku"', 1), 'duplicate key "sku"'),
    "a hundred thousand lists": (b"[" * 100_000 + b"]" * 100_000, "recursion"),
    "a hundred thousand objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "recursion"),
    "nested in a value": (GOOD.replace(b'"C-1001"', b"[" * 100_000 + b"]" * 100_000), "recursion"),
    "NaN": (GOOD.replace(b'"2"', b"NaN"), "line 1 column"),
    "Infinity": (GOOD.replace(b'"2"', b"-Infinity"), "line 1 column"),
    "a number of many digits": (GOOD.replace(b'"2"', b"9" * 10_000), "number"),
    "two documents": (GOOD + GOOD, "trailing"),
    "a comment": (b"/* order */" + GOOD, "line 1 column"),
    "XML": (b"<?xml version='1.0'?><order/>", "line 1 column"),
    "binary": (bytes(range(256)), "not UTF-8"),
}
KINDS = [
    "text/plain",
    "application/xml",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "nonsense",
]
SHAPES = [b"null", b"1", b'"order"', b"[]", b"true", b"1.5"]


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_told_with_its_place(desk: APIClient, name: str) -> None:
    body, told = UNREADABLE[name]
    with nothing_happens():
        problem = refusal(post(desk, body), 400)
    assert problem["code"] == "malformed"
    assert told.lower() in problem["detail"].lower()
    assert len(problem["detail"]) < 500


@pytest.mark.parametrize("body", SHAPES)
def test_json_that_is_no_order(desk: APIClient, body: bytes) -> None:
    with nothing_happens():
        assert faults(refusal(post(desk, body), 422)) == [("", "model_type")]


def test_no_body_is_an_order_without_anything(desk: APIClient) -> None:
    with nothing_happens():
        told = faults(refusal(post(desk, b""), 422))
    assert told == [(f"/{name}", "missing") for name in ("legal_entity", "channel", "customer", "currency", "lines")]


def test_an_exact_number_too_large_for_any_column(desk: APIClient) -> None:
    for number in (b"1e400", b"1e-400", b"1e999999999", b"123456789012345678901234567890"):
        with nothing_happens():
            problem = refusal(post(desk, GOOD.replace(b'"2"', number)), 422)
            assert [pointer for pointer, _ in faults(problem)] == ["/lines/0/quantity"]


@pytest.mark.parametrize("path", [ORDERS, BATCH])
def test_a_body_over_the_limit_is_refused_whatever_it_says_of_its_length(desk: APIClient, path: str) -> None:
    body = b'{"customer": "' + b"x" * (20 * 1024 * 1024) + b'"}'
    with nothing_happens():
        problem = refusal(post(desk, body, path), 413)
        assert "20 MB" in problem["detail"]
        lying = desk.generic(
            "POST", path, b"{}", "application/json", CONTENT_LENGTH="99999999999", HTTP_IDEMPOTENCY_KEY="k"
        )
        refusal(lying, 413)


@pytest.mark.parametrize("kind", KINDS)
def test_another_content_type(desk: APIClient, kind: str) -> None:
    with nothing_happens():
        assert refusal(post(desk, GOOD, kind=kind), 415)["code"] == "unsupported_media_type"


def test_ndjson_is_for_batches_alone(desk: APIClient) -> None:
    with nothing_happens():
        refusal(post(desk, GOOD, kind=NDJSON), 415)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [ORDERS, BATCH, "/api/v1/schemas/order/1"])
def test_another_method(desk: APIClient, method: str, path: str) -> None:
    with nothing_happens():
        answer = desk.generic(method, path, GOOD, content_type="application/json")
        assert refusal(answer, 405)["code"] == "method_not_allowed"
        assert {word.strip() for word in answer["Allow"].split(",")} & {"GET", "POST"}


def test_an_answer_that_is_not_json_cannot_be_had(desk: APIClient) -> None:
    refusal(desk.get(ORDERS, headers={"Accept": "text/html"}), 406)


def test_an_address_that_does_not_exist(desk: APIClient) -> None:
    refusal(desk.get("/api/v1/orders/7"), 404)
    refusal(desk.get("/api/v1/orders/01900000-0000-7000-8000-000000000001"), 404)
    with nothing_happens():
        refusal(post(desk, {}, "/api/v1/orders/01900000-0000-7000-8000-000000000001/ship"), 404)


KEYS = [
    ("", "idempotency_key_missing"),
    ('""', "idempotency_key_missing"),
    ("x" * 151, "idempotency_key_malformed"),
    ("kéy", "idempotency_key_malformed"),
    ("a\tb", "idempotency_key_malformed"),
]


@pytest.mark.parametrize(("key", "code"), KEYS)
@pytest.mark.parametrize("path", [ORDERS, BATCH])
def test_keys_that_name_nothing(desk: APIClient, path: str, key: str, code: str) -> None:
    body = an_order() if path == ORDERS else [an_order()]
    with nothing_happens():
        known = RequestRecord.objects.count()
        assert refusal(post(desk, body, path, **{"Idempotency-Key": key}), 400)["code"] == code
        assert RequestRecord.objects.count() == known


def test_a_key_is_needed_at_all(desk: APIClient) -> None:
    with nothing_happens():
        assert refusal(desk.post(ORDERS, an_order(), format="json"), 400)["code"] == "idempotency_key_missing"


def told(answer: Any) -> tuple[int, bytes, str | None]:
    return answer.status_code, answer.content, answer.headers.get("Location")


@pytest.mark.parametrize("path", [ORDERS, BATCH])
def test_a_repetition_gets_the_same_bytes_and_another_body_is_refused(desk: APIClient, path: str) -> None:
    def body(customer: str) -> Any:
        return an_order(customer=customer) if path == ORDERS else [an_order(customer=customer)]

    key, known = {"Idempotency-Key": f'"{uuid4()}"'}, Order.objects.count()
    first = post(desk, body("C-1001"), path, **key)
    assert first.status_code in (200, 201)
    with nothing_happens():
        again = post(desk, body("C-1001"), path, **key)
        assert told(again) == told(first)
        assert refusal(post(desk, body("C-1002"), path, **key), 422)["code"] == "idempotency_key_reused"
    somebody_else = a_caller(PLACE_ORDERS)
    assert post(somebody_else, body("C-1002"), path, **key).status_code == first.status_code
    assert Order.objects.count() == known + 2


def test_a_refusal_is_repeated_too(desk: APIClient) -> None:
    wrong, key = an_order(customer="C-0000"), {"Idempotency-Key": str(uuid4())}
    first, again = (post(desk, wrong, **key) for _ in range(2))
    refusal(again, 422)
    assert first.content == again.content
    with nothing_happens():
        assert refusal(post(desk, an_order(), **key), 422)["code"] == "idempotency_key_reused"


def test_a_shipment_is_held_to_its_key(desk: APIClient) -> None:
    order = desk.get(post(desk, an_order()).json()["url"]).json()
    url, key = f"{ORDERS}/{order['id']}/ship", {"Idempotency-Key": "k" * 150}
    part = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}]}
    first = post(desk, part, url, **key)
    assert first.status_code == 200, first.content
    with nothing_happens():
        assert post(desk, part, url, **key).content == first.content
        assert refusal(post(desk, {}, url, **key), 422)["code"] == "idempotency_key_reused"
        refusal(post(desk, {"lines": [{"line_id": order["lines"][0]["id"], "quantity": "2"}]}, url), 409)
        late = {"shipped_at": "2199-01-01T00:00:00Z"}
        assert faults(refusal(post(desk, late, url), 422)) == [("/shipped_at", "in_the_future")]
    other = {"Idempotency-Key": "k" * 149 + "j"}
    assert post(desk, part, url, **other).json()["lines"][0]["shipped"] == "2"


BATCHES = [
    (b"[]", "batch_malformed", 422),
    (b"{}", "batch_malformed", 422),
    (b"null", "batch_malformed", 422),
    (b'"x"', "batch_malformed", 422),
    (b"", "batch_malformed", 422),
    (b"[{]", "malformed", 400),
]


@pytest.mark.parametrize(("body", "code", "status"), BATCHES)
def test_batches_that_are_none(desk: APIClient, body: bytes, code: str, status: int) -> None:
    with nothing_happens():
        assert refusal(post(desk, body, BATCH), status)["code"] == code


@pytest.mark.parametrize("body", [b"", b"\n\n \n"])
def test_ndjson_without_a_line(desk: APIClient, body: bytes) -> None:
    with nothing_happens():
        assert refusal(post(desk, body, BATCH, kind=NDJSON), 422)["code"] == "batch_malformed"


def test_one_order_too_many(desk: APIClient) -> None:
    with nothing_happens():
        problem = refusal(post(desk, [an_order()] * 1_001, BATCH), 422)
        assert problem["detail"].endswith("this one holds more.")
        refusal(post(desk, b"\n".join([GOOD] * 1_001), BATCH, kind=NDJSON), 422)


def test_a_thousand_orders(desk: APIClient) -> None:
    known = Order.objects.count()
    answer = post(desk, [an_order(customer="C-1004", lines=[("CARRIAGE", "1")])] * 1_000, BATCH).json()
    assert (answer["placed"], answer["refused"], len(answer["items"])) == (1_000, 0, 1_000)
    assert Order.objects.count() == known + 1_000
    assert len({item["body"]["number"] for item in answer["items"]}) == 1_000


def test_wrong_members_of_a_batch_stand_alone(desk: APIClient) -> None:
    members = [
        an_order(),
        {},
        an_order(customer="C-0000"),
        None,
        [],
        7,
        an_order(lines=[("MUG-BLUE", "0.5")]),
        an_order(),
    ]
    known = Order.objects.count()
    answer = post(desk, members, BATCH).json()
    assert [item["status"] for item in answer["items"]] == [201, 422, 422, 422, 422, 422, 422, 201]
    assert [item["index"] for item in answer["items"]] == list(range(8))
    told = [faults(item["body"])[0] for item in answer["items"][1:7]]
    assert told[1] == ("/customer", "customer_unknown")
    assert told[5] == ("/lines/0/quantity", "quantity_not_divisible")
    assert Order.objects.count() - known == answer["placed"] == 2


def test_broken_lines_in_the_middle_spoil_no_other(desk: APIClient) -> None:
    lines = [GOOD, b'{"customer": ', GOOD, b"\xff\xfe", b"", GOOD.replace(b"C-1001", rb"\u0000"), b"[" * 50_000, GOOD]
    known = Order.objects.count()
    answer = post(desk, b"\r\n".join(lines), BATCH, kind=NDJSON).json()
    assert [item["status"] for item in answer["items"]] == [201, 400, 201, 400, 400, 400, 201]
    told = [item["body"]["errors"][0]["detail"] for item in answer["items"] if item["status"] == 400]
    assert [detail.split(":")[0] for detail in told] == ["Line 2", "Line 4", "Line 6", "Line 7"]
    assert Order.objects.count() == known + 3
