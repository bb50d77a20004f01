"""Fixtures for tests that drive headless Chromium: one browser for all of them, a fresh context for each.

The browser is looked for as ORDERCASH_BROWSER, then `chromium`, `chromium-browser`, `google-chrome`. Pictures go to the folder
ORDERCASH_PICTURES, or to the test's own temporary folder.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from apps.masterdata.models import User
from tests.factories.orders import load_company
from tests.journeys.site import Site

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZES = {"laptop": (1366, 768), "desk": (1920, 1080)}


def find_browser() -> str:
    """Return the path of a Chromium; fails the test with what to do when there is none."""
    wanted = os.environ.get("ORDERCASH_BROWSER", "")
    found = next((path for name in (wanted, *NAMES) if name and (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(
            "No browser was found. Install one (Debian: apt-get install chromium) or name it in ORDERCASH_BROWSER; "
            "to leave the browser tests out, run pytest with -m 'not browser'.",
            pytrace=False,
        )
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder: `-m "not browser"` leaves it out."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    path = find_browser()
    # Playwright keeps an event loop in this thread; Django's tests are synchronous all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield running
        running.close()


@dataclass
class Visit:
    """A browser window, signed in or not, that remembers what went wrong in it."""

    page: Page
    address: str
    pictures: Path
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a path of the site and wait until nothing is loading."""
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def picture(self, name: str) -> Path:
        """Take a picture of the whole page."""
        path = self.pictures / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    def watch(self) -> None:
        """Remember console errors (among them what the Content-Security-Policy refused) and exceptions."""
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))


@pytest.fixture
def visit(browser: Browser, live_server: Any, tmp_path: Path) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a window: visit(user, size="desk", theme="dark").

    The test fails at its end when a window had an error in its console; a test that provokes one clears `complaints`.
    """
    opened: list[Visit] = []
    pictures = Path(os.environ.get("ORDERCASH_PICTURES") or tmp_path)
    pictures.mkdir(parents=True, exist_ok=True)

    def open_window(user: Any = None, *, size: str = "laptop", theme: str = "light") -> Visit:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, locale="en-GB")  # type: ignore[arg-type]
        if user is not None:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_server.url}]
            )
        window = Visit(context.new_page(), live_server.url, pictures)
        window.page.set_default_timeout(10_000)
        window.watch()
        opened.append(window)
        return window

    yield open_window
    complaints = [complaint for window in opened for complaint in window.complaints]
    for window in opened:
        window.page.context.close()
    assert not complaints, complaints


@pytest.fixture
def site(transactional_db: None) -> Site:
    """The demo company with people of every role, who also hold API keys."""
    load_company()
    return Site()


@pytest.fixture
def sign_in(visit: Callable[..., Visit], site: Site) -> Callable[..., Visit]:
    """Return a function that opens a window for roles: sign_in("warehouse", size="desk")."""

    def open_window(*roles: str, **look: str) -> Visit:
        return visit(User.objects.get(username=site.with_roles(*roles).name), **look)

    return open_window


def session_of(user: Any) -> str:
    """Sign the user in without the page and return the session's key."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value
