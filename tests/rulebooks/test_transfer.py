"""Rulebooks as files, and the replay of what they decided."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction

from apps.rulebooks.contract import DecisionDraft, canonical_json, record_decisions, rulebook_in_force
from apps.rulebooks.models import Rulebook, RulebookVersion
from apps.rulebooks.selectors.replay import replay_decisions
from apps.rulebooks.selectors.versions import phase_of, rulebooks
from apps.rulebooks.services import versions
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.ids import new_id
from tests.factories.audit import count_statements
from tests.rulebooks import a_kind
from tests.rulebooks.a_kind import KIND

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def write(folder: Path, factor: int) -> str:
    path = folder / "factor.yaml"
    path.write_text(
        f"kind: {KIND}\nname: Factors\ndocument:\n  words: {{b: 'no', a: '2026-01-01'}}\n  factor: {factor}\n"
    )
    return str(path)


def install(folder: Path, factor: int = 2) -> None:
    call_command("rulebooks", "import", write(folder, factor), "--activate")


def phases() -> dict[int, str]:
    (found,) = rulebooks(KIND)
    return {version.number: phase_of(version, clock.now()) for version in found.versions}


def decide(number: int) -> None:
    in_force = rulebook_in_force(KIND, at=NOW)
    facts = canonical_json({"number": number})
    decided = a_kind.decide(in_force.document, facts)
    with transaction.atomic():
        record_decisions(
            [DecisionDraft(KIND, "thing", new_id(), in_force.sha256, facts, decided.outcome, decided.trace, NOW)]
        )


def test_an_import_is_a_draft_until_it_is_activated(tmp_path: Path) -> None:
    call_command("rulebooks", "import", write(tmp_path, 2))
    assert RulebookVersion.objects.get().state == "draft"
    install(tmp_path)
    version = RulebookVersion.objects.get()
    assert (phase_of(version, NOW), version.activations.get().from_at) == ("active", datetime(1970, 1, 1, tzinfo=UTC))
    assert version.author_id != version.approver_id


def test_importing_twice_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(tmp_path)
    install(tmp_path)
    call_command("rulebooks", "import", write(tmp_path, 2))
    assert RulebookVersion.objects.count() == 1
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["activated", "known", "known"]


def test_another_text_is_the_next_version(tmp_path: Path) -> None:
    install(tmp_path, 2)
    install(tmp_path, 3)
    assert phases() == {1: "retired", 2: "active"}
    install(tmp_path, 2)
    assert phases() == {1: "retired", 2: "retired", 3: "active"}
    assert rulebook_in_force(KIND, at=datetime(2012, 1, 1, tzinfo=UTC)).document.factor == 2


def test_the_import_of_an_export_has_the_same_hash(tmp_path: Path) -> None:
    install(tmp_path)
    before = bytes(RulebookVersion.objects.get().sha256)
    call_command("rulebooks", "export", "--out", str(tmp_path / "out"))
    (file,) = (tmp_path / "out").glob("*.yaml")
    call_command("rulebooks", "import", str(file))
    assert bytes(RulebookVersion.objects.get().sha256) == before


@pytest.mark.parametrize(
    "path", sorted((settings.BASE_DIR / "examples" / "rulebooks").glob("*.yaml")), ids=lambda path: path.stem
)
def test_the_standard_rulebooks_come_back_as_they_went(path: Path, tmp_path: Path) -> None:
    call_command("rulebooks", "import", str(path), "--activate")
    kind = Rulebook.objects.get().kind
    call_command("rulebooks", "export", "--kind", kind, "--out", str(tmp_path))
    call_command("rulebooks", "import", str(tmp_path))
    assert RulebookVersion.objects.count() == 1


def test_a_wrong_file_is_explained_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(f"kind: {KIND}\nname: Factors\ndocument: {{factor: 1}}\n")
    (tmp_path / "wrong.yaml").write_text(f"kind: {KIND}\nname: Factors\ndocument: {{factor: many}}\n")
    with pytest.raises(CommandError, match="/factor"):
        call_command("rulebooks", "import", str(tmp_path))
    assert not RulebookVersion.objects.exists()
    with pytest.raises(CommandError, match="No such file"):
        call_command("rulebooks", "import", str(tmp_path / "none.yaml"))


def test_the_list_says_what_is_in_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(tmp_path, 2)
    install(tmp_path, 3)
    capsys.readouterr()
    call_command("rulebooks", "list")
    shown = capsys.readouterr().out
    assert "v2" in shown
    assert "active" in shown.splitlines()[1]
    assert "retired" in shown.splitlines()[2]


def test_an_approved_version_is_activated_by_command(tmp_path: Path) -> None:
    call_command("rulebooks", "import", write(tmp_path, 2))
    with pytest.raises(CommandError, match="activate is not possible"):
        call_command("rulebooks", "activate", "Factors", "1")
    version = RulebookVersion.objects.get()
    versions.submit_version(version_id=version.id, actor=SYSTEM, now=clock.now())
    versions.approve_version(version_id=version.id, actor=Actor(id=new_id(), name="somebody"), now=clock.now())
    with pytest.raises(CommandError, match="needs an offset"):
        call_command("rulebooks", "activate", "Factors", "1", "--from", "2026-01-01")
    call_command("rulebooks", "activate", "Factors", "1", "--from", "2026-01-01T00:00:00+00:00")
    assert phases() == {1: "active"}


def test_an_approved_version_of_no_rulebook_is_not_found() -> None:
    with pytest.raises(CommandError, match="no rulebook called"):
        call_command("rulebooks", "activate", "Nothing", "1")
    with pytest.raises(CommandError, match="no rulebook called"):
        call_command("rulebooks", "rollback", "Nothing", "--reason", "x")


def test_a_rollback_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(tmp_path, 2)
    with pytest.raises(CommandError, match="No other version"):
        call_command("rulebooks", "rollback", "Factors", "--reason", "x")
    install(tmp_path, 3)
    call_command("rulebooks", "rollback", "Factors", "--reason", "Too much")
    assert "Factors v1 is in force again" in capsys.readouterr().out
    assert phases() == {1: "active", 2: "retired"}


def test_differences_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(tmp_path, 2)
    install(tmp_path, 3)
    capsys.readouterr()
    for before, after in (("1", "v2"), ("1", "active"), ("1", write(tmp_path, 3))):
        call_command("rulebooks", "diff", "Factors", before, after)
        assert capsys.readouterr().out == "changed factor\n  value 2 → 3\n"
    call_command("rulebooks", "diff", "Factors", "1", "1")
    assert "no differences" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no version 9"):
        call_command("rulebooks", "diff", "Factors", "9", "1")


def test_files_are_examined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rulebooks", "examine", write(tmp_path, 2))
    assert capsys.readouterr().out == ""
    (tmp_path / "wrong.yaml").write_text(f"kind: {KIND}\nname: Factors\ndocument:\n  factor: many\n")
    with pytest.raises(CommandError, match="1 file"):
        call_command("rulebooks", "examine", str(tmp_path))
    assert "wrong.yaml:4:11: error: Input should be a valid integer" in capsys.readouterr().out
    assert not RulebookVersion.objects.exists()


def test_decisions_replay_to_the_same_bytes_after_the_rules_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(tmp_path, 2)
    for number in range(5):
        decide(number)
    install(tmp_path, 3)
    call_command("replay", "--kind", KIND, "--since", "2020-01-01")
    assert "5 decisions replayed, 5 the same, 0 different" in capsys.readouterr().out
    call_command("replay", "--kind", KIND, "--since", "2020-01-01", "--limit", "2")
    assert "2 decisions replayed" in capsys.readouterr().out


def test_a_replay_names_what_differs(tmp_path: Path) -> None:
    install(tmp_path)
    decide(4)
    in_force = rulebook_in_force(KIND, at=NOW)
    with transaction.atomic():
        record_decisions(
            [DecisionDraft(KIND, "thing", new_id(), in_force.sha256, '{"number":1}', '{"result":9}', "[]", NOW)]
        )
    with pytest.raises(CommandError, match="not what they were"):
        call_command("replay", "--kind", KIND, "--since", "2020-01-01")
    assert [replayed.same for replayed in replay_decisions(KIND, since=NOW.replace(year=2020))] == [True, False]


def test_recording_is_one_statement() -> None:
    def record(count: int) -> None:
        with transaction.atomic():
            record_decisions([DecisionDraft(KIND, "thing", new_id(), b"0" * 32, "{}", "1", "[]", NOW)] * count)

    assert count_statements(lambda: record(1)) == count_statements(lambda: record(300))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"kind: test.factor\nname: a\ndocument:\n\tfactor: 2\n", r"bad\.yaml:4:1: The file is not YAML"),
        (b"kind: test.factor\nname: a\nname: b\ndocument: {}\n", r"bad\.yaml:3:1: .*second time"),
        (b"kind: &a [x]\nname: *a\ndocument: {}\n", r"bad\.yaml:2:7: .*anchors and aliases"),
        (b"kind: test.factor\nname: [a]\ndocument: {factor: 2}\n", r"bad\.yaml:2:7: `name` is a text"),
        (b"kind: test.nothing\nname: a\ndocument: {}\n", "not one of"),
        (b"\xff\xfe\x00", "cannot be read as UTF-8"),
    ],
)
def test_a_bad_file_is_named_with_its_place(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=says):
        call_command("rulebooks", "import", str(path))
    assert not Rulebook.objects.exists()
