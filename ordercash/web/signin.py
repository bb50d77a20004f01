"""Signing in and out. Failures are counted per account and address in Redis, so that guessing ends after a few."""

import hashlib
from typing import Any

from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView

from ordercash.web.addresses import client_address

MOST_FAILURES = 5
WINDOW_SECONDS = 15 * 60


class SignIn(views.LoginView):
    """The sign-in page; after five failures of one account from one address it answers 429 for 15 minutes."""

    template_name = "oc/login.html"
    redirect_authenticated_user = True
    extra_context = {"title": "Sign in"}

    @method_decorator(never_cache)
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Try the credentials, unless too many were wrong already."""
        if failures(request) >= MOST_FAILURES:
            return self.refuse_attempt()
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in and forget the failures."""
        cache.delete(_key(self.request))
        return super().form_valid(form)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Count the failure."""
        count_failure(self.request)
        return super().form_invalid(form)

    def refuse_attempt(self) -> HttpResponse:
        """Answer 429 without looking at the password."""
        form = self.get_form_class()(self.request)
        context = self.get_context_data(form=form, locked_minutes=WINDOW_SECONDS // 60)
        response = self.render_to_response(context, status=429)
        response["Retry-After"] = str(WINDOW_SECONDS)
        return response


class AdminDoor(RedirectView):
    """The admin's own sign-in is this one; who is signed in already and still ends here is no staff."""

    pattern_name = "login"
    query_string = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse who would be sent back and forth between the admin and the sign-in."""
        user: Any = request.user
        if user.is_authenticated and not (user.is_active and user.is_staff):
            raise PermissionDenied(
                "The administration is open to staff only. Who manages users can make you one of them."
            )
        return super().get(request, *args, **kwargs)


def failures(request: HttpRequest) -> int:
    """Return how often the account failed from this address within the window."""
    return int(cache.get(_key(request)) or 0)


def count_failure(request: HttpRequest) -> None:
    """Count one more; the window starts with the first."""
    key = _key(request)
    if not cache.add(key, 1, timeout=WINDOW_SECONDS):
        cache.incr(key)


def _key(request: HttpRequest) -> str:
    account = request.POST.get("username", "").strip().lower()
    return "signin:" + hashlib.sha256(f"{account}\n{client_address(request)}".encode()).hexdigest()
