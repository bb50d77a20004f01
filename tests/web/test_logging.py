"""Lines of the log: an error tells where it happened, and no variable's value."""

import logging

import pytest

from ordercash.logging import logging_config, refusal_without_traceback


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_an_error_tells_where_but_not_what_variables_held(log_format: str) -> None:
    formats = logging_config(log_format)["formatters"]["line"]
    formatter = formats["()"](processors=formats["processors"], foreign_pre_chain=formats["foreign_pre_chain"])
    try:
        _fail("open" + "sesame")
    except ValueError as error:
        told = (ValueError, error, error.__traceback__)
        record = logging.LogRecord("test", logging.ERROR, __file__, 1, "broken", (), told)
    line = formatter.format(record)
    assert "_fail" in line and "wrong value" in line
    assert "opensesame" not in line


@pytest.mark.parametrize(("level", "is_kept"), [(logging.WARNING, False), (logging.ERROR, True)])
def test_a_request_that_was_refused_is_told_in_one_line(level: int, is_kept: bool) -> None:
    try:
        _fail("")
    except ValueError as error:
        told = (ValueError, error, error.__traceback__)
        record = logging.LogRecord("django.request", level, __file__, 1, "Forbidden: /orders/", (), told)
    assert refusal_without_traceback(record)
    assert bool(record.exc_info) is is_kept


def _fail(password: str) -> None:
    raise ValueError("wrong value")
