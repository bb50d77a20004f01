"""Who may do what: the one table from which the groups and their permissions are made (`manage.py sync_roles`)."""

from collections.abc import Mapping, Sequence

ROLES: Mapping[str, Sequence[str]] = {}
