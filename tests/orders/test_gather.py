"""Gathering requests: those who wait need nothing that the writer needs."""

import threading
from typing import Any

import pytest
from django.db import connections

from apps.orders.api import gather
from apps.orders.services.submit import Answer
from tests.factories.orders import NOW, submission

pytestmark = pytest.mark.usefixtures("company")


def test_who_waits_for_the_writer_holds_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    writing, may_go_on = threading.Event(), threading.Event()
    waiting: list[Any] = []
    answers: list[Answer] = []

    def slow(submissions: Any, *, now: Any) -> list[Answer]:
        writing.set()
        assert may_go_on.wait(10)
        return [Answer(201, b"{}") for _ in submissions]

    def send(gatherer: gather.Gatherer) -> None:
        own = connections["default"]
        own.ensure_connection()
        waiting.append(own)
        answers.append(gatherer.submit(submission(), now=NOW))
        own.close()

    monkeypatch.setattr(gather, "submit_orders", slow)
    gatherer = gather.Gatherer()
    threads = [threading.Thread(target=send, args=(gatherer,)) for _ in range(2)]
    threads[0].start()
    assert writing.wait(10)
    threads[1].start()
    for _ in range(500):
        if len(waiting) == 2 and waiting[1].connection is None:
            break
        threads[1].join(0.01)
    assert waiting[1].connection is None
    may_go_on.set()
    for thread in threads:
        thread.join(10)
    assert [answer.status for answer in answers] == [201, 201]
