"""`manage.py backtest NAME VERSION`: try a version on past decisions at a terminal, with the report."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from apps.rulebooks.management.commands.replay import instant, whole
from apps.rulebooks.models import BackTest, BackTestFigure, RulebookVersion
from apps.rulebooks.selectors import back_tests as read
from apps.rulebooks.services import back_tests as verbs
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import DomainError
from ordercash.kernel.ids import id_in
from ordercash.web.formats import amount_text
from ordercash.web.links import names_of

DIMENSIONS = ("customer", "product", "rule")
NAMED = 5


class Command(BaseCommand):
    help = "Try a version of a rulebook on what was decided: how many decisions change, and what that moves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="the rulebook")
        parser.add_argument("number", nargs="?", type=whole, help="its version")
        parser.add_argument("--since", type=instant, help="a day or an instant (UTC unless said): logged from here on")
        parser.add_argument("--until", type=instant, help="a day or an instant: logged before it")
        parser.add_argument("--most", type=whole, help="at most the newest so many; 10,000 unless --since is given")
        parser.add_argument(
            "--resume", type=UUID, metavar="ID", help="go on with a back-test that was stopped or killed"
        )

    def handle(self, *args: Any, name: str | None, number: int | None, resume: UUID | None, **options: Any) -> None:
        try:
            asked = _taken_up(resume) if resume else _asked(name, number, **options)
            self.stdout.write(f"back-test {asked}")
            found = _run(asked)
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self._tell(found)
        if found.state != BackTest.State.DONE:
            raise CommandError(f"The back-test is {found.state}.")

    def _tell(self, found: BackTest) -> None:
        self.stdout.write(f"{found.seen} decisions tried, {found.changed} change")
        for total in read.totals_of(found.pk):
            self.stdout.write(f"total: {_moved(total)}")
            for dimension in DIMENSIONS:
                moved = read.most_moved(found.pk, dimension, total.currency, NAMED)
                names = names_of(dimension, read.ids_among(moved))
                for row in moved:
                    id = id_in(row.key)
                    called = (names.get(id) if id else None) or row.key or "not told"
                    self.stdout.write(f"  {dimension} {called}: {_moved(row)}")


def _asked(name: str | None, number: int | None, **options: Any) -> UUID:
    if name is None or number is None:
        raise CommandError("Name the rulebook and the number of its version, or --resume a back-test.")
    version = RulebookVersion.objects.filter(rulebook__name=name, number=number).first()
    if version is None:
        raise CommandError(f"There is no version {number} of {name!r}.")
    made = verbs.request_back_test(
        version_id=version.pk, since_at=options["since"], until_at=options["until"], most=options["most"],
        in_background=False, actor=SYSTEM, now=clock.now(),
    )  # fmt: skip
    return made.pk


def _taken_up(back_test_id: UUID) -> UUID:
    found = read.back_test_of(back_test_id)
    if found.state in (BackTest.State.STOPPED, BackTest.State.FAILED):
        verbs.resume_back_test(back_test_id=back_test_id, in_background=False, actor=SYSTEM, now=clock.now())
    return back_test_id


def _run(back_test_id: UUID) -> BackTest:
    with tqdm(unit=" decisions", disable=None) as bar:

        def tell(seen: int, total: int) -> None:
            bar.total = total
            bar.update(seen - bar.n)

        return verbs.carry_on(back_test_id, tell=tell, now=clock.now)


def _moved(row: BackTestFigure) -> str:
    before, after, delta = (
        amount_text(minor, row.currency) for minor in (row.before_minor, row.after_minor, row.delta_minor)
    )
    return f"{before} -> {after} {row.currency}, change {delta}, {row.decisions} decisions"
