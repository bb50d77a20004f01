"""Which fact wakes which verb: events of one domain translated into plain arguments of another's."""

from collections.abc import Sequence

SUBSCRIPTIONS: Sequence[object] = ()
