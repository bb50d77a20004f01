"""Statements that the database must refuse, tried one after the other on the same rows."""

import re

import pytest
from django.db import DatabaseError, connection, transaction


def execute(statement: str) -> None:
    """Run a statement and every deferred check behind it, in a savepoint of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def assert_refused(*cases: tuple[str, str]) -> None:
    """Try each statement and look for its words in what the database says; all that pass by mistake are told together."""
    wrong = []
    for words, statement in cases:
        try:
            with transaction.atomic():
                execute(statement)
                transaction.set_rollback(True)
        except DatabaseError as error:
            if not re.search(words, str(error)):
                wrong.append(f"{statement.strip()}\n    wanted {words!r}, told {str(error).splitlines()[0]}")
        else:
            wrong.append(f"{statement.strip()}\n    wanted {words!r}, and it was done")
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
