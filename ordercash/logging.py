"""Log configuration: one line an event, for a person (`console`) or a machine (`json`)."""

import logging
from typing import Any

import structlog

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logging_config(log_format: str) -> dict[str, Any]:
    """Return Django's LOGGING dictionary; `log_format` is "console" or "json"."""
    rendering = _rendering(log_format)
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
                "foreign_pre_chain": SHARED,
            }
        },
        "filters": {"refusals": {"()": lambda: refusal_without_traceback}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals"]}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            # A tick every few seconds that found nothing to do is no news.
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }


def refusal_without_traceback(record: logging.LogRecord) -> bool:
    """Take the traceback from a request that was refused (4xx): the caller's mistake, told in one line. Keeps every record."""
    if record.name == "django.request" and record.levelno < logging.ERROR:
        record.exc_info, record.exc_text = None, None
    return True


def _rendering(log_format: str) -> list[Any]:
    """Return what turns an event into a line. Tracebacks are plain: values of variables are slow to print, and nobody's to read."""
    if log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
