"""What the launcher decides before it starts anything, and what it tells."""

import importlib.util
import sys
from pathlib import Path

import pytest

from ordercash.embedded import launcher, venv
from ordercash.embedded.__main__ import main
from ordercash.embedded.browser import find_browser
from ordercash.embedded.home import Home
from ordercash.embedded.launcher import wants_demo, welcome
from ordercash.embedded.refusal import Refusal
from ordercash.embedded.servers import Servers, application_env

HOME = Home(Path("/srv/o c/home"))


@pytest.mark.parametrize(
    ("env", "embedded", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"ORDERCASH_DEMO": "no"}, True, False),
        ({"ORDERCASH_DEMO": "yes"}, False, True),
    ],
)
def test_demo_data_never_goes_into_a_given_server_unasked(env: dict[str, str], embedded: bool, wanted: bool) -> None:
    assert wants_demo(env, embedded=embedded) is wanted


def test_welcome_says_where_who_and_how_to_stop() -> None:
    text = welcome(HOME, Servers(env={}), 8123, "order.desk  secret")
    assert "http://127.0.0.1:8123/" in text
    assert "  order.desk  secret" in text
    assert "Ctrl-C" in text


def test_welcome_without_demo_users_says_how_to_make_one() -> None:
    assert "createsuperuser" in welcome(HOME, Servers(env={}), 8123, "")


def test_environment_points_at_this_python_and_leaves_empty_addresses_out(tmp_path: Path) -> None:
    given = {"PATH": "/bin", "DATABASE_URL": "", "BROKER_URL": "amqp://x", "ORDERCASH_SECRET_KEY": "k"}
    env = application_env(given, Home(tmp_path), Path("/srv/oc"))
    assert env["PATH"] == f"{Path(sys.executable).parent}:/bin"
    assert env["BROKER_URL"] == "amqp://x"
    assert env["ORDERCASH_SECRET_KEY"] == "k"
    assert "DATABASE_URL" not in env


def test_missing_browser_is_named_with_three_ways_out() -> None:
    with pytest.raises(Refusal, match=r"apt-get install chromium .*ORDERCASH_BROWSER=/path.*ORDERCASH_BROWSER=none"):
        find_browser({"PATH": "/nowhere"})
    assert find_browser({"ORDERCASH_BROWSER": "none"}) == "none"


def test_named_browser_must_exist() -> None:
    with pytest.raises(Refusal, match="'/no/browser' was not found"):
        find_browser({"ORDERCASH_BROWSER": "/no/browser", "PATH": "/bin"})


def test_given_database_that_does_not_answer_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORDERCASH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
    with pytest.raises(Refusal, match="DATABASE_URL names cannot be used"):
        main(["manage", "check"])


def test_unknown_process_of_the_procfile_is_refused() -> None:
    with pytest.raises(Refusal, match="names no process 'cron'"):
        main(["process", "cron"])


def test_environment_without_ensurepip_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "apt-get install python3" in (venv.make(tmp_path / "venv", "place") or "")


def test_environment_is_made_anew_when_its_folder_moved(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("")
    here, there = (venv.fingerprint(tmp_path / name, requirements) for name in ("here", "there"))
    assert here.split()[0] != there.split()[0]
    assert here.split()[1] == there.split()[1]
    requirements.write_text("django\n")
    assert venv.fingerprint(tmp_path / "here", requirements).split()[1] != here.split()[1]


def test_options_of_a_command_reach_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(launcher, "run_tests", lambda env, words: told.append(words) or 0)
    monkeypatch.setattr(launcher, "execute", lambda env, words: told.append(words) or 0)
    assert main(["pytest", "-n", "2", "--", "-k", "x"]) == 0
    assert main(["manage", "prove", "--json"]) == 0
    assert main(["exec", "--", "sh", "-c", "true"]) == 0
    assert told == [
        ["-n", "2", "--", "-k", "x"],
        [sys.executable, "manage.py", "prove", "--json"],
        ["sh", "-c", "true"],
    ]
