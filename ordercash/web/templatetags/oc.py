"""Template tags that every page may use; they need no {% load %}. How components look is in templates/oc/parts/."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms, template
from django.template.base import Parser, Token
from django.template.context import Context, RequestContext
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ordercash.web import formats, links, sources, tones
from ordercash.web.actions import Action
from ordercash.web.charts import chart_context
from ordercash.web.columns import Table
from ordercash.web.components import Chart, Empty, JobProgress, Schedule, Step, Tile, TimelineEntry
from ordercash.web.diffs import diff_lines
from ordercash.web.sparks import spark_points

register = template.Library()

# -- values ------------------------------------------------------------------------------------------------------------

register.simple_tag(formats.money_html, name="money")
register.simple_tag(formats.quantity_html, name="quantity")
register.simple_tag(formats.when_html, name="when")
register.simple_tag(formats.day_html, name="day")
register.simple_tag(formats.badge_html, name="badge")
register.simple_tag(links.link_html, name="link")
register.simple_tag(links.link_url, name="link_url")
register.simple_tag(sources.source_html, name="source")
register.filter("state_label", tones.state_label)
register.filter("kind_label", links.kind_label)
register.filter("or_nothing", formats.text_html)


# -- layout ------------------------------------------------------------------------------------------------------------


@register.simple_block_tag(takes_context=True)
def card(context: Context, content: str, title: str = "", note: str = "", id: str = "") -> SafeString:
    """A titled part of a page; tables and lists fill it to its edges."""
    return _render("card", title=title, note=note, id=id, content=content)


@register.simple_block_tag
def facts(content: str) -> SafeString:
    """A list of names and values, made of {% fact %}."""
    return format_html('<dl class="oc-facts">{}</dl>', content)


@register.simple_block_tag
def fact(content: str, label: str) -> SafeString:
    """One name and its value; an empty value reads as a dash."""
    shown = content.strip()
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, SafeString(shown) if shown else formats.NOTHING)


@register.tag
def columns(parser: Parser, token: Token) -> "ColumnsNode":
    """{% columns %} the wide column {% aside %} the narrow one {% endcolumns %}"""
    main = parser.parse(("aside", "endcolumns"))
    side = template.NodeList()
    if parser.next_token().contents == "aside":
        side = parser.parse(("endcolumns",))
        parser.delete_first_token()
    return ColumnsNode(main, side)


class ColumnsNode(template.Node):
    """Two columns that stand below each other on narrow screens."""

    def __init__(self, main: template.NodeList, side: template.NodeList) -> None:
        self.main, self.side = main, side

    def render(self, context: Context) -> SafeString:
        """Return both columns."""
        side = self.side.render(context)
        aside = format_html('<aside class="oc-side">{}</aside>', side) if side.strip() else ""
        return format_html(
            '<div class="oc-columns"><div class="oc-main">{}</div>{}</div>', self.main.render(context), aside
        )


# -- components --------------------------------------------------------------------------------------------------------


@register.simple_tag
def table(shown: Table) -> SafeString:
    """A table whose rows are all there."""
    return _render("table", table=shown)


@register.simple_tag
def tiles(shown: Sequence[Tile]) -> SafeString:
    """Figures side by side."""
    figures = [
        {
            "tile": tile,
            "change": formats.percent_text(tile.change),
            "mood": _mood(tile),
            "spark": spark_points(tile.spark),
        }
        for tile in shown
    ]
    return _render("tiles", figures=figures)


@register.simple_tag
def timeline(entries: Sequence[TimelineEntry]) -> SafeString:
    """What happened, in the order given."""
    return _render("timeline", entries=entries)


@register.simple_tag
def explanation(steps: Sequence[Step]) -> SafeString:
    """How a result came about, step by step; branches fold."""
    return _render("explanation", steps=steps)


@register.simple_tag
def diff(
    before: str | Mapping[str, Any], after: str | Mapping[str, Any], before_label: str = "", after_label: str = ""
) -> SafeString:
    """What changed between two texts or documents, line by line."""
    return _render("diff", lines=diff_lines(before, after), before_label=before_label, after_label=after_label)


@register.simple_tag
def chart(shown: Chart) -> SafeString:
    """A chart, with its numbers as a table."""
    name = _unique("chart")
    return _render("chart", id=name, data_id=f"{name}-data", **chart_context(shown))


@register.simple_tag
def schedule(shown: Schedule) -> SafeString:
    """What runs when, as horizontal bars that link to what they stand for."""
    return _render("schedule", shown=shown)


@register.simple_tag
def job(progress: JobProgress) -> SafeString:
    """The progress of long work; it asks for news until the work is finished."""
    return _render("job", job=progress)


@register.simple_tag
def empty(shown: Empty) -> SafeString:
    """An empty state that says what to do next."""
    return _render("empty", empty=shown)


@register.simple_tag
def problem(title: str, detail: str = "", next_step: str = "") -> SafeString:
    """An error state: what failed, and what to do."""
    return _render("problem", title=title, detail=detail, next_step=next_step)


@register.simple_tag
def notice(tone: str, text: str) -> SafeString:
    """A sentence that must be seen: info, good, warn or bad."""
    return format_html(
        '<p class="oc-notice oc-tone-{}" role="{}">{}</p>', tone, "alert" if tone == "bad" else "status", text
    )


@register.simple_tag
def panel_link(url: str, label: Any) -> SafeString:
    """A link that opens in the side panel; without JavaScript it is an ordinary link."""
    return format_html(
        '<a class="oc-link" href="{0}" hx-get="{0}" hx-target="#oc-panel-body" hx-swap="innerHTML" data-oc-panel>{1}</a>',
        url, label,
    )  # fmt: skip


@register.simple_tag
def form(shown: forms.BaseForm) -> SafeString:
    """The fields of a form, each with its help and its errors."""
    return _render("form", form=shown)


@register.simple_tag(takes_context=True)
def action(context: RequestContext, shown: Action, in_form: str = "") -> SafeString:
    """A button, with its dialog when it asks; `in_form` names the form of a list whose rows it takes."""
    bound = (context.get("bound_forms") or {}).get(shown.verb)
    asked = bound or (shown.form(prefix=shown.verb) if shown.form else None)
    html = render_to_string(
        "oc/parts/action.html",
        {
            "action": shown,
            "in_form": in_form,
            "form": asked,
            "dialog_id": _unique("ask"),
            "is_open": context.get("open_dialog") == shown.verb,
            "next": context["request"].get_full_path() if "request" in context else "",
        },
        request=context.get("request"),
    )
    return SafeString(html)


def _render(part: str, **context: Any) -> SafeString:
    return SafeString(render_to_string(f"oc/parts/{part}.html", context))


def _unique(prefix: str) -> str:
    return f"oc-{prefix}-{uuid4().hex[:8]}"


def _mood(tile: Tile) -> str:
    """Whether the change is good news: "good", "bad" or "" when neither."""
    if tile.change is None or not tile.good or not tile.change:
        return ""
    return "good" if (tile.change > 0) == (tile.good == "up") else "bad"
