"""The journal as a file: GET /ledger/journal.beancount and /ledger/journal.csv."""

from tempfile import SpooledTemporaryFile
from typing import Final

from django.http import FileResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.ledger.api.wanted import entity_wanted
from apps.ledger.permissions import EXPORT_JOURNAL
from apps.ledger.services.export import export_journal
from ordercash.web.api.openapi import Shape

ENTITY: Final = "Code of the legal entity; may be left out while there is one"
IN_MEMORY_BYTES: Final = 16 * 1024 * 1024


class JournalAsBeancount(APIView):
    """GET the whole journal of a legal entity for Beancount, with its balances at the end."""

    permissions = {"GET": EXPORT_JOURNAL}
    shapes = {"GET": Shape(media="text/plain", query={"legal_entity": ENTITY})}

    def get(self, request: Request) -> FileResponse:
        return _file(request, "beancount", "text/plain")


class JournalAsCsv(APIView):
    """GET the whole journal of a legal entity as CSV, one row per posting."""

    permissions = {"GET": EXPORT_JOURNAL}
    shapes = {"GET": Shape(media="text/csv", query={"legal_entity": ENTITY})}

    def get(self, request: Request) -> FileResponse:
        return _file(request, "csv", "text/csv")


def _file(request: Request, style: str, media: str) -> FileResponse:
    """Write the file first and send it then: a slow reader must not keep the transaction open that shows one instant."""
    entity = entity_wanted(request)
    # The response closes it when it was sent.
    file = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
    export_journal(style=style, entities=[entity], write=lambda text: file.write(text.encode()))
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"journal-{entity.code}.{style}", content_type=f"{media}; charset=utf-8"
    )
