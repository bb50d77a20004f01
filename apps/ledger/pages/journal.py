"""The journal, one entry, and one account."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.ledger.models import Account, JournalEntry
from apps.ledger.pages.wanted import ENTITY, Books, entity_of
from apps.ledger.permissions import EXPORT_JOURNAL, VIEW_LEDGER
from apps.ledger.selectors.accounts import account_of, account_sheet
from apps.ledger.selectors.journal import SORT, EntryFacts, PostingLine, entry_of, journal
from apps.ledger.services.export import written_journal
from apps.masterdata.contract import customers_by_id, entities_by_id
from ordercash.web.actions import Action
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty, Tile
from ordercash.web.filters import Filter, Wanted, read_filters
from ordercash.web.formats import day_text, money_html
from ordercash.web.keyset import Slice
from ordercash.web.links import link_html, links_of
from ordercash.web.page import Page
from ordercash.web.worklist import Worklist

STYLES = {"beancount": "Beancount", "csv": "CSV"}


def documents_html(entries: Iterable[Any]) -> Mapping[UUID, SafeString]:
    """The documents behind entries, as links to their pages, by the document's id."""
    return links_of((entry.source_kind, entry.source_id) for entry in entries)


def _accounts_html(entry: EntryFacts) -> SafeString:
    return format_html_join(
        " · ", "{}", ((link_html("account", line.account_id, line.account_code),) for line in entry.postings)
    )


class Journal(Books):
    """What was posted, the newest day first; every entry leads to its document."""

    permission = VIEW_LEDGER
    title = "Journal"
    row_noun = "entry"
    default_sort = SORT
    documents: Mapping[UUID, SafeString] = {}
    filters = (
        ENTITY,
        Filter("kind", "Kind", kind="choice", choices=JournalEntry.Kind.choices),
        Filter("until", "Until", kind="date"),
    )
    empty = Empty("Nothing is posted", "Shipments, invoices and payments post themselves; they appear here at once.")

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[EntryFacts]:
        entity = entity_of(wanted)
        page = journal(entity.id, kind=wanted["kind"], until=wanted["until"], cursor=cursor, limit=limit)
        self.documents = documents_html(page.rows)
        return page

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        return (
            Column("entry_date", "Day", kind="day", link="journal_entry"),
            Column("kind", "Kind", kind="badge"),
            Column("source_id", "Document", kind="html", value=lambda entry: self.documents.get(entry.source_id)),
            Column("accounts", "Accounts", kind="html", value=_accounts_html),
            Column("debit_minor", "Amount", kind="money"),
            Column("memo", "Memo", desk=True),
            Column("recorded_at", "Recorded", kind="when", desk=True),
        )

    def context(self) -> Mapping[str, Any]:
        entity = entity_of(self.wanted)
        return {**super().context(), "subtitle": f"{entity.code} {entity.name}"}

    def actions(self) -> Sequence[Action]:
        address, code = reverse("journal_export"), entity_of(self.wanted).code
        return (
            Action("Export for Beancount", url=f"{address}?entity={code}&style=beancount", permission=EXPORT_JOURNAL),
            Action("Export as CSV", url=f"{address}?entity={code}&style=csv", permission=EXPORT_JOURNAL),
        )


class JournalExport(Page):
    """The whole journal of a legal entity as a file, written from one instant of the database."""

    permission = EXPORT_JOURNAL
    http_method_names = ["get"]
    filters = (ENTITY, Filter("style", "Format", kind="choice", choices=list(STYLES.items()), required=True))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer with the file."""
        wanted = read_filters(self.filters, request.GET)
        file, name = written_journal(style=wanted["style"], entity=entity_of(wanted))
        return FileResponse(file, as_attachment=True, filename=name, content_type="text/plain; charset=utf-8")


class Entry(Page):
    """One entry with its postings."""

    permission = VIEW_LEDGER
    template = "ledger/entry.html"
    crumbs = (Crumb("Journal", "journal"),)

    def context(self) -> Mapping[str, Any]:
        entry = entry_of(self.kwargs["entry_id"])
        self.title = f"{entry.kind.replace('_', ' ').capitalize()} of {day_text(entry.entry_date)}"
        names = {id: customer.name or customer.code for id, customer in customers_by_id(_customers(entry)).items()}
        return {
            "entry": entry,
            "entity": entities_by_id()[entry.legal_entity_id],
            "document": documents_html([entry]).get(entry.source_id),
            "lines": Table(columns=_line_columns(names), rows=entry.postings, caption="Postings"),
        }


class AccountSheet(Worklist):
    """What lies on one account, the newest day first."""

    permission = VIEW_LEDGER
    crumbs = (Crumb("Trial balance", "trial_balance"),)
    row_noun = "posting"
    default_sort = SORT
    columns = (
        Column("entry_date", "Day", kind="day", link="journal_entry", id_key="entry_id"),
        Column("entry__kind", "Kind", kind="badge"),
        Column("document", "Document", kind="html"),
        Column("customer__code", "Customer", link="customer", id_key="customer_id"),
        Column("debit", "Debit", kind="money", value=lambda row: row.amount_minor if row.amount_minor > 0 else None),
        Column("credit", "Credit", kind="money", value=lambda row: -row.amount_minor if row.amount_minor < 0 else None),
        Column("entry__memo", "Memo", desk=True),
    )
    filters = (Filter("as_of", "Until", kind="date"),)
    empty = Empty("Nothing lies on this account")

    @cached_property
    def account(self) -> Account:
        return account_of(self.kwargs["account_id"])

    @cached_property
    def sheet(self) -> Any:
        cursor, limit = self.request.GET.get("cursor", ""), self.limit
        return account_sheet(self.account.pk, as_of=self.wanted["as_of"], cursor=cursor, limit=limit)

    limit = 50

    def rows(self, wanted: Wanted, *, sort: str, cursor: str, limit: int) -> Slice[Any]:
        self.limit = limit
        page: Slice[Any] = self.sheet.page
        documents = documents_html(row.entry for row in page.rows)
        for row in page.rows:
            row.document = documents.get(row.entry.source_id)
        return page

    def tiles(self, wanted: Wanted) -> list[Tile]:
        currency = entities_by_id()[self.account.legal_entity_id].currency
        note = f"until {day_text(wanted['as_of'])}" if wanted["as_of"] else "of everything posted"
        where = "after the first row" if self.request.GET.get("cursor") else note
        return [Tile("Balance", money_html(self.sheet.balance_minor, currency), note=where)]

    def context(self) -> Mapping[str, Any]:
        self.title = f"{self.account.code} {self.account.name}"
        entity = entities_by_id()[self.account.legal_entity_id]
        return {**super().context(), "subtitle": f"{entity.code} {entity.name}"}


def _customers(entry: EntryFacts) -> list[Any]:
    return list({line.customer_id for line in entry.postings if line.customer_id})


def _line_columns(customers: Mapping[Any, str]) -> tuple[Column, ...]:
    def customer(line: PostingLine) -> str:
        return customers.get(line.customer_id, "")

    def tax(line: PostingLine) -> str:
        return (
            f"{line.tax_category} {line.tax_rate.normalize():f} %"
            if line.tax_category and line.tax_rate is not None
            else ""
        )

    return (
        Column("account_code", "Account", link="account", id_key="account_id"),
        Column("account_name", "Name"),
        Column("customer", "Customer", value=customer, link="customer", id_key="customer_id"),
        Column("tax", "Tax", value=tax),
        Column("debit", "Debit", kind="money", value=lambda line: line.amount_minor if line.amount_minor > 0 else None),
        Column(
            "credit", "Credit", kind="money", value=lambda line: -line.amount_minor if line.amount_minor < 0 else None
        ),
        Column("functional_minor", "In own currency", kind="money", currency="functional_currency", desk=True),
    )
