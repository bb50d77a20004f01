"""Opening a flat file: plain or gzip, checked before a row is read, so that a wrong file leaves nothing behind."""

import csv
import gzip
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from apps.integrations.decisions.mapping import Mapping
from apps.integrations.decisions.rows import RowReader
from ordercash.kernel.errors import DomainError

SAMPLE_BYTES = 65_536
DELIMITERS = (",", ";", "\t", "|")
csv.field_size_limit(1_000_000)


class FileUnusable(DomainError):
    """The file cannot be imported under this mapping; the text says why and what to do."""

    code, title, status = "file_unusable", "The file cannot be imported", 422


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a first pass over the file found; `sizes` counts the rows of each document."""

    path: Path
    sha256: bytes
    header: list[str]
    delimiter: str
    row_count: int
    sizes: Counter[str]


def inspect_file(path: Path, mapping: Mapping) -> FileFacts:
    """Read the whole file once: hash, header, rows per document. Raises FileUnusable with what is wrong."""
    if not path.is_file():
        raise FileUnusable(f"There is no file {path}.")
    try:
        return _inspect(path, mapping)
    except (gzip.BadGzipFile, EOFError) as error:
        raise FileUnusable(f"{path.name} is not a whole gzip file: {error}.") from None
    except csv.Error as error:
        raise FileUnusable(f"{path.name} is not a CSV file: {error}.") from None
    except (LookupError, UnicodeError) as error:
        raise FileUnusable(f"{path.name} cannot be read as {mapping.format.encoding}: {error}.") from None


def open_rows(facts: FileFacts, mapping: Mapping) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) with the joined columns at the end; the header is row 1, blank lines are passed over."""
    joined = [_joined_file(facts.path.parent, join.file, join.key, mapping) for join in mapping.joins]
    with _text(facts.path, mapping) as stream:
        reader = csv.reader(stream, delimiter=facts.delimiter)
        next(reader)
        keys = [facts.header.index(join.on or join.key) for join in mapping.joins]
        for number, cells in enumerate(reader, start=2):
            if cells:
                yield number, _with_joins(cells, joined, keys) if joined else cells


def _inspect(path: Path, mapping: Mapping) -> FileFacts:
    digest = _hash(path)
    delimiter, own = _header(path, mapping)
    header = own + [
        name for join in mapping.joins for name in _joined_file(path.parent, join.file, join.key, mapping)[0]
    ]
    missing = [name for name in mapping.used_columns() if name not in header]
    if missing:
        raise FileUnusable(
            f"{path.name} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; it has {', '.join(header[:40])}."
        )
    draft = FileFacts(path, digest, header, delimiter, 0, Counter())
    reader = RowReader(mapping, header)
    document = reader._text["document"]
    sizes: Counter[str] = Counter()
    count = 0
    padding = [""] * len(header)
    for _number, cells in open_rows(draft, mapping):
        sizes[document(cells if len(cells) >= len(header) else [*cells, *padding])] += 1
        count += 1
    if not count:
        raise FileUnusable(f"{path.name} has a header but no rows.")
    return FileFacts(path, digest, header, delimiter, count, sizes)


def _header(path: Path, mapping: Mapping) -> tuple[str, list[str]]:
    with _bytes(path) as stream:
        sample = stream.read(SAMPLE_BYTES)
    if not sample.strip():
        raise FileUnusable(f"{path.name} is empty.")
    if b"\x00" in sample:
        raise FileUnusable(f"{path.name} is a binary file, not text; export it as CSV.")
    first = sample.decode(mapping.format.encoding, errors="replace").lstrip("\ufeff")
    delimiter = mapping.format.delimiter
    if delimiter == "auto":
        line = first.splitlines()[0]
        delimiter = max(DELIMITERS, key=line.count)
    header = [name.strip() for name in next(csv.reader(io.StringIO(first), delimiter=delimiter))]
    twice = [name for name, times in Counter(header).items() if times > 1 and name in mapping.used_columns()]
    if twice:
        raise FileUnusable(f"{path.name} has the column {twice[0]} more than once.")
    return delimiter, header


def _joined_file(folder: Path, name: str, key: str, mapping: Mapping) -> tuple[list[str], dict[str, list[str]]]:
    """Return the added columns (named `file.column`) and the rows by key; the file must lie beside the main one."""
    if Path(name).name != name:
        raise FileUnusable(f"A joined file is named without a folder and lies beside the main file, not {name!r}.")
    path = folder / name
    if not path.is_file():
        raise FileUnusable(f"The mapping joins {name}, which does not lie beside the file.")
    delimiter, header = _header(path, mapping)
    if key not in header:
        raise FileUnusable(f"{name} lacks the key column {key}.")
    index = header.index(key)
    with _text(path, mapping) as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        next(reader)
        rows = {cells[index]: cells for cells in reader if len(cells) == len(header)}
    stem = Path(name).name.split(".", 1)[0]
    return [f"{stem}.{column}" for column in header], rows


def _with_joins(
    cells: list[str], joined: Sequence[tuple[list[str], dict[str, list[str]]]], keys: Sequence[int]
) -> list[str]:
    """Add the joined columns; a row without a partner gets empty ones."""
    whole = list(cells)
    for (names, rows), key in zip(joined, keys, strict=True):
        found = rows.get(whole[key]) if key < len(whole) else None
        whole.extend(found or [""] * len(names))
    return whole


def _hash(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _bytes(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _text(path: Path, mapping: Mapping) -> io.TextIOWrapper:
    encoding = "utf-8-sig" if mapping.format.encoding.lower() in {"utf-8", "utf8"} else mapping.format.encoding
    return io.TextIOWrapper(_bytes(path), encoding=encoding, errors="surrogateescape", newline="")
