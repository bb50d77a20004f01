"""Categories of products that come with a file: pricing rules and rebates ask for them."""

from pathlib import Path

import pytest

from apps.integrations.decisions.mapping_file import read_mapping
from apps.masterdata.models import Product
from apps.orders.models import OrderLine
from tests.factories.imports import bring_in
from tests.factories.pricing_orders import a_discount, rules

pytestmark = pytest.mark.usefixtures("company")

MAPPING = """
name: categories
version: 1
time_zone: UTC
legal_entity: UK01
channel: web
currency: GBP
columns: {document: No, sku: Sku, quantity: Qty, ordered_at: Date, customer: Customer, category: Group}
products:
  create: true
  category: other
  rules: [{match: "GIFT.*", kind: service, category: gifts}]
"""
ROWS = """No,Sku,Qty,Date,Customer,Group
1,LAMP-1,1,2026-03-01 10:00:00,C-1004,Lamps
1,GIFT-1,1,2026-03-01 10:00:00,C-1004,Lamps
1,ODD-1,1,2026-03-01 10:00:00,C-1004,
1,MUG-BLUE,2,2026-03-01 10:00:00,C-1004,Lamps
"""


def bring(tmp_path: Path, rows: str = ROWS) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(rows)
    bring_in(read_mapping(MAPPING), path)


def categories() -> dict[str, str]:
    return dict(Product.objects.filter(sku__in=["LAMP-1", "GIFT-1", "ODD-1"]).values_list("sku", "category"))


def test_a_rule_names_it_or_the_row_or_the_mapping(tmp_path: Path) -> None:
    own = Product.objects.get(sku="MUG-BLUE").category
    bring(tmp_path)
    assert categories() == {"LAMP-1": "Lamps", "GIFT-1": "gifts", "ODD-1": "other"}
    # A product that exists keeps what it is.
    assert Product.objects.get(sku="MUG-BLUE").category == own
    bring(tmp_path, ROWS.replace("Lamps", "Lights").replace("\n1,", "\n2,"))
    assert categories()["LAMP-1"] == "Lamps"


def test_a_pricing_rule_finds_what_was_imported(tmp_path: Path) -> None:
    Product.objects.filter(sku="MUG-BLUE").update(category="Lamps")
    rules(discounts=[a_discount("lamps", {"percent": "50"}, when='category == "Lamps"')])
    bring(tmp_path)
    lines = OrderLine.objects.filter(product__sku="MUG-BLUE")
    assert [(line.list_minor, line.discount_minor) for line in lines] == [(1_300, 650)]


def test_a_category_is_cut_like_every_text(tmp_path: Path) -> None:
    bring(tmp_path, ROWS.replace("Lamps", "L" * 81))
    assert categories()["LAMP-1"] == "L" * 80


def test_mappings_without_categories_are_known_as_they_were() -> None:
    plain = MAPPING.replace(", category: Group", "").replace("  category: other\n", "").replace(", category: gifts", "")
    assert read_mapping(plain).sha256.hex() == "c81a293ef8f5e73e56f0ff8a9ec0d753656149192555a6dbaa3550c031eedbad"
    hashes = {read_mapping(text).sha256 for text in (plain, MAPPING, MAPPING.replace("other", "others"))}
    assert len(hashes) == 3
