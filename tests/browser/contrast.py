"""WCAG 2.2 contrast (1.4.3, AA), computed in the page itself from what the browser really draws."""

from pathlib import Path

from playwright.sync_api import Page

# What is switched off is exempt (1.4.3, "Incidental").
SCRIPT = (Path(__file__).parent / "contrast.js").read_text()


def too_faint(page: Page) -> list[str]:
    """Return the texts of the page whose contrast is below AA."""
    faint: list[str] = page.evaluate(SCRIPT)
    return faint
