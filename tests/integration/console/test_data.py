"""Inputs, outputs and decks of executions in a real store, in Chromium; and what of the store nobody gets to see."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, expect

from glider.wire.jsonform import LiteralMap
from glider_client.cluster.client import Cluster as Client
from glider_client.stored.source import Source
from glider_client.stored.store import Store
from tests.cluster.fixtures import Cluster
from tests.conftest import S3, new_namespace, s3_beside
from tests.faults.proxy import FaultProxy
from tests.integration.console.conftest import PATIENCE, running_console
from tests.integration.console.entering import until_granted
from tests.integration.console.stored import Json, Keeper, interface_of, serving, values_of_every_type
from tests.integration.console.test_accessibility import ALL, AXE, NARROW, violations
from tests.stores.s3 import running_s3

TASK: dict[str, Any] = {"container": {"image": "registry.example/task:v1", "args": ["true"]}}
#: In milliseconds, for what takes a process of its own, or a store that is tried again.
LONG = 2 * PATIENCE
SECRET = "what only the other team may see"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Two namespaces of which the viewer may read one only, and a console."""

    keeper: Keeper
    s3: S3
    own: str
    other: str
    typed: Json
    secret: Json
    literals: LiteralMap
    proxy: FaultProxy
    context: BrowserContext

    def get(self, path: str, *, name: str = "typed", namespace: str = "", **query: str) -> APIResponse:
        """What the console answers."""
        return self.context.request.get(f"/api/executions/{namespace or self.own}/{name}/{path}", params=dict(query))

    def page(self, name: str = "typed", *, tab: str = "inputs-outputs") -> Page:
        """The page of an execution."""
        opened = self.context.new_page()
        opened.goto(f"/executions/{self.own}/{name}?tab={tab}")
        return opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def stored(crds: Cluster, browser: Browser, folder: Path) -> Iterator[Stored]:
    s3 = s3_beside(crds)
    config = folder / "config.yaml"
    settings = {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "Configuration",
        "storage": {"metadataPrefix": f"{s3.uri}/meta", "rawOutputDataPrefix": f"{s3.uri}/raw"},
        "storageAccess": {"read": [f"{s3.uri}/shared"]},
    }
    config.write_text(json.dumps(settings))
    admin = Client.connect(kubeconfig=crds.kubeconfig)
    keeper = Keeper(cluster=admin, s3=s3, config=config)
    with ExitStack() as stack:
        own, other = (stack.enter_context(new_namespace(crds)) for _ in range(2))
        proxy = FaultProxy(s3.endpoint)
        stack.callback(proxy.stop)
        viewer = stack.enter_context(viewer_of(crds, own, folder))
        source = Source(config_file=config, store=Store({**s3.env, "FLYTE_AWS_ENDPOINT": proxy.endpoint}))
        address = stack.enter_context(serving(viewer, source))
        values = values_of_every_type(folder)
        spec = {"task": {**TASK, "interface": {"outputs": interface_of(values)}}}
        typed = keeper.create(own, "typed", spec=spec)
        literals = keeper.returned(typed, values)
        typed = keeper.change_status(own, "typed", {"outputsUri": keeper.paths(typed).outputs(0)})
        secret = keeper.create(other, "secret", spec={"task": {**TASK, "interface": {"outputs": {"o0": "string"}}}})
        keeper.returned(secret, {"o0": (SECRET, str)})
        keeper.deck(secret, SECRET)
        context = browser.new_context(base_url=address.rpartition("/enter")[0], accept_downloads=True)
        context.set_default_timeout(PATIENCE)
        context.request.get(address)
        stack.callback(context.close)
        yield Stored(
            keeper=keeper, s3=s3, own=own, other=other, typed=typed, secret=secret, literals=literals, proxy=proxy, context=context
        )


class viewer_of:  # noqa: N801 - it reads as the function that it is used as
    """The cluster as somebody has it who may read executions of one namespace, and nothing else."""

    def __init__(self, cluster: Cluster, namespace: str, folder: Path) -> None:
        self._cluster, self._namespace, self._folder = cluster, namespace, folder

    def __enter__(self) -> Client:
        kubectl = self._cluster.kubectl
        kubectl("-n", self._namespace, "create", "serviceaccount", "viewer")
        resources = "--resource=taskexecutions.glider.dev,tasktemplates.glider.dev"
        kubectl("-n", self._namespace, "create", "role", "viewer", "--verb=get,list,watch", resources)
        kubectl("-n", self._namespace, "create", "rolebinding", "viewer", "--role=viewer", f"--serviceaccount={self._namespace}:viewer")
        user = f"system:serviceaccount:{self._namespace}:viewer"
        until_granted(self._cluster, user, "list", "taskexecutions.glider.dev", "-n", self._namespace)
        token = kubectl("-n", self._namespace, "create", "token", "viewer").strip()
        kubeconfig = self._folder / "viewer.kubeconfig"
        kubeconfig.write_text(Path(self._cluster.kubeconfig).read_text())
        config = f"--kubeconfig={kubeconfig}"
        kubectl("config", config, "set-credentials", "viewer", f"--token={token}")
        kubectl("config", config, "set-context", "--current", "--user=viewer")
        return Client.connect(kubeconfig=kubeconfig)

    def __exit__(self, *_: object) -> None:
        """Both go with the namespace."""


def uri_of(stored: Stored, name: str) -> str:
    scalar = stored.literals.literals[name].scalar
    return str(getattr(scalar, str(scalar.WhichOneof("value"))).uri)


def test_every_type_is_shown_in_its_own_way(stored: Stored) -> None:
    page = stored.page()
    outputs = page.get_by_role("list", name="Outputs")
    for text in ("0.0413", "1152921504606846976", "Week 47", "true", "2026-11-29T12:00:00Z", "5400s (1h30m)"):
        expect(outputs.get_by_text(text, exact=True)).to_be_visible()
    picture = outputs.get_by_role("img", name="plot.png")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 40, timeout=LONG)
    table = page.get_by_role("region", name=f"First rows of {uri_of(stored, 'frame')}")
    expect(table.get_by_role("columnheader", name="demand")).to_contain_text("double", timeout=LONG)
    expect(table.get_by_role("row")).to_have_count(101)
    expect(outputs.get_by_text("The first 100 of 1,000 rows, 3 columns")).to_be_visible()
    expect(outputs.get_by_role("link", name="Download model.bin")).to_be_visible()
    expect(outputs.get_by_text("2 MiB", exact=True)).to_be_visible()
    outputs.get_by_role("button", name="part-1.txt").click()
    expect(outputs.get_by_text("part 1")).to_be_attached()
    outputs.get_by_role("button", name="Show as a table").click()
    expect(page.get_by_role("region", name=f"First rows of {uri_of(stored, 'measured')}").get_by_role("row")).to_have_count(25)
    expect(page.get_by_text("The task takes no inputs.")).to_be_visible()
    page.evaluate(AXE)
    assert violations(page, ALL) == []
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.close()


def test_a_tree_is_folded_and_unfolded_by_the_keyboard(stored: Stored) -> None:
    page = stored.page()
    summary = page.locator("summary", has_text="summary").first
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    history = page.locator("details", has=page.locator("summary", has_text="history")).first
    history.locator("summary").first.focus()
    page.keyboard.press("Enter")
    history.get_by_role("button", name="Show more of the other 250").click()
    history.get_by_role("button", name="Show more of the other 50").click()
    expect(history.get_by_role("listitem")).to_have_count(450)
    page.get_by_role("button", name="Show more of the other 5,000 characters").click()
    expect(page.get_by_text("x" * 9_000)).to_be_visible()
    page.close()


def test_a_file_is_downloaded_as_it_is(stored: Stored) -> None:
    page = stored.page()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download model.bin").click()
    assert Path(download.value.path()).read_bytes() == bytes(range(256)) * 8_192
    assert download.value.suggested_filename == "model.bin"
    page.close()


def test_content_is_served_so_that_it_can_do_nothing(stored: Stored) -> None:
    answers = {name: stored.get("files/content", uri=uri_of(stored, name)) for name in ("plot", "drawing", "notes")}
    kinds = {name: answer.headers["content-type"] for name, answer in answers.items()}
    assert kinds == {"plot": "image/png", "drawing": "application/octet-stream", "notes": "application/octet-stream"}
    for answer in answers.values():
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert answers["drawing"].headers["content-disposition"].startswith("attachment;")


def test_a_part_of_a_file_is_served(stored: Stored) -> None:
    path = f"/api/executions/{stored.own}/typed/files/content?uri={quote(uri_of(stored, 'model'))}"
    answer = stored.context.request.get(path, headers={"Range": "bytes=255-258"})
    assert (answer.status, answer.body(), answer.headers["content-range"]) == (206, b"\xff\x00\x01\x02", "bytes 255-258/2097152")


@pytest.mark.parametrize("path", ["files/content", "files/about", "files/folder", "files/table"])
@pytest.mark.parametrize(
    "where",
    [
        pytest.param("{secret}", id="another namespace's outputs"),
        pytest.param("{uri}/meta/{own}/../{other}/x", id="a way round to them"),
        pytest.param("{uri}/meta/{own}/%2e%2e/{other}/x", id="an encoded way"),
        pytest.param("{uri}", id="the prefix of all"),
        pytest.param("{uri}/meta", id="that of all metadata"),
        pytest.param("{uri}/shared/x", id="what the operator may read, and the execution doesn't name"),
        pytest.param("s3://another-bucket/x", id="another bucket"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("http://127.0.0.1:1/x", id="a web server"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_not_the_executions_is_not_read(stored: Stored, path: str, where: str) -> None:
    secret = stored.keeper.paths(stored.secret).outputs(0)
    answer = stored.get(path, uri=where.format(secret=secret, uri=stored.s3.uri, own=stored.own, other=stored.other))
    assert (answer.status, answer.json()["error"]["reason"]) == (403, "NotRead")
    assert SECRET not in answer.text()


def test_another_namespaces_execution_is_nobodys_business(stored: Stored) -> None:
    for path in ("inputs", "outputs", "files/about", "decks/0"):
        assert stored.get(path, name="secret", namespace=stored.other).status == 403
    deck = stored.context.request.get(f"/decks/{stored.other}/secret/0")
    assert (deck.status, SECRET in deck.text()) == (403, False)


def test_whoever_may_write_a_status_or_a_value_points_at_nothing(stored: Stored) -> None:
    secret = stored.keeper.paths(stored.secret).outputs(0)
    spec = {"task": {**TASK, "interface": {"inputs": {"x": "file"}}}, "inputs": {"x": secret}}
    stored.keeper.create(stored.own, "forged", spec=spec, status={"outputsUri": secret})
    assert stored.get("outputs", name="forged").json()["error"]["reason"] == "NotRead"
    assert stored.get("files/content", name="forged", uri=secret).status == 403
    assert stored.context.request.get(f"/decks/{stored.own}/forged/0").status == 403
    page = stored.page("forged")
    inputs = page.get_by_role("list", name="Inputs")
    expect(inputs.get_by_text(secret, exact=True)).to_be_visible()
    expect(inputs.get_by_text("Not read: it is below the prefixes of")).to_be_visible()
    assert SECRET not in page.content()
    page.close()


def test_what_another_execution_made_is_read_where_the_viewer_may_get_that(stored: Stored) -> None:
    spec = {"task": {**TASK, "interface": {"inputs": {"x": "file"}}}, "inputs": {"x": uri_of(stored, "notes")}}
    stored.keeper.create(stored.own, "follower", spec=spec)
    assert stored.get("files/about", name="follower", uri=uri_of(stored, "notes")).json()["kind"] == "text"


def test_what_the_operator_may_read_is_read_where_the_execution_names_it(stored: Stored) -> None:
    stored.s3.write(f"{stored.s3.uri}/shared/set/a.txt", b"shared")
    spec = {"task": {**TASK, "interface": {"inputs": {"x": "directory"}}}, "inputs": {"x": f"{stored.s3.uri}/shared/set"}}
    stored.keeper.create(stored.own, "shares", spec=spec)
    assert stored.get("files/content", name="shares", uri=f"{stored.s3.uri}/shared/set/a.txt").body() == b"shared"
    assert stored.get("files/about", name="shares", uri=f"{stored.s3.uri}/shared/settings").status == 403


def test_values_in_the_execution_need_no_store(stored: Stored) -> None:
    interface = {"inputs": {"n": "integer", "m": {"type": "integer", "default": 3}}, "outputs": {"o0": "enum[red, green]"}}
    spec = {"task": {**TASK, "interface": interface}, "inputs": {"n": 1}}
    stored.keeper.create(stored.own, "inline", spec=spec, status={"outputs": {"o0": "red"}})
    found = {node["name"]: node for side in ("inputs", "outputs") for node in stored.get(side, name="inline").json()["values"]}
    assert {name: (node["kind"], node["text"], node.get("default", False)) for name, node in found.items()} == {
        "n": ("number", "1", False),
        "m": ("number", "3", True),
        "o0": ("enum", "red", False),
    }


def test_a_store_that_does_not_answer_leaves_the_rest_of_the_page(stored: Stored) -> None:
    spec = {"task": {**TASK, "interface": {"inputs": {"x": "file", "n": "integer"}}}, "inputs": {"x": uri_of(stored, "notes"), "n": 42}}
    stored.keeper.create(stored.own, "patient", spec=spec)
    stored.proxy.stop()
    try:
        page = stored.page("patient")
        expect(page.get_by_text("42", exact=True)).to_be_visible()
        expect(page.get_by_text("The store can't be read:")).to_be_visible(timeout=LONG)
    finally:
        stored.proxy.start()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("link", name="Download notes.txt")).to_be_visible()
    page.close()


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        pytest.param({}, "has no credentials for this store", id="no keys"),
        pytest.param({"FLYTE_AWS_SECRET_ACCESS_KEY": "wrong"}, "The store can't be read", id="wrong keys"),
    ],
)
def test_keys_that_the_store_refuses_are_a_sentence(stored: Stored, browser: Browser, environment: dict[str, str], words: str) -> None:
    store = Store({**stored.s3.env, **environment} if environment else {})
    with serving(stored.keeper.cluster, Source(config_file=stored.keeper.config, store=store)) as address:
        context = browser.new_context(base_url=address.rpartition("/enter")[0])
        context.request.get(address)
        answer = context.request.get(f"/api/executions/{stored.own}/typed/outputs")
        assert (answer.status, words in answer.json()["error"]["message"]) == (502, True)
        context.close()


def test_without_the_operators_configuration_nothing_is_read(stored: Stored, browser: Browser) -> None:
    with serving(stored.keeper.cluster, Source(store=Store(stored.s3.env))) as address:
        context = browser.new_context(base_url=address.rpartition("/enter")[0])
        context.request.get(address)
        answer = context.request.get(f"/api/executions/{stored.own}/typed/outputs")
        assert (answer.status, "operatorConfigFile" in answer.json()["error"]["message"]) == (403, True)
        context.close()


def test_on_ones_own_machine_the_keys_of_the_environment_are_used(
    stored: Stored, crds: Cluster, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stored.s3.env.items():
        monkeypatch.setenv(name, value)
    with running_console(crds.kubeconfig, tmp_path) as address:
        context = browser.new_context(base_url=address.partition("/enter")[0])
        context.request.get(address)
        found = context.request.get(f"/api/executions/{stored.own}/typed/outputs").json()["values"]
        assert {node["name"]: node["kind"] for node in found}["frame"] == "table"
        context.close()


def test_an_object_that_is_gone_is_a_sentence(stored: Stored) -> None:
    gone = f"{stored.keeper.paths(stored.typed).raw_output(0)}/gone"
    answer = stored.get("files/about", uri=gone)
    assert (answer.status, answer.json()["error"]["message"].startswith(f"There is no {gone} in the store.")) == (404, True)
    assert stored.get("files/folder", uri=gone).json() == {"files": [], "more": False}


DECK = """<script>
const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
drawing.innerHTML = '<rect width="10" height="10"></rect>';
document.currentScript.after(drawing);
const found = [];
const tried = (what, act) => { try { found.push(`${what}: ${act()}`) } catch (error) { found.push(`${what}: ${error.name}`) } };
tried("cookie", () => document.cookie);
tried("storage", () => localStorage.length);
tried("parent", () => parent.document.title);
tried("origin", () => self.origin);
const answer = document.createElement("p");
fetch("/api/viewer", { credentials: "include" }).then(() => "reached", (error) => error.name).then((reached) => {
  answer.textContent = [...found, `api: ${reached}`].join("; ");
  document.body.append(answer);
});
</script>"""


def flytekits_deck() -> str:
    """A page as flytekit makes it: its own renderers, a data frame, and a script as Plotly's."""
    import pandas as pd
    from flytekit import Deck
    from flytekit.core.context_manager import FlyteContextManager
    from flytekit.deck.deck import _get_deck
    from flytekit.deck.renderer import MarkdownRenderer, SourceCodeRenderer, TopFrameRenderer

    frame = pd.DataFrame({"hour": range(5), "demand": range(5)})
    parameters = FlyteContextManager.current_context().user_space_params
    assert parameters is not None
    own = parameters.with_task_sandbox().build()
    own._decks = [
        Deck("Plot", DECK, auto_add_to_deck=False),
        Deck("Frame", TopFrameRenderer().to_html(frame), auto_add_to_deck=False),
        Deck("Notes", MarkdownRenderer().to_html("# Heading"), auto_add_to_deck=False),
        Deck("Source", SourceCodeRenderer().to_html("def f(): pass"), auto_add_to_deck=False),
    ]
    return str(_get_deck(own, ignore_jupyter=True))


def test_flytekits_deck_works_in_its_frame_and_reaches_nothing(stored: Stored) -> None:
    stored.keeper.deck(stored.typed, flytekits_deck())
    page = stored.page(tab="deck")
    deck = page.frame_locator("iframe")
    expect(deck.locator("svg rect")).to_be_visible()
    expect(deck.locator("p", has_text="api:")).to_have_text(
        "cookie: SecurityError; storage: SecurityError; parent: SecurityError; origin: null; api: TypeError"
    )
    deck.locator("li", has_text="Frame").click()
    expect(deck.get_by_role("columnheader", name="demand")).to_be_visible()
    page.close()


ESCAPE = """<p id="done"></p><script>
const target = "TARGET";
new Image().src = `${target}/picture`;
document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${target}/style` }));
document.head.append(Object.assign(document.createElement("script"), { src: `${target}/script` }));
document.body.append(Object.assign(document.createElement("iframe"), { src: `${target}/frame` }));
const form = Object.assign(document.createElement("form"), { action: `${target}/form`, method: "post" });
document.body.append(form);
form.submit();
const refused = [];
const tried = (act) => { try { act() } catch (error) { refused.push(error.name) } };
tried(() => { top.location = `${target}/top` });
tried(() => { if (open(`${target}/window`) === null) throw new TypeError() });
navigator.sendBeacon(`${target}/beacon`);
document.getElementById("done").textContent = `refused: ${refused.join(", ")}`;
</script>"""


def test_a_decks_script_sends_nothing_and_goes_nowhere(stored: Stored) -> None:
    with running_s3() as elsewhere:
        stored.keeper.deck(stored.typed, ESCAPE.replace("TARGET", elsewhere.endpoint), attempt=1)
        stored.keeper.deck(stored.typed, f"<script>location = '{elsewhere.endpoint}/navigation?what=it-knows'</script>", attempt=2)
        page = stored.page(tab="deck&attempt=1")
        expect(page.frame_locator("iframe").locator("#done")).to_have_text("refused: SecurityError, TypeError")
        with page.expect_console_message(lambda message: "frame-src" in message.text):
            page.goto(f"/executions/{stored.own}/typed?tab=deck&attempt=2")
        expect(page.get_by_role("heading", name="typed")).to_be_visible()
        page.close()
        assert elsewhere.requests == []


OTHER_WAYS = """<p id="done"></p><a id="leave" href="TARGET/top" target="_top">a</a><a id="save" href="data:text/plain,x" download>b</a>
<meta http-equiv="refresh" content="0;url=TARGET/refresh"><link rel="dns-prefetch" href="TARGET"><link rel="preconnect" href="TARGET">
<script>
const found = [];
const done = () => { document.getElementById("done").textContent = found.join(" ") };
parent.postMessage({ type: "viewer", token: 1 }, "*");
document.getElementById("leave").click();
document.getElementById("save").click();
try { new WebSocket("TARGET".replace("http", "ws")).onerror = () => { found.push("socket"); done() } } catch { found.push("refused") }
try { new Worker(URL.createObjectURL(new Blob(["fetch('TARGET/worker')"]))) } catch (error) { found.push(error.name) }
try { alert(1); found.push("no-dialog") } catch (error) { found.push(error.name) }
try { localStorage.a = 1 } catch (error) { found.push(error.name) }
try { navigator.serviceWorker.register("/decks/x.js").catch(() => {}) } catch { found.push("no-service-worker") }
done();
</script>"""


def test_a_deck_has_no_other_way_out(stored: Stored) -> None:
    with running_s3() as elsewhere:
        stored.keeper.deck(stored.typed, OTHER_WAYS.replace("TARGET", elsewhere.endpoint), attempt=3)
        page = stored.context.new_page()
        seen: list[str] = []
        page.on("dialog", lambda dialog: seen.append(dialog.message))
        page.on("popup", lambda popup: seen.append(popup.url))
        page.on("download", lambda download: seen.append(download.suggested_filename))
        with page.expect_console_message(lambda message: "frame-src" in message.text):  # where its own refresh leads
            page.goto(f"/executions/{stored.own}/typed?tab=deck&attempt=3")
        expect(page).to_have_url(re.compile(f"/executions/{stored.own}/typed"))
        expect(page.get_by_role("tab", name="Logs")).to_be_visible()
        page.close()
        assert (seen, elsewhere.requests) == ([], [])


def test_a_decks_own_address_leads_to_its_page(stored: Stored) -> None:
    page = stored.context.new_page()
    page.goto(f"/decks/{stored.own}/typed/0")
    expect(page).to_have_url(f"{page.url.split('/executions')[0]}/executions/{stored.own}/typed?tab=deck&attempt=0")
    page.close()


def test_an_attempt_without_a_deck_is_a_sentence(stored: Stored) -> None:
    assert "enable_deck=True" in stored.get("decks/7").json()["error"]["message"]
