"""Each action states what will happen, does it to that execution and to no other, and is taken back in the page where it is refused."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster as Client
from glider_client.cluster.errors import NotFoundError
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace
from tests.integration.console.conftest import PATIENCE, running_console
from tests.integration.console.test_launch import MARK, SMALL, template

Json = Any

RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces"
#: Another viewer, whose rights each test's namespace sets.
MEMBER = "member"
READS, WRITES = ["get", "list", "watch"], ["create", "patch", "delete"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A namespace with a template."""

    namespace: str
    cluster: Client

    def create(self, name: str, *, phase: str = "", **spec: Json) -> Json:
        """An execution in that phase."""
        document = {
            "apiVersion": "glider.dev/v1alpha1",
            "kind": "TaskExecution",
            "metadata": {"name": name},
            "spec": {"taskRef": {"name": "small-1"}, "inputs": {"count": 1}, **spec},
        }
        made = self.cluster.create(paths.executions(self.namespace), document)
        if phase:
            attempts = [{"number": 0, "podName": f"{name}-0"}]
            status = {"status": {"phase": phase, "attempts": attempts}}
            made = self.cluster.patch(f"{paths.executions(self.namespace, name)}/status", status)
        return made

    def get(self, name: str) -> Json:
        return self.cluster.get(paths.executions(self.namespace, name))

    def allow(self, *verbs: str) -> None:
        """Give the other viewer these rights on executions, and no others; until the API server knows of it, which learns it by a watch."""
        rules = [{"apiGroups": ["glider.dev"], "resources": ["taskexecutions", "tasktemplates"], "verbs": list(verbs)}]
        self.cluster.apply(f"{RBAC}/{self.namespace}/roles/{MEMBER}", _rbac("Role", rules=rules))
        reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": MEMBER}
        subjects = [{"kind": "User", "name": MEMBER}]
        self.cluster.apply(f"{RBAC}/{self.namespace}/rolebindings/{MEMBER}", _rbac("RoleBinding", roleRef=reference, subjects=subjects))
        deadline = time.monotonic() + 20
        while {verb for verb in (*READS, *WRITES) if self._may(verb)} != set(verbs):
            assert time.monotonic() < deadline, f"the API server doesn't know that {MEMBER} may {verbs}"
            time.sleep(0.05)

    def _may(self, verb: str) -> bool:
        right = {"verb": verb, "group": "glider.dev", "resource": "taskexecutions", "namespace": self.namespace}
        spec = {"user": MEMBER, "resourceAttributes": right}
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
        return bool(self.cluster.create("/apis/authorization.k8s.io/v1/subjectaccessreviews", review)["status"]["allowed"])

    def open(self, page: Page, name: str) -> None:
        page.goto(f"/executions/{self.namespace}/{name}")
        expect(button(page, "Delete")).to_be_visible()


@contextmanager
def _place(crds: Cluster, *verbs: str) -> Iterator[Place]:
    with new_namespace(crds) as namespace:
        found = Place(namespace=namespace, cluster=Client.connect(kubeconfig=crds.kubeconfig))
        found.cluster.create(paths.templates(namespace), template("small-1", SMALL, task="app.small"))
        found.allow(*verbs)
        yield found


@pytest.fixture(scope="module")
def place(crds: Cluster) -> Iterator[Place]:
    """Where the other viewer may only read."""
    with _place(crds, *READS) as found:
        yield found


@pytest.fixture
def writable(crds: Cluster) -> Iterator[Place]:
    """Where the other viewer may do everything, for now."""
    with _place(crds, *READS, *WRITES) as found:
        yield found


def _rbac(kind: str, **fields: Json) -> dict[str, Json]:
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": MEMBER}, **fields}


@pytest.fixture(scope="module")
def member(crds: Cluster, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """The browser of the other viewer."""
    with running_console(crds.kubeconfig, tmp_path_factory.mktemp(MEMBER), "--as", MEMBER) as address:
        context = browser.new_context(base_url=address.rpartition("/enter")[0])
        context.set_default_timeout(PATIENCE)
        context.request.get(address)
        yield context
        context.close()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def ask(page: Page, action: str) -> Locator:
    """The dialog of an action."""
    expect(button(page, action)).not_to_have_attribute("aria-disabled", "true")
    button(page, action).click()
    return page.get_by_role("dialog")


def confirm(page: Page, action: str, *, what: str = "it") -> None:
    page.get_by_role("dialog").get_by_role("button", name=f"{action} {what}").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_action_states_what_will_happen_and_does_nothing_unless_confirmed(page: Page, place: Place) -> None:
    place.create("asked", phase="Running")
    place.open(page, "asked")
    dialog = ask(page, "Cancel")
    expect(dialog.get_by_role("heading", name=f"Cancel {place.namespace}/asked?")).to_be_visible()
    expect(dialog).to_contain_text("The pod of attempt 0 is deleted: the task gets SIGTERM, and 30 s")
    expect(dialog).to_contain_text("The execution ends as Aborted. That can't be taken back; a rerun makes a new one.")
    expect(dialog.get_by_role("button", name="Let it go on")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button(page, "Cancel")).to_be_focused()
    assert "cancel" not in place.get("asked")["spec"]


def test_an_execution_is_suspended_resumed_and_cancelled(page: Page, place: Place) -> None:
    place.create("changed", phase="Running")
    place.open(page, "changed")
    ask(page, "Suspend")
    confirm(page, "Suspend")
    expect(page.get_by_text("changed is being suspended.")).to_be_visible()
    assert place.get("changed")["spec"]["suspend"] is True
    ask(page, "Resume")
    confirm(page, "Resume")
    expect(page.get_by_text("changed is being resumed.")).to_be_visible()
    assert place.get("changed")["spec"]["suspend"] is False
    ask(page, "Cancel")
    confirm(page, "Cancel")
    expect(page.get_by_text("changed is being cancelled.")).to_be_visible()
    assert place.get("changed")["spec"]["cancel"] is True
    expect(button(page, "Cancel")).to_have_attribute("title", "changed is being cancelled already.")


def test_what_is_pointless_has_a_reason_on_its_button(page: Page, place: Place) -> None:
    place.create("finished", phase="Succeeded")
    place.open(page, "finished")
    expect(button(page, "Cancel")).to_have_attribute("title", "finished has finished already: Succeeded.")
    expect(button(page, "Suspend")).to_have_attribute("aria-disabled", "true")
    button(page, "Cancel").click(force=True)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_execution_is_run_again(page: Page, place: Place) -> None:
    first = place.create("repeated", phase="Failed")
    place.open(page, "repeated")
    expect(ask(page, "Rerun")).to_contain_text("A new execution runs the same task, with the same inputs and settings.")
    page.get_by_role("dialog").get_by_role("button", name="Rerun it").dblclick()
    expect(page).to_have_url(re.compile(f"/executions/{place.namespace}/repeated-[a-z0-9]{{5}}$"))
    again = place.get(page.url.rpartition("/")[2])
    assert (again["spec"], again["metadata"]["labels"]) == (first["spec"], {"glider.dev/rerun-of": first["metadata"]["uid"]})
    selected = {"labelSelector": f"glider.dev/rerun-of={first['metadata']['uid']}"}
    assert len(list(place.cluster.items(paths.executions(place.namespace), query=selected))) == 1


def test_a_rerun_with_changes_leads_to_the_form(page: Page, place: Place) -> None:
    place.create("with-changes", phase="Failed")
    place.open(page, "with-changes")
    page.get_by_role("link", name="Rerun with changes").click()
    expect(page).to_have_url(re.compile(f"/templates/{place.namespace}/small-1\\?from="))
    expect(page.get_by_label("count integer")).to_have_value("1")


def test_an_execution_is_deleted(page: Page, place: Place) -> None:
    place.create("unwanted", phase="Succeeded")
    place.open(page, "unwanted")
    expect(ask(page, "Delete")).to_contain_text("What it has written to a store stays there. That can't be taken back.")
    confirm(page, "Delete")
    expect(page.get_by_text("unwanted is being deleted.")).to_be_visible()
    expect(button(page, "Delete")).to_have_count(0)
    with pytest.raises(NotFoundError):
        place.get("unwanted")


def test_one_that_somebody_else_deleted_meanwhile_is_refused_in_words(page: Page, place: Place) -> None:
    place.create("gone", phase="Running")
    place.open(page, "gone")

    def delete_first(route: Route) -> None:
        place.cluster.delete(paths.executions(place.namespace, "gone"))
        place.create("gone", phase="Running")
        route.continue_()

    page.route("**/gone/cancel", delete_first)
    ask(page, "Cancel")
    confirm(page, "Cancel")
    expect(page.get_by_text("gone was deleted, and another execution has its name now.")).to_be_visible()
    assert "cancel" not in place.get("gone")["spec"]


@pytest.mark.parametrize("action", ["cancel", "suspend", "resume", "delete", "rerun"])
def test_another_execution_of_the_same_name_is_never_touched(session: BrowserContext, place: Place, action: str) -> None:
    there = place.create(f"other-{action}", phase="Running")
    url = f"/api/executions/{place.namespace}/other-{action}/{action}"
    answer = session.request.post(url, data={"uid": "8d2c"}, headers=MARK)
    assert (answer.status, answer.json()["error"]["reason"]) == (409, "Conflict")
    assert place.get(f"other-{action}") == there


def test_who_may_not_change_anything_is_shown_why(member: BrowserContext, place: Place) -> None:
    place.create("read-only", phase="Running")
    page = member.new_page()
    place.open(page, "read-only")
    for action, verb in (("Cancel", "patch"), ("Suspend", "patch"), ("Rerun", "create"), ("Delete", "delete")):
        expect(button(page, action)).to_have_attribute("title", f"You may not {verb} taskexecutions in the namespace {place.namespace}.")
        expect(button(page, action)).to_have_attribute("aria-disabled", "true")
    page.goto("/templates")
    expect(page.get_by_role("alert")).to_contain_text("may not list tasktemplates.glider.dev in all namespaces")
    page.get_by_label("Namespace").fill(place.namespace)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="app.small").click()
    expect(button(page, "Run")).to_have_attribute("title", f"You may not create taskexecutions in the namespace {place.namespace}.")
    page.close()


@pytest.mark.parametrize("action", ["cancel", "suspend", "delete", "rerun"])
def test_who_may_not_is_refused_by_the_back_end_too(member: BrowserContext, place: Place, action: str) -> None:
    there = place.create(f"kept-{action}", phase="Running")
    url = f"/api/executions/{place.namespace}/kept-{action}/{action}"
    answer = member.request.post(url, data={"uid": there["metadata"]["uid"]}, headers=MARK)
    assert (answer.status, answer.json()["error"]["reason"]) == (403, "Forbidden")
    assert place.get(f"kept-{action}") == there


def test_what_is_refused_is_taken_back_in_the_page(member: BrowserContext, writable: Place) -> None:
    writable.create("revoked", phase="Running")
    page = member.new_page()
    writable.open(page, "revoked")
    before_the_answer: list[str] = []

    def revoke_first(route: Route) -> None:
        expect(button(page, "Resume")).to_be_visible()
        before_the_answer.append("shown as suspended")
        writable.allow(*READS)
        route.continue_()

    page.route("**/revoked/suspend", revoke_first)
    ask(page, "Suspend")
    confirm(page, "Suspend")
    expect(page.get_by_text("Nothing was changed")).to_be_visible()
    expect(page.get_by_text(re.compile("may not patch taskexecutions"))).to_be_visible()
    expect(button(page, "Suspend")).to_be_visible()
    assert before_the_answer == ["shown as suspended"]
    assert "suspend" not in writable.get("revoked")["spec"]
    page.close()


def test_several_are_acted_on_at_once_and_each_has_its_result(session: BrowserContext, place: Place) -> None:
    made = [place.create(f"many-{index}", phase="Running" if index else "Succeeded") for index in range(3)]
    subjects = [{field: one["metadata"][field] for field in ("namespace", "name", "uid")} for one in made]
    subjects.append({**subjects[1], "uid": "8d2c"})
    answer = session.request.post("/api/actions/suspend", data={"executions": subjects, "request": "r"}, headers=MARK).json()
    assert [(result["done"], result["message"]) for result in answer["results"]] == [
        (False, "many-0 can't be suspended, since it has finished: Succeeded."),
        (True, "many-1 is being suspended."),
        (True, "many-2 is being suspended."),
        (False, "many-1 was deleted, and another execution has its name now. Nothing was done to that one: check it first."),
    ]
    assert [place.get(f"many-{index}")["spec"].get("suspend", False) for index in range(3)] == [False, True, True]


def test_too_many_at_once_are_refused(session: BrowserContext) -> None:
    answer = session.request.post("/api/actions/cancel", data={"executions": [{}] * 201}, headers=MARK)
    assert (answer.status, answer.json()["error"]["field"]) == (422, "executions")


def test_selected_executions_are_acted_on_from_the_list(page: Page, place: Place) -> None:
    for index in range(3):
        place.create(f"chosen-{index}", phase="Running" if index else "Succeeded")
    page.goto(f"/executions?namespace={place.namespace}&text=chosen-")
    for index in range(3):
        page.get_by_role("checkbox", name=re.compile(f"chosen-{index}")).check()
    dialog = ask(page, "Cancel")
    expect(dialog).to_contain_text("2 executions will end as Aborted.")
    expect(dialog).to_contain_text("One execution stays as it is.")
    confirm(page, "Cancel", what="them")
    expect(page.get_by_text("Done: 2 of 2.")).to_be_visible()
    assert [place.get(f"chosen-{index}")["spec"].get("cancel", False) for index in range(3)] == [False, True, True]
