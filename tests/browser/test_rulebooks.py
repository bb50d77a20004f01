"""The editor of rulebooks and a version's page in a real browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from apps.rulebooks.services.versions import save_draft
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from tests.browser.conftest import Visit
from tests.browser.contrast import too_faint
from tests.factories.rulebooks import put_in_force
from tests.factories.web import make_user
from tests.rulebooks import a_kind

pytestmark = pytest.mark.django_db(transaction=True)
WRITER = ("rulebooks.view_rulebooks", "rulebooks.draft_version", "rulebooks.comment_version")
DOCUMENT = {"rules": [{"name": "one", "when": "size > 3"}, {"name": "two", "when": "size > 9"}]}


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    a_kind.register()
    yield


def test_a_finding_leads_to_its_place_while_one_writes(visit: Callable[..., Visit]) -> None:
    version = put_in_force(a_kind.TEXT_KIND, DOCUMENT)
    page = visit(make_user(*WRITER)).go(f"/rulebooks/{version.rulebook_id}/edit/")
    findings, text = page.locator("#oc-findings"), page.locator("#oc-editor-text")
    expect(findings).to_contain_text("never reached: 'one' comes first")
    text.fill(text.input_value().replace("size > 9", "size > 9 && sise < 3"))
    expect(findings).to_contain_text("unknown name 'sise'; did you mean 'size'?")
    findings.locator("[data-oc-goto]").click()
    chosen = text.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert chosen == "sise"
    expect(page.locator("[data-oc-caret]")).to_have_text("Line 8, column 23")
    text.fill(text.input_value().replace("size > 9 && sise < 3", "size <= 3"))
    expect(findings).to_contain_text("It can be saved")
    expect(findings).to_contain_text("size > 9 → size <= 3")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.locator("h1")).to_contain_text("v2")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["laptop", "desk"])
def test_the_pages_are_readable(visit: Callable[..., Visit], size: str, theme: str) -> None:
    put_in_force(a_kind.TEXT_KIND, DOCUMENT)
    user = make_user(*WRITER)
    changed = {
        "rules": [{"name": "two", "when": "size > 9 && size < 3"}, {"name": "three", "when": "size > 1 || size < 0"}]
    }
    version = save_draft(
        kind=a_kind.TEXT_KIND, name=a_kind.TEXT_KIND, document=changed, actor=Actor(id=user.pk, name=user.username),
        now=clock.now(),
    )  # fmt: skip
    window = visit(user, size=size, theme=theme)
    for name, address in (
        ("rulebook", f"/rulebooks/{version.rulebook_id}/"),
        ("rulebook-version", f"/rulebooks/versions/{version.pk}/"),
        ("rulebook-editor", f"/rulebooks/versions/{version.pk}/edit/"),
        ("rulebook-new", "/rulebooks/new/"),
    ):
        page = window.go(address)
        window.picture(f"{name}-{size}-{theme}")
        assert too_faint(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
