"""Every page, light and dark, wide and narrow: what axe checks, no sideways scrolling at 360 pixels, no request to elsewhere.

And the main path, by the keyboard alone.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.conftest import ROOT
from tests.integration.console.pages import Shown, pages_of, show
from tests.integration.console.samples import Samples

AXE = (ROOT / "console" / "ui" / "node_modules" / "axe-core" / "axe.min.js").read_text()
#: All rules but for frames, whose content is a task's own. Contrast is all that a theme changes.
ALL = {"rules": {"frame-tested": {"enabled": False}}}
CONTRAST = {"runOnly": ["color-contrast"]}
RUN = """async (options) => {
  const found = await axe.run(document, { resultTypes: ["violations"], iframes: false, ...options });
  return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
}"""
WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=740)
NAMES = list(pages_of(Samples(namespace="", now=None, executions={}, templates={})))  # type: ignore[arg-type]  # only their names count


@pytest.fixture(scope="module")
def shown(samples: Samples) -> dict[str, Shown]:
    return pages_of(samples)


def violations(page: Page, options: Any) -> Any:
    return page.evaluate(RUN, options)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_can_be_used_by_everybody(page: Page, shown: dict[str, Shown], name: str) -> None:
    requested: set[str] = set()
    page.on("request", lambda request: requested.add(urlsplit(request.url).netloc))
    page.emulate_media(reduced_motion="reduce", color_scheme="light")
    page.set_viewport_size(WIDE)
    show(page, shown[name])
    page.evaluate(AXE)
    found = [*violations(page, ALL)]
    page.emulate_media(color_scheme="dark")
    found += violations(page, CONTRAST)
    page.set_viewport_size(NARROW)
    found += violations(page, ALL)
    page.emulate_media(color_scheme="light")
    found += violations(page, CONTRAST)
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert requested == {urlsplit(page.url).netloc}


def test_titles_name_the_pages(page: Page, samples: Samples, shown: dict[str, Shown]) -> None:
    titles = {}
    for name in ("executions", "error", "health"):
        show(page, shown[name])
        titles[name] = page.title()
    assert titles == {"executions": "Executions · Glider", "error": "train-failed Failed · Glider", "health": "Health · Glider"}


def test_a_chosen_theme_stays_and_is_in_no_address(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/health")
    menu = page.get_by_role("banner").locator("summary")
    menu.click()
    page.get_by_label("Theme").select_option("dark")
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert urlsplit(page.url).query == ""
    menu.click()
    page.get_by_label("Theme").select_option("system")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light dark"


def test_the_main_path_needs_no_mouse(page: Page, samples: Samples) -> None:
    page.goto(f"/executions?namespace={samples.namespace}&text=train-running")
    expect(page.get_by_role("link", name="train-running")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("row", name="train-running"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("train-running")
    expect(page.get_by_role("main")).to_be_focused()
    tab_to(page, page.get_by_role("tab", name="Overview"))
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="Where values are from")).to_be_focused()
    expect(page.get_by_role("tab", name="Where values are from")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    expect(page.get_by_role("tab", name="Overview")).to_be_focused()
    cancel = page.get_by_role("button", name="Cancel", exact=True)
    expect(cancel).not_to_have_attribute("aria-disabled", "true")
    tab_to(page, cancel, backwards=True)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Cancel {samples.namespace}/train-running?")
    expect(dialog.get_by_role("button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(cancel).to_be_focused()
    for _ in ("the first tab", "the last one", "the list"):
        page.go_back()
    page.wait_for_url("**/executions?*")
    expect(page.get_by_role("link", name="train-running")).to_be_visible()


def tab_to(page: Page, wanted: Locator, *, backwards: bool = False, most: int = 40) -> None:
    """Press Tab until `wanted` has the focus."""
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} can't be reached by the keyboard")
