"""Sizes are a mirror: files stay under 400 lines, functions stay short, and no room is called by a name that says nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 400
KERNEL_LINES = 600
MOST_FUNCTION_LINES = 60
TYPICAL_FUNCTION_LINES = 15
FORBIDDEN_ROOMS = {
    "utils", "util", "helpers", "helper", "managers", "manager", "signals", "receivers", "common", "misc", "tools", "lib",
    "base", "shared", "core", "constants", "exceptions", "errors", "mixins",
}  # fmt: skip
KERNEL_MAY = {"errors"}


def python_files(*folders: str) -> list[Path]:
    return [
        path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts
    ]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            described = (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            )
            described_lines = (first.end_lineno or 0) - first.lineno + 1 if described else 0
            yield f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1 - described_lines


@pytest.mark.parametrize("folder", ["apps", "ordercash", "tests", "bench"])
def test_files_are_short(folder: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines for path in python_files(folder) if (lines := line_count(path)) >= MOST_LINES
    }
    assert long == {}


def test_sql_files_are_short() -> None:
    long = [path.name for path in (ROOT / "apps").rglob("*.sql") if line_count(path) >= MOST_LINES]
    assert long == []


def test_the_kernel_is_small() -> None:
    """Blank lines aside, all of it can be read in one sitting."""
    texts = [path.read_text("utf-8") for path in python_files("ordercash/kernel")]
    assert sum(bool(line.strip()) for text in texts for line in text.splitlines()) < KERNEL_LINES


def test_functions_are_short() -> None:
    found = [function for path in python_files("apps", "ordercash") for function in functions(path)]
    assert [f"{name} {lines}" for name, lines in found if lines > MOST_FUNCTION_LINES] == []
    assert median(lines for _, lines in found) <= TYPICAL_FUNCTION_LINES


def test_no_room_is_called_by_a_name_that_says_nothing() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in python_files("apps", "ordercash")
        for room in [path.stem, *path.relative_to(ROOT).parts[2:-1]]
        if room in FORBIDDEN_ROOMS and not ("kernel" in path.parts and room in KERNEL_MAY)
    ]
    assert found == []


def test_every_sql_file_has_its_reverse() -> None:
    files = set((ROOT / "apps").glob("*/sql/*.sql"))
    forward = {path for path in files if not path.name.endswith(".reverse.sql")}
    assert sorted(path.name for path in forward if path.with_suffix(".reverse.sql") not in files) == []


def line_count(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())
