"""Opening a mapping file."""

from pathlib import Path

from apps.integrations.decisions.mapping import Mapping, MappingMalformed
from apps.integrations.decisions.mapping_file import read_mapping


def open_mapping(path: Path) -> Mapping:
    """Return the mapping in a file; raises MappingMalformed with every mistake, or with why the file cannot be read."""
    try:
        return read_mapping(path.read_text("utf-8"))
    except OSError as error:
        raise MappingMalformed(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError as error:
        raise MappingMalformed(f"{path} is not UTF-8 text: {error}.") from None
