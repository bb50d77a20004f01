"""Which quotas can be set: one of a channel at a time, for some days that are not over, and never below what was taken."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from apps.inventory.decisions.facts.quotas import QuotaDraft, QuotaKept
from apps.inventory.decisions.facts.refusals import Refusal
from apps.inventory.decisions.receiving import MAX_QUANTITY

LONGEST_CHANNEL: Final = 40


def key_of(quota: QuotaDraft | QuotaKept) -> tuple[object, ...]:
    """Return what names a quota."""
    return (quota.legal_entity_id, quota.product_id, quota.warehouse_id, quota.channel, quota.from_on)


def judge(
    drafts: Sequence[QuotaDraft], known: Sequence[QuotaKept], today: Mapping[object, date]
) -> tuple[dict[int, QuotaDraft], list[Refusal]]:
    """Part drafts that can be set, by place, from those that cannot; `today` is the day of each legal entity.

    Refused: `no_channel`, `quantity_out_of_range`, `no_days`, `is_over`, `repeated`, `overlaps`, `below_taken`.
    """
    sound: dict[int, QuotaDraft] = {}
    refused = []
    for place, draft in enumerate(drafts):
        others = [each for each in known if key_of(each) != key_of(draft)] + list(sound.values())
        fault = next(_faults(draft, known, others, list(sound.values()), today[draft.legal_entity_id]), None)
        if fault:
            refused.append(Refusal(str(place), *fault))
        else:
            sound[place] = draft
    return sound, refused


def _faults(
    draft: QuotaDraft,
    known: Sequence[QuotaKept],
    others: Sequence[QuotaDraft | QuotaKept],
    same_batch: Sequence[QuotaDraft],
    today: date,
) -> Iterator[tuple[str, str]]:
    if not draft.channel.strip() or len(draft.channel) > LONGEST_CHANNEL:
        yield "no_channel", f"A channel has 1 to {LONGEST_CHANNEL} letters."
    if not Decimal(0) < draft.quantity <= MAX_QUANTITY:
        yield "quantity_out_of_range", f"{draft.quantity} cannot be kept."
    if draft.release_on <= draft.from_on:
        yield "no_days", "It is released on a day after its first one."
    if draft.release_on <= today:
        yield "is_over", f"It would have been released on {draft.release_on:%Y-%m-%d}; today is {today:%Y-%m-%d}."
    if any(key_of(each) == key_of(draft) for each in same_batch):
        yield "repeated", "This quota stands in the list twice."
    if any(_overlap(draft, each) for each in others):
        yield "overlaps", f"{draft.channel} has another quota of these goods on some of these days."
    taken = next((each.taken for each in known if key_of(each) == key_of(draft)), Decimal(0))
    if draft.quantity < taken:
        yield "below_taken", f"{taken.normalize():f} are taken of it already."


def _overlap(one: QuotaDraft, other: QuotaDraft | QuotaKept) -> bool:
    return key_of(one)[:-1] == key_of(other)[:-1] and one.from_on < other.release_on and other.from_on < one.release_on
