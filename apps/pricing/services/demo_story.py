"""What the demo company sells by: promotions, coupons, costs, rebate agreements and quotes, so that every page has something to show."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from apps.masterdata.contract import customer_groups, customers_by_code, entities_by_code, products_by_sku, read_demo
from apps.pricing.decisions.document.schema import RULES_KIND
from apps.pricing.models import CostRecord, CouponCampaign
from apps.pricing.selectors.wishes import CartWish, LineWish
from apps.pricing.services.costs import CostDraft, add_costs
from apps.pricing.services.coupons import CouponDraft, create_campaign, create_coupons
from apps.pricing.services.quotes import QuoteWish, make_quote
from apps.pricing.services.rebate_agreements import RebateDraft, approve_rebate, draft_rebates
from apps.rulebooks.contract import RulebookFile, install_rulebooks, rulebook_in_force
from ordercash.kernel.actor import Actor

ZONE = ZoneInfo("Europe/London")


def load_offers(*, author: Actor, approver: Actor, now: datetime) -> bool:
    """Make costs, coupons, rules with promotions and rebate agreements; returns False, and makes nothing, when they are there."""
    story = read_demo("story")
    if CouponCampaign.objects.filter(code=story["campaigns"][0]["code"]).exists():
        return False
    _costs(author, now)
    _coupons(story["campaigns"], author, now)
    _rules(story["rules"], now)
    drafts = [_rebate(row, now) for row in story["rebates"]]
    for row in draft_rebates(drafts, actor=author, now=now):
        approve_rebate(row.id, actor=approver, now=now)
    draft_rebates([_rebate(row, now) for row in story["drafts"]], actor=author, now=now)
    return True


def load_quotes(*, actor: Actor, now: datetime) -> None:
    """Make the quotes of the demo."""
    for place, row in enumerate(read_demo("story")["quotes"]):
        lines = [LineWish(sku, Decimal(quantity)) for sku, quantity in row["lines"].items()]
        cart = CartWish(
            row["legal_entity"], row["currency"], now, lines, row["customer"], coupons=row.get("coupons", ())
        )
        until = now + timedelta(days=row["valid_days"])
        make_quote(QuoteWish(cart, f"demo:quote:{place}", None, until, row["note"]), actor=actor, now=now)


def _costs(actor: Actor, now: datetime) -> None:
    """What lay on the shelves at first tells what goods cost."""
    if CostRecord.objects.exists():
        return
    opening = read_demo("stock")["opening"]
    known = products_by_sku(opening)
    since = read_demo("products")["valid_from"]
    drafts = [CostDraft(sku, "GBP", Decimal(cost), since) for sku, (cost, *_) in opening.items() if sku in known]
    add_costs(drafts, actor=actor, now=now)


def _coupons(campaigns: Any, actor: Actor, now: datetime) -> None:
    for campaign in campaigns:
        create_campaign(campaign["code"], name=campaign["name"], actor=actor, now=now)
        drafts = [
            CouponDraft(
                row["code"], campaign["code"], now - timedelta(days=1), _day(row.get("ends_in_days"), now), row.get("most_total"),
                row.get("most_per_customer"),
            )
            for row in campaign["coupons"]
        ]  # fmt: skip
        create_coupons(drafts, actor=actor, now=now)


def _rules(rules: Mapping[str, Any], now: datetime) -> None:
    """Put a version with promotions in force beside the accesses of the standard one, from now on."""
    present = rulebook_in_force(RULES_KIND, at=now).document.model_dump(
        mode="json", by_alias=True, exclude_defaults=True
    )
    document = {
        "accesses": present["accesses"],
        **{name: rules[name] for name in ("groups", "charges", "floors")},
        "discounts": [dict(_discount(row, now)) for row in rules["discounts"]],
    }
    install_rulebooks(files=[RulebookFile(RULES_KIND, "Pricing rules", document)], now=now)


def _discount(row: Mapping[str, Any], now: datetime) -> Iterator[tuple[str, Any]]:
    ends = {"begins_in_days": "from", "ends_in_days": "until"}
    for name, value in row.items():
        if name in ends:
            day = (now.astimezone(ZONE) + timedelta(days=value)).date()
            yield ends[name], f"{day.isoformat()}T00:00:00"
        else:
            yield name, value
    if "begins_in_days" in row:
        yield "zone", ZONE.key


def _rebate(row: Mapping[str, Any], now: datetime) -> RebateDraft:
    day = now.date()
    customer = customers_by_code([row["customer"]])[row["customer"]] if "customer" in row else None
    return RebateDraft(
        code=row["code"], name=row["name"], legal_entity_id=entities_by_code()[row["legal_entity"]].id, currency=row["currency"],
        from_date=day.replace(month=1, day=1), until_date=day.replace(year=day.year + 1, month=1, day=1),
        tiers=[(Decimal(least), Decimal(rate)) for least, rate in row["tiers"]], settlement=row["settlement"],
        customer_id=customer.id if customer else None,
        customer_group_id=customer_groups()[row["group"]] if "group" in row else None, category=row.get("category", ""),
    )  # fmt: skip


def _day(days: int | None, now: datetime) -> datetime | None:
    return None if days is None else now + timedelta(days=days)
