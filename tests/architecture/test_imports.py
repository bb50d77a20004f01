"""The import contracts of pyproject.toml, as part of the suite; the details come from `lint-imports`."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_imports_keep_their_contracts(capsys) -> None:
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS, capsys.readouterr().out
