"""The page: one view class. It is closed unless it names a permission; its verbs are posted to it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError
from ordercash.web.actions import Action, Given, allowed, read_given
from ordercash.web.api.permissions import SIGNED_IN
from ordercash.web.components import Chart, Crumb
from ordercash.web.refusals import is_partial, message_page
from ordercash.web.roles import refusal_sentence
from ordercash.web.shell import shell_context


class Page(View):
    """A page of the site.

    permission -- who may see it; SIGNED_IN for everybody with an account; without one the page is closed to all
    template   -- extends "oc/page.html"; partial -- rendered instead when htmx asks (a side panel, a swapped part)
    context()  -- what the template shows; actions() -- the buttons of the header
    do_<verb>(given) -- carries out a posted verb of actions() and returns the sentence that tells so, or a response
    """

    permission: ClassVar[str] = ""
    title: str = ""
    template: ClassVar[str] = "oc/page.html"
    partial: ClassVar[str] = ""
    crumbs: Sequence[Crumb] = ()
    http_method_names = ["get", "head", "post"]

    # -- what a page says ------------------------------------------------------------------------------------------

    def context(self) -> Mapping[str, Any]:
        """Return the template's context; `self.kwargs` holds what the address carries."""
        return {}

    def actions(self) -> Sequence[Action]:
        """Return what can be done on the page; the header shows those that the user may do."""
        return ()

    # -- what it knows ---------------------------------------------------------------------------------------------

    @cached_property
    def actor(self) -> Actor:
        """The signed-in user as the one who acts; the user model tells what is `granted`."""
        user: Any = self.request.user
        return Actor(id=user.pk, name=str(user.get_username()), permissions=frozenset(user.granted))

    def may(self, permission: str) -> bool:
        """Say whether the user holds a permission."""
        return bool(permission == SIGNED_IN or self.request.user.has_perm(permission))

    # -- how it answers --------------------------------------------------------------------------------------------

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Ask for a sign-in, refuse with the role that would have the page, or go on."""
        if not request.user.is_authenticated:
            return _to_login(request)
        if not self.permission:
            raise PermissionDenied("This page names no permission and is open to nobody.")
        if not self.may(self.permission):
            raise PermissionDenied(refusal_sentence(self.permission))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page."""
        return self.show()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Carry out the verb that was posted, then show the page again by a redirect, with what happened."""
        action = self.action_posted()
        try:
            given = self.read(action)
            if isinstance(given, HttpResponse):
                return given
            done = getattr(self, f"do_{action.verb}")(given)
        except DomainError as error:
            return self.tell_refusal(error)
        if isinstance(done, HttpResponse):
            return done
        messages.success(request, done)
        return self.back()

    def show(self, *, status: int = 200, **more: Any) -> HttpResponse:
        """Render the page, or its partial when htmx asks for a part."""
        own = {"page": self, **self.context(), **more}
        if self.partial and is_partial(self.request):
            return render(self.request, self.partial, own, status=status)
        shell = shell_context(self.request, title=self.title, crumbs=self.trail(), actions=self.shown_actions())
        return render(self.request, self.template, {**shell, "has_charts": _has_chart(own), **own}, status=status)

    def back(self) -> HttpResponse:
        """Return to where the verb was sent from: `next` of the form, or this page."""
        target = self.request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(target, allowed_hosts={self.request.get_host()}):
            target = self.request.get_full_path()
        if is_partial(self.request):
            return HttpResponse(status=204, headers={"HX-Redirect": target})
        return HttpResponseRedirect(target, status=303)

    # -- verbs -----------------------------------------------------------------------------------------------------

    def posted_actions(self) -> Sequence[Action]:
        """Return every action whose verb may be posted here."""
        return self.actions()

    def action_posted(self) -> Action:
        """Return the action that the form names; 404 for an unknown verb, 403 without its permission."""
        verb = self.request.POST.get("verb", "")
        action = next((each for each in self.posted_actions() if each.verb and each.verb == verb), None)
        if action is None:
            raise Http404(f"This page knows no verb {verb[:40]!r}.")
        if action.permission and not self.may(action.permission):
            raise PermissionDenied(refusal_sentence(action.permission))
        return action

    def read(self, action: Action) -> Given | HttpResponse:
        """Read what came with the verb; a form with mistakes shows the page again with them (422)."""
        given = read_given(action, self.request.POST)
        if action.form is None:
            return given
        form = action.form(self.request.POST, prefix=action.verb)
        if not form.is_valid():
            return self.show(status=422, bound_forms={action.verb: form}, open_dialog=action.verb)
        return Given(verb=given.verb, ids=given.ids, reason=given.reason, values=form.cleaned_data)

    def tell_refusal(self, error: DomainError) -> HttpResponse:
        """Tell a refusal on the page it came from; htmx gets it as a part."""
        if is_partial(self.request):
            return message_page(self.request, error.status, error.title, error.detail, faults=error.faults)
        told = error.detail if error.detail != error.title else ""
        faults = "; ".join(fault.detail for fault in error.faults[:5])
        messages.error(self.request, " — ".join(part for part in (error.title, told, faults) if part))
        return self.back()

    # -- parts of the frame ----------------------------------------------------------------------------------------

    def shown_actions(self) -> list[Action]:
        """Return the header's buttons."""
        return allowed(self.actions(), self.request.user)

    def trail(self) -> list[tuple[str, str]]:
        """Return the breadcrumbs as (label, address)."""
        return [
            (crumb.label, crumb.url or (reverse(crumb.url_name) if crumb.url_name else "")) for crumb in self.crumbs
        ]


def _has_chart(context: Mapping[str, Any]) -> bool:
    """Whether the page draws: the chart library is loaded only then."""
    values = [item for value in context.values() for item in (value if isinstance(value, list | tuple) else (value,))]
    return any(isinstance(value, Chart) for value in values)


def _to_login(request: HttpRequest) -> HttpResponse:
    if is_partial(request):
        return HttpResponse(status=401, headers={"HX-Redirect": reverse("login")})
    return redirect_to_login(request.get_full_path())
