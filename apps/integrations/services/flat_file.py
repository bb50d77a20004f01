"""Opening a flat file: plain or gzip, checked before a row is used, so that a wrong file leaves nothing behind."""

import csv
import gzip
import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from apps.integrations.decisions.mapping import Mapping
from apps.integrations.decisions.rows import RowReader
from ordercash.kernel.errors import DomainError

SAMPLE_BYTES: Final = 65_536
LARGEST_CELL: Final = 1_000_000
LARGEST_LINE: Final = 8_000_000
DELIMITERS: Final = (",", ";", "\t", "|")
GZIP: Final = b"\x1f\x8b"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
csv.field_size_limit(LARGEST_CELL)

Stamp = tuple[int, int, int]


class FileUnusable(DomainError):
    """The file cannot be imported under this mapping; the text says why and what to do."""

    code, title, status = "file_unusable", "The file cannot be imported", 422


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a first pass over the file found; `sizes` counts the rows of each document, `stamp` tells when it changes."""

    path: Path
    stamp: Stamp
    sha256: bytes
    header: list[str]
    delimiter: str
    row_count: int
    sizes: Counter[str]


@dataclass(frozen=True, slots=True)
class _Joined:
    """A joined file: the names of its columns (`file.column`) and its rows by key."""

    names: list[str]
    rows: dict[str, list[str]]


def inspect_file(path: Path, mapping: Mapping) -> FileFacts:
    """Read the whole file once: hash, header, rows per document. Raises FileUnusable with what is wrong."""
    if path.is_dir():
        raise FileUnusable(f"{path} is a folder, not a file.")
    if not path.is_file():
        raise FileUnusable(f"There is no file {path}.")
    try:
        return _inspect(path, mapping)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileUnusable(f"{path.name} is not a whole gzip file: {error}.") from None
    except (LookupError, UnicodeError) as error:
        raise FileUnusable(f"{path.name} cannot be read as {mapping.format.encoding}: {error}.") from None
    except OSError as error:
        raise FileUnusable(f"{path} cannot be read: {error.strerror or error}.") from None


def open_rows(facts: FileFacts, mapping: Mapping) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) with the joined columns at the end; the header is row 1, empty rows are passed over."""
    joined = [_joined_file(facts.path.parent, join.file, join.key, mapping) for join in mapping.joins]
    keys = [facts.header.index(join.on or join.key) for join in mapping.joins]
    own_width = len(facts.header) - sum(len(other.names) for other in joined)
    for number, cells in _rows(facts.path, facts.delimiter, mapping):
        yield number, _with_joins(cells, own_width, joined, keys) if joined else cells


def check_unchanged(facts: FileFacts) -> None:
    """Raise FileUnusable when the file is not the one any more that was inspected."""
    if _stamp(facts.path) != facts.stamp:
        raise FileUnusable(
            f"{facts.path.name} changed while it was imported. What was imported so far stands; import the file again once"
            " nobody writes to it."
        )


def _inspect(path: Path, mapping: Mapping) -> FileFacts:
    stamp, digest = _stamp(path), _hash(path, mapping)
    delimiter, own = _header(path, mapping)
    joined = [_joined_file(path.parent, join.file, join.key, mapping) for join in mapping.joins]
    header = own + [name for other in joined for name in other.names]
    _check_columns(path, header, mapping)
    draft = FileFacts(path, stamp, digest, header, delimiter, 0, Counter())
    document_of = RowReader(mapping, header).document_of
    sizes = Counter(document_of(cells) for _number, cells in open_rows(draft, mapping))
    if not sizes:
        raise FileUnusable(f"{path.name} has a header but no rows.")
    facts = FileFacts(path, stamp, digest, header, delimiter, sizes.total(), sizes)
    check_unchanged(facts)
    return facts


def _check_columns(path: Path, header: Sequence[str], mapping: Mapping) -> None:
    used = mapping.used_columns()
    missing = [name for name in used if name not in header]
    if missing:
        columns = "columns" if len(missing) > 1 else "column"
        raise FileUnusable(f"{path.name} lacks the {columns} {', '.join(missing)}; it has {', '.join(header[:40])}.")
    twice = [name for name, times in Counter(header).items() if times > 1 and name in used]
    if twice:
        raise FileUnusable(f"{path.name} has the column {twice[0]} more than once.")


def _header(path: Path, mapping: Mapping) -> tuple[str, list[str]]:
    """Return (delimiter, column names) of a file that looks like text."""
    encoding = mapping.format.encoding
    with _bytes(path) as stream:
        sample = stream.read(SAMPLE_BYTES)
    if sample.startswith(UTF_16) and "16" not in encoding:
        raise FileUnusable(f"{path.name} is UTF-16 text: say `encoding: utf-16` in the mapping, or save it as UTF-8.")
    text = sample.decode(encoding, errors="replace").lstrip("\ufeff")
    if not text.strip():
        raise FileUnusable(f"{path.name} is empty.")
    if "\x00" in text:
        raise FileUnusable(f"{path.name} is a binary file, not text; export it as CSV.")
    delimiter = mapping.format.delimiter
    if delimiter == "auto":
        delimiter = max(DELIMITERS, key=text.splitlines()[0].count)
    return delimiter, [name.strip() for name in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))]


def _rows(path: Path, delimiter: str, mapping: Mapping) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) after the header; raises FileUnusable where the text stops being CSV."""
    number, lines, last = 1, list[str](), list[str]()
    with _text(path, mapping) as stream:
        reader = csv.reader(_lines(stream, lines), delimiter=delimiter)
        try:
            next(reader)
            for number, cells in enumerate(reader, start=2):
                if any(cells):
                    yield number, cells
                last = lines.copy()
                lines.clear()
        except csv.Error as error:
            raise FileUnusable(
                f"{path.name}, row {number + 1}: {error}. Look for a quote that is not closed."
            ) from None
    # One more line would be swallowed by a quote that is still open.
    if last and len(list(csv.reader([*last, "x"], delimiter=delimiter))) == 1:
        raise FileUnusable(f"{path.name}, row {number}: a quote opens here and is never closed.")


def _lines(stream: io.TextIOWrapper, read: list[str]) -> Iterator[str]:
    """Yield the lines of a stream and leave them in `read`; raises csv.Error for one that is no line any more."""
    while line := stream.readline(LARGEST_LINE):
        if len(line) == LARGEST_LINE:
            raise csv.Error(f"line larger than {LARGEST_LINE:,} characters")
        read.append(line)
        yield line


def _joined_file(folder: Path, name: str, key: str, mapping: Mapping) -> _Joined:
    """Return a file that lies beside the main one; every key may stand in it once."""
    path = folder / name
    if not path.is_file():
        raise FileUnusable(f"The mapping joins {name}, which does not lie beside the file.")
    delimiter, header = _header(path, mapping)
    if key not in header:
        raise FileUnusable(f"{name} lacks the key column {key}.")
    index = header.index(key)
    rows: dict[str, list[str]] = {}
    for number, cells in _rows(path, delimiter, mapping):
        if len(cells) != len(header):
            raise FileUnusable(f"{name}, row {number}: {len(cells)} cells where the header has {len(header)}.")
        if cells[index] in rows:
            raise FileUnusable(f"{name}, row {number}: {key} {cells[index]!r} stands there more than once.")
        rows[cells[index]] = cells
    stem = name.split(".", 1)[0]
    return _Joined([f"{stem}.{column}" for column in header], rows)


def _with_joins(cells: list[str], own_width: int, joined: Sequence[_Joined], keys: Sequence[int]) -> list[str]:
    """Add the joined columns; a row without a partner gets empty ones, one of the wrong width none."""
    if len(cells) != own_width:
        return cells
    whole = list(cells)
    for other, key in zip(joined, keys, strict=True):
        whole.extend(other.rows.get(whole[key]) or [""] * len(other.names))
    return whole


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _hash(path: Path, mapping: Mapping) -> bytes:
    """Return the hash of the file, with those of the files that are joined to it."""
    digests = []
    for part in (path, *(path.parent / join.file for join in mapping.joins)):
        if part.is_file():
            with part.open("rb") as stream:
                digests.append(hashlib.file_digest(stream, "sha256").digest())
    return digests[0] if len(digests) == 1 else hashlib.sha256(b"".join(digests)).digest()


def _bytes(path: Path) -> IO[bytes]:
    with path.open("rb") as stream:
        zipped = stream.read(len(GZIP)) == GZIP
    return gzip.open(path, "rb") if zipped else path.open("rb")  # type: ignore[return-value]


def _text(path: Path, mapping: Mapping) -> io.TextIOWrapper:
    encoding = "utf-8-sig" if mapping.format.encoding.lower() in {"utf-8", "utf8"} else mapping.format.encoding
    return io.TextIOWrapper(_bytes(path), encoding=encoding, errors="surrogateescape", newline="")
