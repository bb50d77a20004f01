"""The lines of an order as they are decided: what was asked for, the parts of bundles, and what rules add."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from apps.masterdata.contract import ProductFacts, bundle_parts, products_by_id
from apps.orders.decisions.bundles import BUNDLE, PART, part_shares
from apps.orders.services.drafts import LineDraft, OrderDraft
from apps.pricing.contract import AddedLine

PRODUCT: Final = "product"
ONE: Final = Decimal(1)
NOTHING: Final = Decimal(0)


class BundlePart(NamedTuple):
    """So much of a product is in one bundle."""

    product: ProductFacts
    quantity: Decimal


class PricedLine(NamedTuple):
    """What the price decision says of a line; amounts in minor units, `unit_price` None where no price was found.

    `parts` are the net shares of a bundle's parts, in their order.
    """

    unit_price: Decimal | None
    price_per: Decimal
    source: str
    discount_minor: int
    net_minor: int
    parts: Sequence[int] = ()
    is_too_large: bool = False


class DecidedLine(NamedTuple):
    """A line as it is kept; amounts in minor units, `unit_price` (of `price_per` units) None where no price was found."""

    line: LineDraft
    unit_price: Decimal | None
    price_source: str
    net_minor: int
    tax_category: str
    tax_rate: Decimal | None
    tax_reason: str
    tax_minor: int
    is_too_large: bool = False
    discount_minor: int = 0
    price_per: Decimal = ONE
    kind: str = PRODUCT
    part_of: int | None = None

    @property
    def is_asked(self) -> bool:
        """Whether it was asked for; parts and what rules add were not."""
        return self.kind in (PRODUCT, BUNDLE)


Parts = Mapping[UUID, Sequence[BundlePart]]


def parts_of_bundles(drafts: Sequence[OrderDraft]) -> Parts:
    """Return what is in the bundles that the drafts ask for; two statements, none when they ask for no bundle."""
    bundles = {line.product.id for draft in drafts for line in draft.lines if line.product.is_bundle}
    if not bundles:
        return {}
    found = bundle_parts(bundles)
    products = products_by_id({part.product_id for parts in found.values() for part in parts})
    return {
        bundle_id: [BundlePart(products[part.product_id], part.quantity) for part in parts]
        for bundle_id, parts in found.items()
    }


def products_added(added: Sequence[Sequence[AddedLine]]) -> Mapping[str, ProductFacts]:
    """Return the products of the lines that rules added to orders, by id as text; one statement, none when nothing was."""
    wanted = {UUID(line.product) for lines in added for line in lines}
    return {str(id): product for id, product in products_by_id(wanted).items()} if wanted else {}


def decided_lines(
    draft: OrderDraft,
    priced: Sequence[PricedLine],
    added: Sequence[AddedLine],
    parts: Parts,
    products: Mapping[str, ProductFacts],
) -> list[DecidedLine]:
    """Return the lines of an order, still untaxed: those that were asked for, the parts of its bundles, what rules added."""
    decided = []
    exploded: list[DecidedLine] = []
    for line, price in zip(draft.lines, priced, strict=True):
        kind = PRODUCT
        if line.product.is_bundle:
            kind = BUNDLE
            exploded += _parts(line, price, parts.get(line.product.id, ()), draft.currency)
        decided.append(
            DecidedLine(
                line, price.unit_price, price.source, price.net_minor, "", None, "", 0, price.is_too_large,
                price.discount_minor, price.price_per, kind,
            )
        )  # fmt: skip
    exploded += [_added(line, products[line.product]) for line in added]
    if exploded:
        number = max(line.line_no for line in draft.lines)
        for place, part in enumerate(exploded, start=1):
            part.line.line_no = number + place
    return decided + exploded


def _added(line: AddedLine, product: ProductFacts) -> DecidedLine:
    draft = LineDraft(0, product, line.quantity, None)
    return DecidedLine(
        draft, line.unit_price or NOTHING, line.rule, line.net_minor, "", None, "", 0, False, line.discount_minor, line.per,
        line.kind,
    )  # fmt: skip


def _parts(bundle: LineDraft, price: PricedLine, parts: Sequence[BundlePart], currency: str) -> list[DecidedLine]:
    nets = price.parts or [0] * len(parts)
    shares = part_shares(nets, price.discount_minor, currency)
    found = []
    for part, share in zip(parts, shares, strict=True):
        quantity = bundle.quantity * part.quantity
        line = LineDraft(0, part.product, quantity, None)
        unit_price = None if price.unit_price is None else share.unit_price
        found.append(
            DecidedLine(
                line, unit_price, price.source, share.net_minor, "", None, "", 0, False, share.discount_minor, quantity,
                PART, bundle.line_no,
            )
        )  # fmt: skip
    return found
