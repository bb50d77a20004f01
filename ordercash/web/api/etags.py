"""Entity tags (RFC 9110, section 8.8.3): a document's version as its tag, and lost updates refused."""

from django.http import HttpRequest
from django.utils.http import parse_etags

from ordercash.kernel.errors import DomainError


class VersionMoved(DomainError):
    """The document changed since the caller read it."""

    code, title, status = "version_moved", "The document has changed since you read it", 412


def etag(*version: object) -> str:
    """Return the strong tag of a version, made of one or more values that change with the document."""
    return '"' + "-".join(str(part).replace('"', "") for part in version) + '"'


def require_match(request: HttpRequest, tag: str) -> None:
    """Refuse a write whose If-Match names another version; a write without the header goes on. Raises VersionMoved."""
    wanted = parse_etags(request.META.get("HTTP_IF_MATCH", ""))
    if wanted and "*" not in wanted and tag not in wanted:
        raise VersionMoved(f"The present version is {tag}; read the document again and repeat the change.")


def is_unchanged(request: HttpRequest, tag: str) -> bool:
    """Say whether If-None-Match names the present version, so that 304 is the answer."""
    known = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return "*" in known or tag in known
