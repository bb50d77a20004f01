"""From an issued document to its PDF."""

import threading
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Final
from uuid import UUID

import orjson
import typst

from apps.billing.documents.content import document_content
from apps.billing.selectors.documents import DocumentUnknown, read_document
from ordercash.kernel.errors import Conflict

TEMPLATE: Final = Path(__file__).parent / "document.typ"
STANDARD: Final = "a-3b"

# A compiler keeps its fonts and what it parsed; it is not shared between threads.
_local = threading.local()


class NotIssued(Conflict):
    """A draft is not a document yet."""

    code, title = "document_not_issued", "The document is not issued yet"


def invoice_pdf(invoice_id: UUID) -> bytes:
    """Return an issued invoice or credit note as PDF/A-3b; equal documents give equal bytes. Raises DocumentUnknown, NotIssued."""
    document = read_document(invoice_id)
    if document is None:
        raise DocumentUnknown(f"There is no document {invoice_id}.")
    issue_date = document.invoice.issue_date
    if issue_date is None:
        raise NotIssued()
    made_at = datetime.combine(issue_date, time(), tzinfo=UTC)
    return render(orjson.dumps(document_content(document)).decode(), made_at)


def render(content: str, made_at: datetime) -> bytes:
    """Set the content of a document, given as JSON: its texts are data, and whatever they say is printed literally.

    PDF/A refuses a sign that no font of this machine can draw; such a document becomes a plain PDF with a box in its place,
    since an invoice that cannot be sent helps nobody. The fonts inside draw Latin, Greek and Cyrillic; install Noto fonts for more.
    """
    try:
        return _compile(content, made_at, STANDARD)
    except typst.TypstError as refusal:
        if "could not be displayed" not in refusal.message:
            raise
        return _compile(content, made_at, [])


def _compile(content: str, made_at: datetime, standard: str | list[str]) -> bytes:
    if not hasattr(_local, "compiler"):
        _local.compiler = typst.Compiler(str(TEMPLATE))
    pdf = _local.compiler.compile(
        sys_inputs={"document": content}, format="pdf", pdf_standards=standard, timestamp=made_at
    )
    return bytes(pdf)
