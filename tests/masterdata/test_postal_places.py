"""Postal places from a file: kept once, corrected, found by the longest part of a code."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.masterdata.contract import coordinates_of
from apps.masterdata.models import PostalPlace
from apps.masterdata.services.postal_places import PlacesUnreadable, read_places

DEMO = Path(__file__).parents[2] / "examples" / "demo" / "postal_places.tsv"


def line(country: str, code: str, latitude: str, longitude: str) -> str:
    return "\t".join([country, code, "Place", *[""] * 6, latitude, longitude, "4"])


@pytest.mark.django_db(transaction=True)
def test_the_demo_s_places() -> None:
    for _ in range(2):
        call_command("import_postal_places", str(DEMO))
    assert PostalPlace.objects.count() == 60
    found = coordinates_of([("GB", "EC1A 1BB"), ("GB", "ZE1 0AA"), ("DE", "10115"), ("XX", "1")])
    assert [(code, place.prefix) for code, place in sorted(found.items())] == [
        (("DE", "10115"), "10"), (("GB", "EC1A 1BB"), "EC"), (("GB", "ZE1 0AA"), "")
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_several_places_of_a_code_lie_in_their_middle(tmp_path: Path) -> None:
    file = tmp_path / "GB.txt"
    file.write_text("\n".join([line("gb", "ab1 0xx", "57.0", "-2.0"), line("GB", "AB10XX", "57.2", "-2.4"), ""]))
    call_command("import_postal_places", str(file))
    place = PostalPlace.objects.get()
    assert (place.prefix, place.latitude, place.longitude) == ("AB10XX", Decimal("57.1"), Decimal("-2.2"))
    file.write_text(line("GB", "AB10XX", "58", "-2"))
    call_command("import_postal_places", str(file))
    assert PostalPlace.objects.get().latitude == 58
    file.write_text(line("GB", "AB10XX", "north", "-2"))
    with pytest.raises(CommandError, match="Line 1"):
        call_command("import_postal_places", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_postal_places", str(tmp_path / "none"))


@pytest.mark.parametrize("text", ["GB\tAB1", line("GB", "AB1", "91", "0"), line("GBR", "AB1", "1", "0")])
def test_what_cannot_be_a_place(text: str) -> None:
    with pytest.raises(PlacesUnreadable):
        list(read_places([text]))
