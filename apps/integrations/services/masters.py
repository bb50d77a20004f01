"""The masters that a file's rows name: looked up once, and made where the mapping allows it."""

from collections.abc import Iterable, Mapping, Sequence
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
    channels_by_code,
    customer_groups,
    customers_by_code,
    ensure_addresses,
    ensure_customers,
    ensure_products,
    entities_by_code,
    products_by_sku,
)
from ordercash.kernel.errors import DomainError

T = TypeVar("T")


class MasterMissing(DomainError):
    """The mapping names a legal entity, channel or group that does not exist."""

    code, title, status = "master_missing", "The mapping names something that does not exist", 422


class Masters:
    """What the rows of one file refer to; remembers what it has seen, so that each batch asks only for what is new."""

    def __init__(self, mapping: MappingFile) -> None:
        self.mapping = mapping
        self.entity: EntityFacts = _named(entities_by_code(), mapping.legal_entity, "legal entity")
        self.channel: ChannelFacts = _named(channels_by_code(), mapping.channel, "channel")
        group = mapping.customers.group
        self._group: UUID | None = _named(customer_groups(), group, "customer group") if group else None
        self.customers: dict[str, CustomerFacts] = {}
        self.products: dict[str, ProductFacts] = {}
        self.addresses: dict[tuple[UUID, tuple[str, ...]], AddressFacts] = {}

    def ensure(self, groups: Sequence[Sequence[FlatRow]], reader: RowReader) -> None:
        """Look up, or make where allowed, every customer, product and address of a batch: a constant number of statements."""
        self._ensure_customers(groups)
        self.ensure_products([row for group in groups for row in group], reader)
        self._ensure_addresses(groups)

    def customer_code(self, row: FlatRow) -> str:
        """Return the account of a row: its customer, else the collective account, else nothing."""
        if row.customer:
            return self.mapping.customers.code_prefix + row.customer
        country = row.country or self.mapping.customers.default_country
        return self.mapping.customers.missing.account.replace("{country}", country)

    def ship_to(self, customer: CustomerFacts, row: FlatRow) -> AddressFacts | None:
        """Return the delivery address of a row as it was kept."""
        return self.addresses.get((customer.id, self._address_parts(row)))

    def _ensure_customers(self, groups: Sequence[Sequence[FlatRow]]) -> None:
        firsts = {self.customer_code(group[0]): group[0] for group in reversed(groups)}
        unknown = {code: row for code, row in firsts.items() if code and code not in self.customers and len(code) <= 60}
        if not unknown:
            return
        if self.mapping.customers.create:
            self.customers.update(ensure_customers([self._customer(code, row) for code, row in unknown.items()]))
        else:
            self.customers.update(customers_by_code(unknown))

    def _customer(self, code: str, row: FlatRow) -> CustomerDraft:
        rules = self.mapping.customers
        country = row.country or rules.default_country
        pattern = rules.name if row.customer else rules.missing.name
        name = row.customer_name or pattern.replace("{customer}", row.customer).replace("{country}", country)
        return CustomerDraft(
            code=code,
            name=name or code,
            currency=row.currency or self.mapping.currency,
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
        return ProductDraft(sku=sku, name=name, kind=kind, tax_class=tax_class, unit=rules.unit)

    def _ensure_addresses(self, groups: Sequence[Sequence[FlatRow]]) -> None:
        wanted: dict[tuple[UUID, tuple[str, ...]], AddressDraft] = {}
        for group in groups:
            customer = self.customers.get(self.customer_code(group[0]))
            if customer is not None:
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
        """Return (name, line1, city, postal code, state, country) as the row names them, cut to the columns' widths."""
        name, line1, city, postal_code, state = row.ship
        country = row.country or self.mapping.customers.default_country
        return name[:120], line1[:120], city[:80], postal_code[:20], state[:40], country if len(country) == 2 else ""


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
