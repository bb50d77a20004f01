"""`manage.py rulebooks list|import|export|diff|examine|activate|rollback`: rulebooks as files, and their verbs at a terminal."""

from argparse import ArgumentParser, _SubParsersAction
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.rulebooks.decisions.differences import differences
from apps.rulebooks.decisions.drafting import examine_text
from apps.rulebooks.decisions.files import FileUnreadable, read_file, write_file
from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.models import Rulebook, RulebookVersion
from apps.rulebooks.selectors.scenarios import members_of
from apps.rulebooks.selectors.versions import RulebookFacts, document_of, phase_of, rulebook, rulebooks
from apps.rulebooks.services.activations import activate_version, roll_back
from apps.rulebooks.services.transfer import RulebookFile, import_rulebooks, install_rulebooks
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import DomainError

ENDINGS = {".yaml", ".yml", ".json"}


class Command(BaseCommand):
    help = (
        "Bring rulebooks in from files, write them out, compare and examine them, put versions in force and roll back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        _file_verbs(verbs)
        start = verbs.add_parser("activate", help="put an approved version in force")
        start.add_argument("name")
        start.add_argument("number", type=int)
        start.add_argument(
            "--from", dest="from_at", type=datetime.fromisoformat, help="an instant with its offset; default now"
        )
        back = verbs.add_parser("rollback", help="return to the version before the active one, at once")
        back.add_argument("name")
        back.add_argument("--reason", required=True)

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            getattr(self, f"_{verb}")(**options)
        except DomainError as refusal:
            faults = "".join(f"\n  {fault.pointer}: {fault.detail}" for fault in refusal.faults)
            raise CommandError(f"{refusal.detail}{faults}") from refusal

    def _import(self, *, paths: list[Path], activate: bool, missing: bool, **options: Any) -> None:
        files = [_rulebook_in(path) for path in _files(paths)]
        if missing:
            used = set(Rulebook.objects.filter(activations__isnull=False).values_list("kind", "name"))
            files = [file for file in files if (file.kind, file.name) not in used]
        now = clock.now()
        done = (
            install_rulebooks(files=files, now=now)
            if activate
            else import_rulebooks(files=files, actor=SYSTEM, now=now)
        )
        for item in done:
            self.stdout.write(f"{item.name} v{item.number} {item.sha256.hex()[:12]} {item.outcome}")

    def _export(self, *, kind: str, out: Path | None, **options: Any) -> None:
        for found in rulebooks(kind):
            text = _text(found)
            if out is None:
                self.stdout.write(text)
                continue
            out.mkdir(parents=True, exist_ok=True)
            path = out / f"{'-'.join(filter(None, [found.kind.replace('.', '_'), found.legal_entity]))}.yaml"
            path.write_text(text, "utf-8")
            self.stdout.write(str(path))

    def _list(self, *, kind: str, **options: Any) -> None:
        now = clock.now()
        for found in rulebooks(kind):
            self.stdout.write(f"{found.kind}  {found.name}  {found.legal_entity or 'every legal entity'}")
            for version in found.versions:
                self.stdout.write(f"  v{version.number}  {bytes(version.sha256).hex()[:12]}  {phase_of(version, now)}")

    def _diff(self, *, name: str, before: str, after: str, **options: Any) -> None:
        found = _named(name)
        kind = kind_of(found.kind)
        told = differences(kind, _document(found, before), _document(found, after))
        for each in told:
            self.stdout.write(f"{each.how} {each.rule}" + (f" ({each.title})" if each.title != each.rule else ""))
            for change in each.changes:
                self.stdout.write(f"  {change}")
        if not told:
            self.stdout.write("no differences")

    def _examine(self, *, paths: list[Path], **options: Any) -> None:
        refused = 0
        for path in _files(paths):
            examined = examine_text(_text_in(path))
            refused += not examined.can_be_saved
            for each in examined.findings:
                self.stdout.write(f"{path}:{each.line}:{each.column}: {each.severity}: {each.message}")
        if refused:
            raise CommandError(f"{refused} file(s) cannot be saved.")

    def _activate(self, *, name: str, number: int, from_at: datetime | None, **options: Any) -> None:
        if from_at is not None and from_at.tzinfo is None:
            raise CommandError("--from needs an offset, such as 2026-01-01T00:00:00+00:00.")
        now = clock.now()
        version = _numbered(_named(name), str(number))
        activate_version(version_id=version.id, from_at=from_at or now, actor=SYSTEM, now=now)
        self.stdout.write(f"{name} v{number} is in force from {(from_at or now).isoformat()}")

    def _rollback(self, *, name: str, reason: str, **options: Any) -> None:
        made = roll_back(rulebook_id=_named(name).id, reason=reason, actor=SYSTEM, now=clock.now())
        self.stdout.write(f"{name} v{made.version.number} is in force again from {made.from_at.isoformat()}")


def _file_verbs(verbs: "_SubParsersAction[Any]") -> None:
    bring = verbs.add_parser("import", help="keep files as drafts")
    bring.add_argument("paths", nargs="+", type=Path, help="YAML or JSON files, or folders of them")
    bring.add_argument("--activate", action="store_true", help="put them in force, as part of an installation")
    bring.add_argument(
        "--missing", action="store_true", help="leave rulebooks alone of which a version was activated before"
    )
    write = verbs.add_parser("export", help="write the version in force (or the newest) of every rulebook")
    write.add_argument("--kind", default="")
    write.add_argument("--out", type=Path, help="a folder; without it the text goes to the terminal")
    verbs.add_parser("list", help="show rulebooks and versions").add_argument("--kind", default="")
    compare = verbs.add_parser("diff", help="say what differs between two versions or files, in words")
    compare.add_argument("name")
    compare.add_argument("before", help='a number, "active", or a file')
    compare.add_argument("after", help='a number, "active", or a file')
    look = verbs.add_parser("examine", help="say what is wrong with files, with line and column; nothing is kept")
    look.add_argument("paths", nargs="+", type=Path)


def _files(paths: list[Path]) -> list[Path]:
    inside = {
        path: sorted(each for each in path.iterdir() if each.suffix in ENDINGS) for path in paths if path.is_dir()
    }
    found = [file for path in paths for file in inside.get(path, [path])]
    missing = [str(file) for file in found if not file.is_file()]
    if missing or not found:
        raise CommandError(f"No such file: {', '.join(missing) or ', '.join(map(str, paths))}")
    return found


def _rulebook_in(path: Path) -> RulebookFile:
    try:
        return RulebookFile(**read_file(_text_in(path)))
    except FileUnreadable as refusal:
        raise CommandError(f"{path}:{refusal.line}:{refusal.column}: {refusal.detail}") from refusal


def _text_in(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as mistake:
        raise CommandError(f"{path} cannot be read as UTF-8 text: {mistake}") from mistake


def _named(name: str) -> RulebookFacts:
    found = Rulebook.objects.filter(name=name).first()
    if found is None:
        raise CommandError(f"There is no rulebook called {name!r}.")
    return rulebook(found.pk)


def _numbered(found: RulebookFacts, which: str) -> RulebookVersion:
    if which == "active":
        version = found.in_force(clock.now())
    else:
        version = next((each for each in found.versions if str(each.number) == which.removeprefix("v")), None)
    if version is None:
        raise CommandError(f"There is no version {which} of {found.name!r}.")
    return version


def _document(found: RulebookFacts, which: str) -> Any:
    """Return the document of a version, or of a file, which is checked against the kind first."""
    path = Path(which)
    if not path.is_file():
        return document_of(_numbered(found, which))
    examined = examine_text(_text_in(path))
    if examined.members is None or not examined.can_be_saved:
        raise CommandError(f"{which}: {examined.findings[0].message}")
    return examined.members["document"]


def _text(found: RulebookFacts) -> str:
    version = found.in_force(clock.now()) or found.versions[0]
    return write_file(
        kind=found.kind, name=found.name, legal_entity=found.legal_entity, document=document_of(version),
        scenarios=members_of(found.id),
    )  # fmt: skip
