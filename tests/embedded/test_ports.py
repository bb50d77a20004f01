"""The one port: read, checked, asked."""

import socket
from collections.abc import Iterator

import pytest

from ordercash.embedded.ports import answers, check_port, wanted_port
from ordercash.embedded.refusal import Refusal


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.mark.parametrize(("env", "port"), [({}, 8000), ({"PORT": ""}, 8000), ({"PORT": "8123"}, 8123)])
def test_port_comes_from_the_environment(env: dict[str, str], port: int) -> None:
    assert wanted_port(env) == port


@pytest.mark.parametrize("word", ["0", "65536", "-1", "http", "80 80", "²"])
def test_port_that_is_none_is_refused(word: str) -> None:
    with pytest.raises(Refusal, match="from 1 to 65535"):
        wanted_port({"PORT": word})


def test_port_in_use_is_refused_with_another_one(taken_port: int) -> None:
    with pytest.raises(Refusal, match=rf"Port {taken_port} on 127.0.0.1 cannot be used .* PORT="):
        check_port(taken_port)


def test_port_that_listens_but_says_nothing_does_not_answer(taken_port: int) -> None:
    assert not answers(taken_port)
