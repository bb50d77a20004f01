"""API keys: made once, shown once, revoked for good."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import choice, token_urlsafe
from string import ascii_lowercase, digits
from typing import Final
from uuid import UUID

from apps.masterdata.models import ApiKey, Region, User
from apps.masterdata.services.customers import UnknownReference
from apps.masterdata.services.masters import save_master
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError, Fault, Forbidden, NotFound
from ordercash.kernel.transactions import writes

LONGEST_LIFE: Final = timedelta(days=730)


class KeyLifeRefused(DomainError):
    """A key expires within two years of being made."""

    code, title = "key_life_refused", "The key's life is not allowed"


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key; `secret` is what the caller sends, and nobody can read it again."""

    id: UUID
    secret: str


@writes
def create_api_key(
    *,
    username: str,
    name: str,
    expires_at: datetime,
    scopes: Collection[str],
    region: str = "",
    actor: Actor,
    now: datetime,
) -> MadeKey:
    """Make a key that acts for a user, narrowed to `scopes` when some are given.

    Nobody makes a key that may do more than he himself. Raises Forbidden, UnknownReference, KeyLifeRefused.
    """
    if not now < expires_at <= now + LONGEST_LIFE:
        raise KeyLifeRefused("A key expires after now and within 730 days.")
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise UnknownReference(faults=[Fault("/username", "unknown_user", "There is no such active user.")])
    given = user.granted & frozenset(scopes) if scopes else user.granted
    if not actor.is_system and not given <= actor.permissions:
        raise Forbidden("The key could do what you may not do yourself; narrow it with scopes.")
    prefix = "".join(choice(ascii_lowercase + digits) for _ in range(10))
    secret = f"oc_{prefix}_{token_urlsafe(32)}"
    key = ApiKey(
        user=user, name=name, prefix=prefix, key_hash=sha256(secret.encode()).digest(), scopes=sorted(set(scopes)),
        region=_region(region), created_at=now, expires_at=expires_at,
    )  # fmt: skip
    save_master(key, actor=actor)
    return MadeKey(key.pk, secret)


@writes
def revoke_api_key(key_id: UUID, *, actor: Actor, now: datetime) -> ApiKey:
    """Revoke a key for good; other processes know within five seconds. Repeating it changes nothing."""
    key = ApiKey.objects.select_for_update().filter(pk=key_id).first()
    if key is None:
        raise NotFound("There is no such API key.")
    if key.revoked_at is None:
        key.revoked_at = now
        save_master(key, actor=actor)
    return key


def _region(code: str) -> Region | None:
    if not code:
        return None
    region = Region.objects.filter(code=code).first()
    if region is None:
        raise UnknownReference(faults=[Fault("/region", "unknown_region", "There is no such region.")])
    return region
