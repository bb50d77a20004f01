"""One verb, one transaction: nesting is a mistake, and so is a part without a whole."""

import pytest

from apps.masterdata.models import Currency
from ordercash.kernel.transactions import TransactionMisuse, apart, joins, writes

pytestmark = pytest.mark.django_db(transaction=True)


@joins
def add(code: str) -> None:
    """Add a row in the caller's transaction."""
    Currency.objects.create(code=code, name=code, decimals=2)


@writes
def add_all(*codes: str) -> int:
    """Add rows in one transaction; an empty code breaks it."""
    for code in codes:
        if not code:
            raise ValueError("no code")
        add(code)
    return len(codes)


def test_a_verb_commits_as_a_whole() -> None:
    assert add_all("AAA", "BBB") == 2
    assert Currency.objects.count() == 2


def test_a_verb_that_fails_leaves_nothing() -> None:
    with pytest.raises(ValueError, match="no code"):
        add_all("AAA", "")
    assert not Currency.objects.exists()


def test_a_verb_does_not_run_inside_another() -> None:
    @writes
    def outer() -> None:
        add("AAA")
        add_all("BBB")

    with pytest.raises(TransactionMisuse, match="add_all opens its own"):
        outer()
    assert not Currency.objects.exists()


def test_a_part_does_not_run_alone() -> None:
    with pytest.raises(TransactionMisuse, match="add must join"):
        add("AAA")
    assert not Currency.objects.exists()


def test_what_fails_apart_leaves_the_rest() -> None:
    @writes
    def one_of_two() -> None:
        add("AAA")
        with pytest.raises(ValueError, match="no"), apart():
            add("BBB")
            raise ValueError("no")

    one_of_two()
    assert [currency.code for currency in Currency.objects.all()] == ["AAA"]
    with pytest.raises(TransactionMisuse), apart():
        add("CCC")


def test_the_verb_keeps_its_name_and_words() -> None:
    assert add_all.__name__ == "add_all"
    assert "one transaction" in (add_all.__doc__ or "")
