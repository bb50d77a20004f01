"""What may be written in a document, out of the schema of its kind."""

from apps.pricing.decisions.document.conditions import OF_LINES
from apps.rulebooks.decisions.kinds import kind_of, known_kinds
from apps.rulebooks.decisions.vocabulary import Part, vocabulary_of


def part(title: str) -> Part:
    (found,) = (each for each in vocabulary_of(kind_of("pricing.rules")).parts if each.title == title)
    return found


def members(title: str) -> dict[str, str]:
    return {member.name: member.type for member in part(title).members}


def test_every_member_has_a_type_in_words() -> None:
    assert members("")["discounts"] == "list of Discount"
    assert members("Discount") | {
        "when": "text",
        "from": "date and time",
        "give": "Give",
        "priority": "whole number",
    } == (members("Discount"))
    give = members("Give")
    assert (give["percent"], give["amount"], give["tiers"]) == ("number", "per currency: number", "list of Tier")
    assert [member.name for member in part("Discount").members if member.is_needed] == ["name", "give", "group"]


def test_nothing_of_any_kind_stays_without_words() -> None:
    for name in known_kinds():
        vocabulary = vocabulary_of(kind_of(name))
        assert vocabulary.parts, name
        assert [member for each in vocabulary.parts for member in each.members if member.type == "anything"] == [], name


def test_the_names_that_conditions_read_are_told_where_they_may_stand() -> None:
    assert vocabulary_of(kind_of("pricing.rules")).names["Conditions of discounts and floors"] == OF_LINES
