"""The admin of masters: permission by verb, and saving is one call of a service."""

from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from ordercash.kernel import clock
from ordercash.kernel.actor import Actor


class VerbAdmin(ModelAdmin):
    """An admin that is closed unless it names permissions. Nothing is deleted here: masters are blocked, retired or ended.

    view_permission   -- who may read
    change_permission -- who may add and change; without one everybody only reads
    kept_fields       -- what stays once the row is there, because other rows refer to it
    write()           -- the service that saves a row in the form's transaction
    """

    view_permission: ClassVar[str] = ""
    change_permission: ClassVar[str] = ""
    kept_fields: ClassVar[tuple[str, ...]] = ()
    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may(request, self.view_permission) or self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may(request, self.change_permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may(request, self.change_permission)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str] | tuple[str, ...]:
        """Return what nobody changes here, and of a row that is there what stays."""
        return (*self.readonly_fields, *(self.kept_fields if obj else ()))

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Hand the row to the service; a refusal takes the whole form back."""
        self.write(obj, actor=actor_of_request(request), now=clock.now())

    def write(self, row: Model, *, actor: Actor, now: datetime) -> None:
        """Save a row; every admin that lets rows be changed names its service here."""
        raise NotImplementedError(f"{type(self).__name__} names no service that writes.")


def actor_of_request(request: HttpRequest) -> Actor:
    """Return the signed-in user as the one who acts."""
    user: Any = request.user
    return Actor(id=user.pk, name=str(user.get_username()), permissions=frozenset(user.granted))


def _may(request: HttpRequest, permission: str) -> bool:
    user: Any = request.user
    return bool(permission) and user.is_active and user.has_perm(permission)
