"""A task is run from a form that its interface makes: what is shown is what is created, and what is wrong is named beside its field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from playwright.sync_api import BrowserContext, Locator, Page, expect

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster as Client
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.unit.glider_console.launch.samples import INTERFACE, VALUES

Json = Any

SMALL = {
    "inputs": {
        "count": {"type": "integer", "description": "How many rows."},
        "rate": {"type": "float", "default": 0.5},
        "layers": {"type": "list[integer]", "default": [8]},
        "title": {"type": "string", "required": False},
    }
}
MARK = {"X-Glider-Console": "1"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A namespace with templates."""

    namespace: str
    cluster: Client

    def template(self, name: str) -> str:
        return f"/templates/{self.namespace}/{name}"

    def created(self, page: Page) -> Json:
        """The execution whose page is shown."""
        expect(page).to_have_url(re.compile(f"/executions/{self.namespace}/[^/?]+$"))
        return self.cluster.get(paths.executions(self.namespace, page.url.rpartition("/")[2]))


def template(name: str, interface: Json, *, task: str, version: str = "v1", docs: str = "") -> dict[str, Any]:
    container = {
        "image": "registry.example/app:1",
        "args": ["pyflyte-execute", "--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}"],
    }
    identity = {"project": "p", "domain": "development", "name": task, "version": version}
    metadata = {"name": name, "annotations": {"glider.dev/description": docs}}
    spec = {"id": identity, "interface": interface, "container": container, "retries": {"user": 2}}
    return {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskTemplate", "metadata": metadata, "spec": spec}


@pytest.fixture(scope="module")
def place(crds: Cluster) -> Iterator[Place]:
    with new_namespace(crds) as namespace:
        cluster = Client.connect(kubeconfig=crds.kubeconfig)
        every = template("every-1", INTERFACE, task="app.every", docs="Takes a value of every type.")
        small = [template(f"small-{version}", SMALL, task="app.small", version=f"v{version}") for version in (1, 2)]
        for one in (every, *small):
            cluster.create(paths.templates(namespace), one)
        yield Place(namespace=namespace, cluster=cluster)


def control(page: Page, path: str) -> Locator:
    """What shows the field of that path."""
    return page.locator(f'[data-path="spec.inputs.{path}"]')


def text(page: Page, path: str, value: str) -> None:
    control(page, path).locator("input.input, textarea.input").first.fill(value)


def choose(page: Page, path: str, value: str) -> None:
    control(page, path).locator("select").first.select_option(value)


def press(page: Page, path: str, button: str) -> None:
    control(page, path).get_by_role("button", name=button, exact=True).last.click()


def shown(page: Page) -> Json:
    """What the page shows that will be applied, once that is of what was entered last."""
    preview = page.get_by_role("region", name="What will be applied")
    expect(preview).to_have_attribute("aria-busy", "false")
    return yaml.safe_load(preview.locator("pre").inner_text())


def run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()


def test_a_form_of_every_type_creates_what_it_shows(page: Page, place: Place) -> None:
    page.goto(place.template("every-1"))
    expect(page.get_by_role("heading", name="app.every")).to_be_visible()
    simple = {"count": "1_000", "rate": "0.5", "limit": "inf", "title": "10", "since": "2026-01-31T12:00+02:00", "every": "1h30m"}
    uris = {name: VALUES[name] for name in ("data", "folder", "model", "table", "ages")}
    for path, value in {**simple, **uris, "maybe": "3", "anything": '{"a": [1, null]}'}.items():
        text(page, path, value)
    for path, value in {"on": "true", "colour": "green", "mode": "fast"}.items():
        choose(page, path, value)
    press(page, "nothing", "nothing: enter a value")
    press(page, "pair", "pair: enter a value")
    choose(page, "pair", "1")
    text(page, "pair", "7")
    _fill_collections(page)
    _fill_fields(page)
    made = shown(page)
    assert made["spec"] == {"taskRef": {"name": "every-1"}, "inputs": VALUES}
    run(page)
    created = place.created(page)
    assert created["spec"]["inputs"] == VALUES
    assert created["metadata"]["name"] == made["metadata"]["name"]


def _fill_collections(page: Page) -> None:
    press(page, "layers", "layers: add an item")
    press(page, "layers", "Add an item")
    for index in range(2):
        text(page, f"layers[{index}]", str(index + 1))
    press(page, "nested", "nested: add an item")
    press(page, "nested", "Add an item")
    press(page, "nested[0]", "Add an item")
    text(page, "nested[0][0]", "a")
    press(page, "weights", "weights: add a key")
    press(page, "weights", "Add a key")
    for index, (key, value) in enumerate((("a", "1"), ("b", "2.5"))):
        control(page, "weights").get_by_label("Key", exact=True).nth(index).fill(key)
        text(page, f"weights.{key}", value)


def _fill_fields(page: Page) -> None:
    text(page, "config.name", "n")
    press(page, "config.inner", "inner: enter a value")
    text(page, "config.inner.depth", "3")
    press(page, "config.layers", "layers: add an item")
    text(page, "config.layers[0]", "1")


def test_what_is_wrong_is_named_beside_its_field(page: Page, place: Place) -> None:
    page.goto(place.template("small-1"))
    text(page, "rate", "fast")
    expect(page.get_by_text('expected float, found "fast"')).to_be_visible()
    expect(page.get_by_text("expected integer, found nothing")).to_have_count(0)
    run(page)
    expect(page.get_by_text("expected integer, found nothing")).to_be_visible()
    expect(page.get_by_text("2 fields are wrong.")).to_be_visible()
    expect(page.get_by_label("count integer")).to_be_focused()
    expect(page.get_by_label("count integer")).to_have_attribute("aria-invalid", "true")
    text(page, "count", "3")
    text(page, "rate", "")
    expect(page.get_by_text("Nothing is wrong with it.")).to_be_visible()
    assert shown(page)["spec"]["inputs"] == {"count": 3}


def test_defaults_are_shown_and_only_changes_are_sent(page: Page, place: Place) -> None:
    page.goto(place.template("small-1"))
    expect(page.get_by_label("rate float")).to_have_attribute("placeholder", "0.5")
    expect(page.get_by_text("How many rows.")).to_be_visible()
    text(page, "count", "3")
    press(page, "layers", "layers: change it")
    expect(control(page, "layers[0]").locator("input")).to_have_value("8")
    press(page, "layers", "Add an item")
    text(page, "layers[1]", "16")
    assert shown(page)["spec"]["inputs"] == {"count": 3, "layers": [8, 16]}
    press(page, "layers", "layers: Use the default")
    assert shown(page)["spec"]["inputs"] == {"count": 3}


def test_an_address_holds_the_form(page: Page, place: Place) -> None:
    page.goto(place.template("small-1"))
    text(page, "count", "many")
    page.get_by_text("Name, labels, resources and the like").click()
    page.get_by_label("Memory").fill("2Gi")
    expect(page).to_have_url(re.compile("settings="))
    page.goto(page.url)
    expect(page.get_by_label("count integer")).to_have_value("many")
    expect(page.get_by_label("Memory")).to_have_value("2Gi")
    page.goto(f"{place.template('small-1')}?{urlencode({'inputs': json.dumps({'count': 7, 'layers': [1]})})}")
    assert shown(page)["spec"]["inputs"] == {"count": 7, "layers": [1]}


def test_an_execution_is_run_again_with_changes(page: Page, place: Place) -> None:
    spec = {"taskRef": {"name": "small-1"}, "inputs": {"count": 5, "title": "first"}, "retries": {"user": 1}, "priority": 7}
    first = _create(place, "first-run", spec, labels={"team": "a"})
    page.goto(f"{place.template('small-1')}?from={place.namespace}/first-run")
    expect(page.get_by_label("count integer")).to_have_value("5")
    text(page, "count", "6")
    expect(page.get_by_label("Priority", exact=True)).to_have_value("7")
    shown(page)
    run(page)
    created = place.created(page)
    assert created["spec"] == {**spec, "inputs": {"count": 6, "title": "first"}}
    assert created["metadata"]["labels"] == {"team": "a", "glider.dev/rerun-of": first["metadata"]["uid"]}


def test_a_task_that_is_written_out_is_run_again_with_changes(page: Page, place: Place) -> None:
    task = template("x", SMALL, task="app.in-line")["spec"]
    _create(place, "written-out", {"task": task, "inputs": {"count": 1}})
    page.goto(f"/executions/{place.namespace}/written-out/rerun")
    text(page, "count", "2")
    shown(page)
    run(page)
    created = place.created(page)
    assert created["spec"] == {"task": task, "inputs": {"count": 2}}


def test_yaml_that_is_edited_counts(page: Page, place: Place) -> None:
    page.goto(place.template("small-1"))
    text(page, "count", "3")
    made = shown(page)
    page.get_by_role("button", name="Edit as YAML").click()
    editor = page.get_by_label("TaskExecution as YAML")
    editor.fill(yaml.safe_dump({**made, "spec": {**made["spec"], "inputs": {"count": "x"}}}))
    expect(page.get_by_text('spec.inputs.count: expected integer (64 bits), found "x"')).to_be_visible()
    editor.fill(yaml.safe_dump({**made, "spec": {**made["spec"], "suspend": True}}))
    expect(page.get_by_text("Nothing is wrong with it.")).to_be_visible()
    run(page)
    assert place.created(page)["spec"] == {**made["spec"], "suspend": True}


def test_a_double_click_makes_one_execution(page: Page, place: Place) -> None:
    page.goto(f"{place.template('small-1')}?{urlencode({'inputs': json.dumps({'count': 1, 'title': 'double'})})}")
    shown(page)
    page.get_by_role("button", name="Run", exact=True).dblclick()
    created = place.created(page)
    found = place.cluster.items(paths.executions(place.namespace))
    assert [one["metadata"]["name"] for one in found if one["spec"].get("inputs", {}).get("title") == "double"] == [
        created["metadata"]["name"]
    ]


def test_a_form_that_is_sent_twice_makes_one_execution(session: BrowserContext, place: Place) -> None:
    sent = {
        "source": {"kind": "templates", "namespace": place.namespace, "name": "small-1"},
        "name": "sent-twice",
        "form": {"inputs": {"count": "1"}},
    }
    answers = [session.request.post("/api/executions", data=sent, headers=MARK) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    other = session.request.post("/api/executions", data={**sent, "form": {"inputs": {"count": "2"}}}, headers=MARK)
    assert (other.status, other.json()["error"]["reason"]) == (409, "AlreadyExists")


def test_now_is_what_was_shown_when_it_is_created(session: BrowserContext, place: Place) -> None:
    sent = {
        "source": {"kind": "templates", "namespace": place.namespace, "name": "every-1"},
        "name": "shown-before",
        "now": "2026-03-04T05:06:07+00:00",
        "form": {"inputs": {**VALUES, "since": "now - 1h"}},
    }
    assert session.request.post("/api/executions", data=sent, headers=MARK).status == 201
    created = place.cluster.get(paths.executions(place.namespace, "shown-before"))
    assert created["spec"]["inputs"] == {**VALUES, "since": "2026-03-04T04:06:07Z"}


def test_a_name_that_is_taken_is_refused_in_words(page: Page, place: Place) -> None:
    _create(place, "taken", {"taskRef": {"name": "small-1"}, "inputs": {"count": 1}})
    page.goto(place.template("small-1"))
    text(page, "count", "1")
    page.get_by_text("Name, labels, resources and the like").click()
    page.get_by_label("Name", exact=True).fill("taken")
    shown(page)
    run(page)
    expect(page.get_by_text("there is already a TaskExecution 'taken'")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def test_what_the_api_server_refuses_is_shown(session: BrowserContext, place: Place) -> None:
    sent = {
        "source": {"kind": "templates", "namespace": place.namespace, "name": "small-1"},
        "name": "refused",
        "form": {"inputs": {"count": "1"}, "settings": {"image": "x" * 2000}},
    }
    answer = session.request.post("/api/executions", data=sent, headers=MARK)
    assert answer.status == 422
    assert "spec.image: Too long: may not be more than 1024 bytes" in answer.json()["error"]["message"]


def test_a_template_that_is_gone_is_refused_in_words(page: Page, place: Place) -> None:
    page.goto(place.template("no-such-template"))
    expect(page.get_by_text("there is no TaskTemplate 'no-such-template'")).to_be_visible()


def test_templates_are_listed_by_task_and_found(page: Page, place: Place) -> None:
    page.goto(f"/templates?namespace={place.namespace}")
    table = page.get_by_role("region", name="Templates")
    expect(table.get_by_role("rowheader")).to_have_count(2)
    expect(table.get_by_role("row", name="app.small").get_by_role("link")).to_have_text(["app.small", "v2", "v1"])
    expect(table.get_by_text("Takes a value of every type.")).to_be_visible()
    page.get_by_role("searchbox").fill("every type")
    expect(table.get_by_role("rowheader")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"text=every\+type"))
    table.get_by_role("link", name="app.every").click()
    page.get_by_role("tab", name="Details").click()
    expect(page.get_by_role("row", name="every duration")).to_be_visible()
    expect(page.get_by_text("registry.example/app:1")).to_be_visible()
    expect(page.get_by_role("link", name="Its executions")).to_have_attribute("href", re.compile("task=app.every"))


def _create(place: Place, name: str, spec: Json, *, labels: Json = None) -> Json:
    metadata = {"name": name, "labels": labels or {}}
    document = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "metadata": metadata, "spec": spec}
    return place.cluster.create(paths.executions(place.namespace), document)
