"""How a day is asked for: typed as 2026-12-31, as every page accepts it, whatever the browser's own language."""

from django import forms

# The script of the frame sets a calendar beside every such field; without it the field is typed.
DAY_ATTRS = {
    "placeholder": "YYYY-MM-DD",
    "pattern": r"\d{4}-\d{2}-\d{2}",
    "title": "A day as 2026-12-31",
    "maxlength": "10",
    "autocomplete": "off",
    "data-oc-day": "",
}
INSTANT_ATTRS = {
    "placeholder": "YYYY-MM-DD HH:MM",
    "pattern": r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}",
    "title": "An instant as 2026-12-31 17:30",
    "maxlength": "16",
    "autocomplete": "off",
}


class DayInput(forms.DateInput):
    """The field of a day."""

    def __init__(self) -> None:
        super().__init__(attrs=dict(DAY_ATTRS), format="%Y-%m-%d")


class InstantInput(forms.DateTimeInput):
    """The field of an instant in the user's zone."""

    def __init__(self) -> None:
        super().__init__(attrs=dict(INSTANT_ATTRS), format="%Y-%m-%d %H:%M")
