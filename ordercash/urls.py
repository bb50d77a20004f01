"""Every address of the site. Each app names its own: pages in `apps/<app>/urls.py`, endpoints in `apps/<app>/api/urls.py`."""

from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLResolver, include, path
from django.views.generic import RedirectView

from ordercash.web.api.root import api_root
from ordercash.web.api.schema import ApiDocs, ApiSchema
from ordercash.web.gallery import Components, ComponentsJob, ComponentsPanel
from ordercash.web.health import healthz
from ordercash.web.signin import AdminDoor, SignIn
from ordercash.web.views import PasswordChange, PasswordChanged, Search


def of_apps(module: str, *, below: str) -> list[URLResolver]:
    """Return the addresses of every app that has the module ("urls", "api.urls"), under one prefix."""
    names = [f"{app}.{module}" for app in settings.ORDERCASH_APPS]
    return [path(below, include(name)) for name in names if _exists(name)]


def _exists(name: str) -> bool:
    package, _, _ = name.rpartition(".")
    return find_spec(package) is not None and find_spec(name) is not None


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/schema/", ApiSchema.as_view(), name="api_schema"),
    path("api/v1/", api_root, name="api_root"),
    path("api/docs/", ApiDocs.as_view(), name="api_docs"),
    *of_apps("api.urls", below="api/v1/"),
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", PasswordChange.as_view(), name="password"),
    path("password/done/", PasswordChanged.as_view(), name="password_changed"),
    path("search/", Search.as_view(), name="search"),
    path("components/", Components.as_view(), name="components"),
    path("components/<uuid:sample_id>/", ComponentsPanel.as_view(), name="component_sample"),
    path("components/job/", ComponentsJob.as_view(), name="components_job"),
    # The admin has no doors of its own: one sign-in, one limit of failures.
    path("admin/login/", AdminDoor.as_view()),
    path("admin/logout/", LogoutView.as_view()),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password")),
    path("admin/", admin.site.urls),
    *of_apps("urls", below=""),
]

handler400 = "ordercash.web.refusals.bad_request"
handler403 = "ordercash.web.refusals.forbidden"
handler404 = "ordercash.web.refusals.not_found"
handler500 = "ordercash.web.refusals.server_error"
