"""The page of a task: its statistics are those of the samples, also by version and as a table."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from glider_core.api.phases import Phase
from tests.integration.console.samples import CLEAN, TRAIN, Samples, of_task


def test_the_figures_are_those_of_its_executions(page: Page, samples: Samples) -> None:
    page.goto(f"/tasks/{samples.namespace}/{TRAIN}")
    expect(page).to_have_title(f"{TRAIN} · Glider")
    runs = of_task(samples, TRAIN)
    failed = [name for name in runs if samples.executions[name]["status"]["phase"] in (Phase.FAILED, Phase.TIMED_OUT)]
    executions = page.locator("dt", has_text="Executions").locator("xpath=following-sibling::dd")
    expect(executions).to_contain_text(str(len(runs)))
    expect(page.locator("dt", has_text="Success").locator("xpath=following-sibling::dd")).to_contain_text(f"{len(failed)} failed")
    expect(page.get_by_role("img", name="Durations of")).to_be_visible()


def test_the_most_frequent_reason_comes_first_and_leads_to_an_execution(page: Page, samples: Samples) -> None:
    page.goto(f"/tasks/{samples.namespace}/{TRAIN}")
    reasons = page.get_by_role("region", name="Reasons of failures")
    expect(reasons.get_by_role("row").nth(1)).to_contain_text("UserError")
    expect(reasons).to_contain_text("ValueError: column 'temperature' has 318 empty values of 8760")
    reasons.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("train-")


def test_a_version_is_in_the_address(page: Page, samples: Samples) -> None:
    page.goto(f"/tasks/{samples.namespace}/{TRAIN}")
    page.get_by_role("button", name="v2").click()
    page.wait_for_url("**/*version=v2")
    page.reload()
    expect(page.get_by_label("Version", exact=True)).to_have_value("v2")
    page.get_by_text("executions as a table").click()
    table = page.get_by_role("region", name="The executions, the latest first")
    expect(table.get_by_role("row", name="v1")).to_have_count(0)
    expect(table.get_by_role("row", name="v2").first).to_be_visible()


def test_a_task_that_nobody_ran_has_no_statistics(page: Page, samples: Samples) -> None:
    page.goto(f"/tasks/{samples.namespace}/{CLEAN}.that-is-not-there")
    expect(page.get_by_text("No executions of this task")).to_be_visible()
