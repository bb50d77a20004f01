"""The rules of the protocol: signatures, addresses, when to try again, when to leave alone."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.integrations.decisions.wms.addresses import address_fault
from apps.integrations.decisions.wms.sending import Outcome, Reply, may_send, next_try_at, opened_until, told_of
from apps.integrations.decisions.wms.signing import is_signed, sign
from examples.reference_wms.signing import sign as sign_there
from ordercash.kernel.ids import new_id

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET, OLD = "a secret of sixteen", "an older one of sixteen"
ASKED = ("POST", "/api/v1/wms/x/messages", b'{"messages": []}')


def test_both_sides_sign_alike() -> None:
    assert sign(SECRET, NOW, *ASKED) == sign_there(SECRET, int(NOW.timestamp()), *ASKED)


def test_a_signature_is_for_one_request_one_secret_and_five_minutes() -> None:
    header = sign(SECRET, NOW, *ASKED)
    assert is_signed([SECRET], header, *ASKED, now=NOW + timedelta(seconds=300))
    assert is_signed([OLD, SECRET], header, *ASKED, now=NOW - timedelta(seconds=299))
    assert not is_signed([SECRET], header, *ASKED, now=NOW + timedelta(seconds=301))
    assert not is_signed([OLD], header, *ASKED, now=NOW)
    assert not is_signed([], header, *ASKED, now=NOW)
    for place, other in enumerate(("PUT", "/api/v1/wms/y/messages", b"{}")):
        asked = [*ASKED]
        asked[place] = other
        assert not is_signed([SECRET], header, *asked, now=NOW)
    for odd in (
        "",
        "t=1",
        "v1=00",
        header.upper(),
        header + ",v1=0",
        header.replace("t=", "t=-"),
        "t=９,v1=" + "0" * 64,
    ):
        assert not is_signed([SECRET], odd, *ASKED, now=NOW)


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("https://wms.example/api", True),
        ("https://wms.example:8443", True),
        ("http://wms.example/api", False),
        ("http://10.0.0.7:8099", True),  # named by the installation
        ("http://10.0.0.7:8100", False),
        ("https://10.0.0.8", False),
        ("https://127.0.0.1", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("https://[::1]", False),
        ("https://[::ffff:10.0.0.8]", False),
        ("https://[fe80::1]", False),
        ("https://0.0.0.0", False),
        ("https://user:password@wms.example", False),
        ("https://wms.example?x=1", False),
        ("https://wms.example#x", False),
        ("https://wms.example\\@10.0.0.8", False),
        ("https://wms.example:99999", False),
        ("https://wms .example", False),
        ("ftp://wms.example", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://wms.example/" + "x" * 200, False),
    ],
)
def test_which_addresses_may_be_entered(address: str, is_good: bool) -> None:
    assert (address_fault(address, {"10.0.0.7:8099"}) is None) == is_good


def test_a_failed_message_is_tried_again_later_and_later() -> None:
    message_id = new_id()
    waits = [(next_try_at(message_id, attempts, NOW) - NOW).total_seconds() for attempts in (1, 2, 3, 7, 60)]
    for wait, least in zip(waits, (1, 2, 4, 60, 60), strict=True):
        assert least <= wait <= least * 1.25
    assert len({next_try_at(new_id(), 3, NOW) for _ in range(20)}) > 1, "not all at once"


def test_a_connection_that_fails_is_left_alone_and_then_tried_once() -> None:
    assert opened_until(4, NOW) is None
    until = opened_until(5, NOW)
    assert until == NOW + timedelta(seconds=15)
    assert may_send(5, until, NOW, 100) == 0
    assert may_send(5, until, NOW + timedelta(seconds=15), 100) == 1
    assert may_send(0, None, NOW, 100) == 100


def test_what_is_kept_of_an_answer() -> None:
    assert (
        told_of(Reply(422, b'{"code": "sku_unknown", "detail": "Somebody, Some Street 1"}'))
        == "It answered 422 (sku_unknown)."
    )
    assert told_of(Reply(500, b"<html>Some Street 1</html>")) == "It answered 500."
    assert told_of(Reply(None, error="Connection refused")) == "Connection refused"


def test_what_an_answer_means() -> None:
    outcomes = {status: Reply(status).outcome for status in (200, 202, 302, 401, 404, 408, 422, 429, 500, None)}
    assert [status for status, found in outcomes.items() if found is Outcome.TAKEN] == [200, 202]
    assert [status for status, found in outcomes.items() if found is Outcome.REFUSED] == [422]
