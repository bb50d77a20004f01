"""The masters that a file's rows name: looked up once, and made where the mapping allows it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from apps.integrations.decisions.mapping import Mapping as MappingFile
from apps.integrations.decisions.rows import FlatRow, RowReader
from apps.masterdata.contract import (
    AddressDraft,
    AddressFacts,
    ChannelFacts,
    CustomerDraft,
    CustomerFacts,
    EntityFacts,
    ProductDraft,
    ProductFacts,
    addresses_by_id,
    channels_by_code,
    currencies,
    customer_groups,
    customers_by_code,
    ensure_addresses,
    ensure_customers,
    ensure_products,
    entities_by_code,
    factor_of,
    product_units,
    products_by_sku,
    units,
)
from ordercash.kernel.errors import DomainError

T = TypeVar("T")

MAX_CUSTOMER_CODE = 40
_COUNTRY = re.compile("[A-Z]{2}")


class MasterMissing(DomainError):
    """The mapping names a legal entity, channel, group, currency or unit that does not exist."""

    code, title, status = "master_missing", "The mapping names something that does not exist", 422


class Masters:
    """What the rows of one file refer to; remembers what it has seen, so that each batch asks only for what is new."""

    def __init__(self, mapping: MappingFile) -> None:
        _check(mapping)
        self.mapping = mapping
        self.entity: EntityFacts = _named(entities_by_code(), mapping.legal_entity, "legal entity")
        self.channel: ChannelFacts = _named(channels_by_code(), mapping.channel, "channel")
        self.currencies = frozenset(currencies())
        self._currency = mapping.currency or self.entity.currency
        group = mapping.customers.group
        self._group: UUID | None = _named(customer_groups(), group, "customer group") if group else None
        self.customers: dict[str, CustomerFacts] = {}
        self.products: dict[str, ProductFacts] = {}
        self.addresses: dict[tuple[UUID, tuple[str, ...]], AddressFacts] = {}
        self._defaults: dict[UUID, AddressFacts] = {}
        self._units: dict[UUID, dict[str, Decimal]] = {}

    def ensure(self, groups: Sequence[Sequence[FlatRow]], reader: RowReader) -> None:
        """Look up, or make where allowed, every customer, product and address of a batch: a constant number of statements."""
        self._ensure_customers(groups)
        self.ensure_products([row for group in groups for row in group], reader)
        if self.mapping.columns.unit is not None:
            self._ensure_units(groups)
        self._ensure_addresses(groups)

    def customer_code(self, row: FlatRow) -> str:
        """Return the account of a row: its customer, else the collective account, else nothing."""
        if row.customer:
            return self.mapping.customers.code_prefix + row.customer
        return self.mapping.customers.missing.account.replace("{country}", self._country(row))

    def currency(self, row: FlatRow) -> str:
        """Return the currency of a document by its first row; one that is not known here gives way to the mapping's."""
        return row.currency if row.currency in self.currencies else self._currency

    def ship_to(self, customer: CustomerFacts, row: FlatRow) -> AddressFacts | None:
        """Return the delivery address of a row as it was kept, the customer's own where the row names none."""
        return self._default_of(customer, row) or self.addresses.get((customer.id, self._address_parts(row)))

    def bill_to(self, customer: CustomerFacts, row: FlatRow) -> AddressFacts | None:
        """Return the customer's billing address, the delivery address where there is none."""
        own = self._defaults.get(customer.bill_to_id) if customer.bill_to_id else None
        return own or self.ship_to(customer, row)

    def _default_of(self, customer: CustomerFacts, row: FlatRow) -> AddressFacts | None:
        if customer.ship_to_id is None or row.country or any(self._address_parts(row)[:-1]):
            return None
        return self._defaults.get(customer.ship_to_id)

    def factor(self, product: ProductFacts, unit: str) -> Decimal | None:
        """Return how many own units of the product one of the unit holds, None when it is not sold in it."""
        return factor_of(product, unit, self._units)

    def _ensure_units(self, groups: Sequence[Sequence[FlatRow]]) -> None:
        named = {row.sku for group in groups for row in group if row.unit and row.sku in self.products}
        unknown = {self.products[sku].id for sku in named} - self._units.keys()
        if unknown:
            found = product_units(unknown)
            self._units.update({id_: found.get(id_, {}) for id_ in unknown})

    def _ensure_customers(self, groups: Sequence[Sequence[FlatRow]]) -> None:
        firsts = {self.customer_code(group[0]): group[0] for group in reversed(groups)}
        unknown = {
            code: row
            for code, row in firsts.items()
            if code and code not in self.customers and len(code) <= MAX_CUSTOMER_CODE
        }
        if not unknown:
            return
        if self.mapping.customers.create:
            found = ensure_customers([self._customer(code, row) for code, row in unknown.items()])
        else:
            found = customers_by_code(unknown)
        self.customers.update(found)
        ids = {id_ for customer in found.values() for id_ in (customer.bill_to_id, customer.ship_to_id) if id_}
        self._defaults.update(addresses_by_id(ids))

    def _customer(self, code: str, row: FlatRow) -> CustomerDraft:
        rules = self.mapping.customers
        country = self._country(row)
        pattern = rules.name if row.customer else rules.missing.name
        name = row.customer_name or pattern.replace("{customer}", row.customer).replace("{country}", country)
        return CustomerDraft(
            code=code,
            name=(name or code)[:120],
            currency=self.currency(row),
            country=country,
            group_id=self._group,
            payment_terms_days=rules.payment_terms_days if row.customer else 0,
            invoicing=rules.invoicing,
            is_one_time=not row.customer,
        )

    def ensure_products(self, rows: Iterable[FlatRow], reader: RowReader) -> None:
        """Look up, or make where allowed, the products that the rows name."""
        unknown = {row.sku: row for row in rows if row.sku and row.sku not in self.products and row.fault is None}
        wanted = {sku: row for sku, row in unknown.items() if not _holds(reader, sku)}
        for charge in self.mapping.charges:
            if charge.sku not in self.products:
                self.products.update(ensure_products([ProductDraft(charge.sku, charge.description, kind="service")]))
        if not wanted:
            return
        if self.mapping.products.create:
            drafts = [self._product(sku, row, reader) for sku, row in wanted.items()]
            self.products.update(ensure_products(drafts))
        else:
            self.products.update(products_by_sku(wanted))

    def _product(self, sku: str, row: FlatRow, reader: RowReader) -> ProductDraft:
        rules, rule = self.mapping.products, reader.rule(sku)
        name = rule.name.replace("{sku}", sku) if rule and rule.name else row.description or sku
        kind = rule.kind if rule else "goods"
        tax_class = rule.tax_class if rule else rules.tax_class
        category = (rule.category if rule else "") or row.category or rules.category
        return ProductDraft(sku=sku, name=name, kind=kind, tax_class=tax_class, unit=rules.unit, category=category)

    def _ensure_addresses(self, groups: Sequence[Sequence[FlatRow]]) -> None:
        wanted: dict[tuple[UUID, tuple[str, ...]], AddressDraft] = {}
        for group in groups:
            customer = self.customers.get(self.customer_code(group[0]))
            if customer is not None and self._default_of(customer, group[0]) is None:
                parts = self._address_parts(group[0])
                if (customer.id, parts) not in self.addresses:
                    wanted[customer.id, parts] = _draft(customer.id, parts)
        if not wanted:
            return
        ids = ensure_addresses(list(wanted.values()))
        for (key, draft), id_ in zip(wanted.items(), ids, strict=True):
            self.addresses[key] = AddressFacts(
                id_, draft.customer_id, draft.kind, draft.name, draft.line1, draft.line2, draft.city,
                draft.postal_code, draft.state, draft.country,
            )  # fmt: skip

    def _address_parts(self, row: FlatRow) -> tuple[str, ...]:
        """Return (name, line1, city, postal code, state, country) as the row names them."""
        return row.ship_name, row.ship_line1, row.ship_city, row.ship_postal_code, row.ship_state, self._country(row)

    def _country(self, row: FlatRow) -> str:
        """Return the country of a row, "" where what it names is none (such a row carries its fault)."""
        country = row.country or self.mapping.customers.default_country
        return country if _COUNTRY.fullmatch(country) else ""


def _check(mapping: MappingFile) -> None:
    """Refuse a mapping whose words do not exist here, before a row is read."""
    channel: ChannelFacts = _named(channels_by_code(), mapping.channel, "channel")
    if mapping.currency:
        _named(currencies(), mapping.currency, "currency")
    if mapping.products.create:
        _named(units(), mapping.products.unit, "unit of measure")
    if mapping.columns.unit_price is not None and not channel.trusts_prices:
        raise MasterMissing(
            f"Channel {channel.code!r} takes no prices from outside: leave columns.unit_price out, so that our own price list"
            " decides, or name a channel whose prices are agreed."
        )


def _draft(customer_id: UUID, parts: tuple[str, ...]) -> AddressDraft:
    name, line1, city, postal_code, state, country = parts
    return AddressDraft(customer_id, "ship", name, line1, "", city, postal_code, state, country)


def _holds(reader: RowReader, sku: str) -> bool:
    rule = reader.rule(sku)
    return rule is not None and rule.kind == "hold"


def _named(table: Mapping[str, T], code: str, what: str) -> T:
    if code not in table:
        known = ", ".join(sorted(table)) or "none"
        raise MasterMissing(f"There is no {what} {code!r}; known: {known}.")
    return table[code]
