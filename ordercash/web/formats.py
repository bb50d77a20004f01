"""How values read: money, quantities, instants, days, states. One place, so that every page and table reads alike."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from ordercash.kernel.money import exponent, to_major
from ordercash.web.tones import state_label, state_tone

NOTHING = mark_safe('<span class="oc-nothing" aria-label="nothing">–</span>')
MINUS = "\N{MINUS SIGN}"
ONE = Decimal(1)


def amount_text(minor: int, currency: str) -> str:
    """Return the amount with the currency's own decimals and grouped thousands: 1234567 GBP is "12,345.67"."""
    text = f"{abs(to_major(minor, currency)):,.{exponent(currency)}f}"
    return MINUS + text if minor < 0 else text


def money_html(minor: int | None, currency: str, *, signed: bool = False) -> SafeString:
    """Return an amount for a page: the code small before tabular digits; `signed` marks gains with a plus.

    Nothing of no currency is no amount.
    """
    if minor is None or (not minor and not currency):
        return NOTHING
    plus = "+" if signed and minor > 0 else ""
    return format_html(
        '<span class="oc-money"><span class="oc-currency">{}</span>&nbsp;{}{}</span>',
        currency, plus, amount_text(minor, currency),
    )  # fmt: skip


def price_text(price: Decimal, currency: str) -> str:
    """Return the price of one unit with the currency's decimals, and more only where it has them: 2.5 GBP is "2.50"."""
    own = -int(price.normalize().as_tuple().exponent)
    return number_text(price, decimals=max(exponent(currency), own))


def price_html(price: Decimal | None, currency: str, per: Decimal = ONE) -> SafeString:
    """Return the price of one unit, or of `per` units, for a page, as money reads."""
    if price is None:
        return NOTHING
    return format_html(
        '<span class="oc-money"><span class="oc-currency">{}</span>&nbsp;{}{}</span>',
        currency, price_text(price, currency), "" if per == 1 else f"\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}{number_text(per)}",
    )  # fmt: skip


def number_text(value: Decimal | int | None, *, decimals: int | None = None) -> str:
    """Return a number with grouped thousands, without trailing zeros unless `decimals` are named."""
    if value is None:
        return ""
    exact = Decimal(value)
    text = f"{abs(exact):,.{decimals}f}" if decimals is not None else _short(abs(exact))
    return MINUS + text if exact < 0 else text


def quantity_html(value: Decimal | int | None, unit: str = "", *, decimals: int | None = None) -> SafeString:
    """Return a quantity with tabular digits and its unit small behind it."""
    if value is None:
        return NOTHING
    behind = format_html('&nbsp;<span class="oc-unit">{}</span>', unit) if unit else ""
    return format_html('<span class="oc-number">{}{}</span>', number_text(value, decimals=decimals), behind)


def when_html(moment: datetime | None, *, seconds: bool = False) -> SafeString:
    """Return an instant in the user's zone; hovering shows it exactly, in UTC."""
    if moment is None:
        return NOTHING
    exact = moment.astimezone(UTC)
    local = timezone.localtime(moment)
    text = local.strftime("%d %b %Y %H:%M:%S" if seconds else "%d %b %Y %H:%M")
    return format_html(
        '<time class="oc-when" datetime="{}" title="{} UTC ({} {})">{}</time>',
        exact.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        exact.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3], local.strftime("%H:%M"), local.tzname() or "", text,
    )  # fmt: skip


def day_text(day: date) -> str:
    """Return a business day as people write it: "31 Dec 2024"."""
    return day.strftime("%d %b %Y")


def day_html(day: date | None) -> SafeString:
    """Return a business day; it belongs to a zone already and is never shifted."""
    if day is None:
        return NOTHING
    return format_html('<time class="oc-when" datetime="{}">{}</time>', day.isoformat(), day_text(day))


def badge_html(state: str, label: str = "", *, tone: str = "") -> SafeString:
    """Return a state as a badge; its tone comes with the word, the word itself always stands there."""
    if not state:
        return NOTHING
    shown = label or state_label(state)
    return format_html('<span class="oc-badge oc-tone-{}">{}</span>', tone or state_tone(state), shown)


def plural(noun: str) -> str:
    """Return the plural of a row's name.

    >>> [plural(noun) for noun in ("order", "entry", "day", "shelf")]
    ['orders', 'entries', 'days', 'shelves']
    """
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    if noun.endswith("lf"):
        return f"{noun[:-1]}ves"
    return f"{noun}s"


def percent_text(value: Decimal | None, *, signed: bool = True) -> str:
    """Return a share in percent with one decimal: Decimal("0.042") is "+4.2 %"."""
    if value is None:
        return ""
    percent = value * 100
    mark = "+" if signed and percent > 0 else MINUS if percent < 0 else ""
    return f"{mark}{abs(percent):.1f}\N{NO-BREAK SPACE}%"


def text_html(value: Any) -> SafeString:
    """Return any other value as escaped text; nothing and "" read as a dash, yes and no as words."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return format_html("{}", "yes" if value else "no")
    return format_html("{}", value)


def _short(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
