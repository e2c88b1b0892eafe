"""Every page of the console with what shows that it is complete: for the checks and the pictures that are of all of them."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from glider_core.api.template_names import template_name
from tests.integration.console.samples import TRAIN, Samples

#: Shown in place of what is on its way.
_ON_ITS_WAY = ".skeleton, .spinner"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One page in one state: its address, and a text that is there once it is complete; a button to press then leads to a heading."""

    name: str
    path: str
    text: str
    press: str = ""
    leads_to: str = ""


def pages_of(samples: Samples) -> dict[str, Shown]:
    """All of them, by name."""
    namespace = samples.namespace
    execution = f"/executions/{namespace}"
    shown = [
        Shown(name="executions", path=f"/executions?namespace={namespace}&sort=name", text="train-running"),
        Shown(name="execution", path=f"{execution}/train-succeeded-after-oom", text="What it used"),
        Shown(name="error", path=f"{execution}/train-failed", text="empty values"),
        Shown(name="waiting", path=f"{execution}/report-image-missing", text="An image can't be pulled"),
        Shown(name="data", path=f"{execution}/train-succeeded?tab=inputs-outputs", text="0.0413"),
        Shown(name="logs", path=f"{execution}/train-succeeded?tab=logs", text="Attempt"),
        Shown(name="deck", path=f"{execution}/train-succeeded?tab=deck", text="deck"),
        Shown(name="events", path=f"{execution}/train-succeeded?tab=events", text="Events"),
        Shown(name="pods", path=f"{execution}/train-succeeded?tab=pod", text="Pods"),
        Shown(name="yaml", path=f"{execution}/train-succeeded?tab=yaml", text="apiVersion"),
        Shown(name="origin", path=f"{execution}/train-succeeded?tab=origin", text="values"),
        Shown(
            name="action", path=f"{execution}/train-running", text="Timeline", press="Cancel", leads_to=f"Cancel {namespace}/train-running?"
        ),
        Shown(name="templates", path=f"/templates?namespace={namespace}", text="train_model"),
        Shown(name="launch", path=f"/templates/{namespace}/{template_name(task=TRAIN, version='v3')}", text="taskRef"),
        Shown(name="task", path=f"/tasks/{namespace}/{TRAIN}", text="Why they failed"),
        Shown(name="health", path="/health", text="Checks"),
    ]
    return {one.name: one for one in shown}


def show(page: Page, shown: Shown) -> None:
    """Open it, and wait until it is complete."""
    page.goto(shown.path)
    _wait_for(page, shown.text)
    if shown.press:
        page.get_by_role("button", name=shown.press).first.click()
        expect(page.get_by_role("heading", name=shown.leads_to)).to_be_visible()


def _wait_for(page: Page, text: str) -> None:
    page.get_by_role("main").get_by_text(text).first.wait_for()
    expect(page.locator(_ON_ITS_WAY)).to_have_count(0)
