"""A refusal becomes a problem document (RFC 9457) with a pointer per fault (RFC 6901)."""

from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.errors import Conflict, DomainError, Fault
from ordercash.kernel.ids import new_id


class Broken(Conflict):
    code, title = "broken", "It is broken"


def test_a_refusal_is_a_problem() -> None:
    refusal = Broken("In two.", faults=[Fault("/lines/0", "cracked", "Glue it.")], extra={"order": "SO-1"})
    assert refusal.as_problem() == {
        "type": "urn:ordercash:problem:broken", "title": "It is broken", "status": 409, "code": "broken", "detail": "In two.",
        "order": "SO-1", "errors": [{"pointer": "/lines/0", "code": "cracked", "detail": "Glue it."}],
    }  # fmt: skip
    assert str(refusal) == "In two."


def test_a_refusal_without_words_says_its_title() -> None:
    assert DomainError().as_problem()["detail"] == DomainError.title


def test_an_actor_may_what_he_holds() -> None:
    clerk = Actor(id=new_id(), name="ar.clerk", permissions=frozenset({"billing.apply_cash"}))
    assert clerk.may("billing.apply_cash")
    assert not clerk.may("billing.write_off")
    assert SYSTEM.may("billing.write_off")
