"""Accounts, entries and the trial balance, to be read. Nothing is posted here: facts post themselves."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.ledger.api.answers import Chart, EntryShown, TrialBalanceShown
from apps.ledger.api.wanted import entity_wanted, kind_wanted
from apps.ledger.models import Account, JournalEntry
from apps.ledger.permissions import VIEW_LEDGER
from apps.ledger.selectors.accounts import TrialBalanceRow, accounts_of, trial_balance
from apps.ledger.selectors.journal import EntryFacts, PostingLine, document_names, entry_of, journal
from ordercash.kernel import clock
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_wanted, slice_response
from ordercash.web.api.wanted import day_wanted

ENTITY = "Code of the legal entity; may be left out while there is one"


class Accounts(APIView):
    """GET the chart of accounts of a legal entity."""

    permissions = {"GET": VIEW_LEDGER}
    shapes = {"GET": Shape(answer=Chart, query={"legal_entity": ENTITY})}

    def get(self, request: Request) -> Response:
        entity = entity_wanted(request)
        return Response({"legal_entity": entity.code, "items": [_account(row) for row in accounts_of(entity.id)]})


class Entries(APIView):
    """GET the journal of a legal entity, the newest day first."""

    permissions = {"GET": VIEW_LEDGER}
    shapes = {
        "GET": Shape(
            answer=EntryShown,
            query={
                "legal_entity": ENTITY,
                "kind": Query("Entries of one kind", words=JournalEntry.Kind.values),
                "until": Query("The last day shown", date),
            },
            paged=True,
        )
    }

    def get(self, request: Request) -> Response:
        limit, cursor = page_wanted(request)
        page = journal(
            entity_wanted(request).id,
            kind=kind_wanted(request),
            until=day_wanted(request, "until"),
            cursor=cursor,
            limit=limit,
        )
        return slice_response(request, page, show=_entries)


class EntryDetail(APIView):
    """GET one entry with its postings."""

    permissions = {"GET": VIEW_LEDGER}
    shapes = {"GET": Shape(answer=EntryShown)}

    def get(self, request: Request, entry_id: UUID) -> Response:
        (shown,) = _entries([entry_of(entry_id)])
        return Response(shown)


class TrialBalanceAsOf(APIView):
    """GET every account's turnover and balance at the end of a day, in the entity's currency."""

    permissions = {"GET": VIEW_LEDGER}
    shapes = {
        "GET": Shape(
            answer=TrialBalanceShown,
            query={"legal_entity": ENTITY, "as_of": Query("The last day that counts; default today", date)},
        )
    }

    def get(self, request: Request) -> Response:
        entity = entity_wanted(request)
        as_of = day_wanted(request, "as_of") or clock.business_date(clock.now(), entity.time_zone)
        found = trial_balance(entity.id, as_of=as_of)
        return Response(
            {
                "legal_entity": entity.code,
                "currency": entity.currency,
                "as_of": as_of,
                "debit_minor": found.debit_minor,
                "credit_minor": found.credit_minor,
                "items": [_balance(row) for row in found.rows],
            }
        )


def _account(row: Account) -> dict[str, Any]:
    return {"id": row.pk, "code": row.code, "name": row.name, "kind": row.kind, "role": row.role}


def _balance(row: TrialBalanceRow) -> dict[str, Any]:
    return {
        "account_id": row.account_id,
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "debit_minor": row.debit_minor,
        "credit_minor": row.credit_minor,
        "balance_minor": row.balance_minor,
    }


def _entries(rows: Sequence[EntryFacts]) -> list[dict[str, Any]]:
    names = document_names(rows)
    return [_entry(row, names.get(row.source_id, "")) for row in rows]


def _entry(entry: EntryFacts, number: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "entry_date": entry.entry_date,
        "occurred_at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
        "source": {"kind": entry.source_kind, "id": entry.source_id, "ref": entry.source_ref, "number": number},
        "customer_id": entry.customer_id,
        "memo": entry.memo,
        "postings": [_posting(line) for line in entry.postings],
    }


def _posting(line: PostingLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "account_id": line.account_id,
        "account": line.account_code,
        "customer_id": line.customer_id,
        "amount_minor": line.amount_minor,
        "currency": line.currency,
        "functional_minor": line.functional_minor,
        "functional_currency": line.functional_currency,
        "tax_category": line.tax_category or None,
        "tax_rate": None if line.tax_rate is None else f"{line.tax_rate.normalize():f}",
    }
