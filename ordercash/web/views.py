"""The pages of the edge itself: the search, the change of a password."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy

from ordercash.web.api.permissions import SIGNED_IN
from ordercash.web.components import JobProgress
from ordercash.web.page import Page
from ordercash.web.refusals import is_partial
from ordercash.web.search import search_everything
from ordercash.web.shell import shell_context


class Search(Page):
    """/search/?q=: everything of any kind that the user may see; an only hit is not opened, so that a look stays a look."""

    permission = SIGNED_IN
    title = "Search"
    template = "oc/search.html"
    partial = "oc/search_results.html"

    def context(self) -> Mapping[str, Any]:
        """Return the hits by kind."""
        text = self.request.GET.get("q", "").strip()
        return {"text": text, "results": search_everything(self.request.user, text), "subtitle": text}


class PasswordChange(auth_views.PasswordChangeView):
    """/password/: a user's own password; every signed-in user may change it."""

    template_name = "oc/password.html"
    success_url = reverse_lazy("password_changed")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Put the form into the shell."""
        return {**shell_context(self.request, title="Change password"), **super().get_context_data(**kwargs)}


class PasswordChanged(Page):
    """/password/done/"""

    permission = SIGNED_IN
    title = "Password changed"
    template = "oc/password_changed.html"


def job_response(request: HttpRequest, progress: JobProgress) -> HttpResponse:
    """Answer the poll of a job's progress: the component alone for htmx, in a plain page otherwise."""
    if is_partial(request):
        return render(request, "oc/parts/job.html", {"job": progress})
    return render(request, "oc/job.html", {**shell_context(request, title=progress.label), "job": progress})
