from django.apps import AppConfig
from django.utils.module_loading import import_string

from apps.exceptions.permissions import VIEW_CASES
from ordercash.web.links import register_link
from ordercash.web.search import register_search


class ExceptionsConfig(AppConfig):
    """Registers where cases are shown and how they are found."""

    name = "apps.exceptions"
    label = "exceptions"
    verbose_name = "Exceptions"

    def ready(self) -> None:
        register_link("case", "case", "Case", names=import_string("apps.exceptions.selectors.case_titles"))
        register_search("case", VIEW_CASES, import_string("apps.exceptions.selectors.find_cases"))
