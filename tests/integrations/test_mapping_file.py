"""A mapping file with mistakes names each of them with its place."""

import pytest
from django.conf import settings

from apps.integrations.decisions.mapping import MappingMalformed
from apps.integrations.decisions.mapping_file import read_mapping
from apps.integrations.services.masters import MasterMissing, Masters
from tests.factories.imports import mapping_named

PLAIN = """
name: plain
version: 1
time_zone: Europe/London
legal_entity: UK01
channel: legacy
currency: GBP
columns: {document: No, sku: Sku, quantity: Qty, ordered_at: Date, unit_price: Price}
"""
EXAMPLES = sorted(path.stem for path in (settings.BASE_DIR / "examples" / "mappings").glob("*.yaml"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_can_be_read(name: str) -> None:
    assert mapping_named(name).name == name.replace("_", "-")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("colums: {}", "/colums: Extra inputs are not permitted"),
        ("name: plain", "'name' is given twice"),
        ("time_zone: [", "The mapping is not YAML"),
        ("format: {delimiter: ';;'}", "/format/delimiter: String should match pattern"),
        ("format: {encoding: utf-9}", "/format/encoding: Value error, 'utf-9' is not an encoding such as utf-8"),
        ("format: {decimal: ',', thousands: ','}", "/format: Value error, the decimal sign and the thousands sign are the same"),
        ("joins: [{file: ../secret.csv, key: id}]", "/joins/0/file: Value error, a joined file lies beside the main file"),
        ("products: {rules: [{match: '(', kind: goods}]}", "/products/rules/0/match: Value error, not a regular expression"),
        ("products: {rules: [{match: A, kind: gift}]}", "/products/rules/0/kind: Input should be 'goods', 'service' or 'hold'"),
        ("products: {rules: [{match: A, kind: hold, code: Not A Code}]}", "/products/rules/0/code: String should match pattern"),
        ("products: {tax_class: luxury}", "/products/tax_class: Input should be 'standard', 'reduced', 'zero' or 'exempt'"),
        ("customers: {missing: {account: 'CASH-{contry}'}}", "/customers/missing/account: {contry} is not one of {country}"),
        ("customers: {default_country: Germany}", "/customers/default_country: String should match pattern"),
        ("document_prefixes: {'': {means: cancellation}}", "/document_prefixes//[key]: String should have at least 1 character"),
        ("document_prefixes: {C: {means: refund}}", "/document_prefixes/C/means: Input should be 'cancellation' or 'case'"),
        ("values: {countries: {1: GB}}", "/values/countries/1/[key]: Input should be a valid string"),
        ("stock: {warehouse: UK-MAIN, opening_share: 1.5}", "/stock/opening_share: Input should be less than or equal to 1"),
    ],
)  # fmt: skip
def test_a_wrong_part_is_named_with_its_place(line: str, says: str) -> None:
    with pytest.raises(MappingMalformed) as refusal:
        read_mapping(PLAIN + line)
    assert says in refusal.value.detail


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Europe/London", "London", "/time_zone: Value error, 'London' is not a time zone such as Europe/London"),
        ("ordered_at: Date", "ordered_at: {column: D, format: '%d.%m.%Q'}", "/columns/ordered_at/format: Value error, not a spelling"),
        ("ordered_at: Date", "ordered_at: {column: D, format: '%d.%m.'}", "/columns/ordered_at/format: Value error, a spelling of"),
        ("sku: Sku", "sku: {column: Sku, values: articles}", "/columns/sku/values: there is no value map named 'articles'"),
        ("sku: Sku", "sku: {column: Sku, format: '%Y%m%d'}", "/columns/sku/format: only ordered_at is spelled by a format"),
        ("sku: Sku", "sku: ''", "/columns/sku/column: String should have at least 1 character"),
        ("sku: Sku, ", "", "/columns/sku: Field required"),
        ("unit_price: Price", "discount: Rebate", "/columns/discount: a discount needs a column unit_price"),
        ("currency: GBP\n", "", "/currency: name one currency, or the column that carries it"),
        ("currency: GBP", "currency: pounds", "/currency: String should match pattern"),
        ("version: 1", "version: 0", "/version: Input should be greater than or equal to 1"),
    ],
)  # fmt: skip
def test_parts_that_do_not_fit_are_named_with_their_place(old: str, new: str, says: str) -> None:
    with pytest.raises(MappingMalformed) as refusal:
        read_mapping(PLAIN.replace(old, new))
    assert says in refusal.value.detail


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(MappingMalformed) as refusal:
        read_mapping(PLAIN.replace("sku: Sku, ", "").replace("version: 1", "version: no") + "surplus: 1")
    assert [fault.pointer for fault in refusal.value.faults] == ["/version", "/columns/sku", "/surplus"]


@pytest.mark.parametrize("text", ["", "- a\n- b", "just words"])
def test_what_is_no_table_of_names_is_refused(text: str) -> None:
    with pytest.raises(MappingMalformed, match="must be a YAML document of names and values"):
        read_mapping(text)


def test_only_true_and_false_are_booleans() -> None:
    mapping = read_mapping(
        PLAIN + "values: {countries: {Norway: NO, 'On the way': on}}\njoins: [{file: a.csv, key: id, on: No}]"
    )
    assert mapping.values["countries"] == {"Norway": "NO", "On the way": "on"}
    assert mapping.joins[0].on == "No"


def test_spelling_and_comments_do_not_make_another_mapping() -> None:
    assert read_mapping(PLAIN).sha256 == read_mapping("# said otherwise\n" + PLAIN.replace("GBP", "'GBP'")).sha256
    assert read_mapping(PLAIN).sha256 != read_mapping(PLAIN.replace("Sku", "Article")).sha256


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("UK01", "UK99", "There is no legal entity 'UK99'; known: DE01, UK01."),
        ("legacy", "fax", "There is no channel 'fax'"),
        ("GBP", "XAU", "There is no currency 'XAU'"),
        ("channel: legacy", "channel: web", "Channel 'web' takes no prices from outside: leave columns.unit_price out"),
        ("version: 1", "version: 1\ncustomers: {group: friends}", "There is no customer group 'friends'"),
        ("version: 1", "version: 1\nproducts: {create: true, unit: dozen}", "There is no unit of measure 'dozen'"),
    ],
)
def test_words_that_do_not_exist_here_are_refused(old: str, new: str, says: str) -> None:
    with pytest.raises(MasterMissing) as refusal:
        Masters(read_mapping(PLAIN.replace(old, new)))
    assert says in refusal.value.detail


def test_nesting_without_end_is_refused_in_words() -> None:
    with pytest.raises(MappingMalformed, match="nested deeper"):
        read_mapping("[" * 3_000)
