"""Every address of the site; each app names its own."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.generic import RedirectView

from ordercash.web.health import healthz
from ordercash.web.signin import SignIn

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    # The admin has no sign-in of its own: one door, one limit of failures.
    path("admin/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("admin/logout/", LogoutView.as_view()),
    path("admin/", admin.site.urls),
]

handler400 = "ordercash.web.refusals.bad_request"
handler403 = "ordercash.web.refusals.forbidden"
handler404 = "ordercash.web.refusals.not_found"
handler500 = "ordercash.web.refusals.server_error"
