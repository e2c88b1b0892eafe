"""Who may what, in a cluster: two users of two namespaces and one console. Every route is asked, so that none is forgotten.

What one user has carries a mark that no request of the other's names: an answer with the mark would be a leak.
"""

from __future__ import annotations

import base64
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from starlette.routing import Mount, Route

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster as Client
from glider_console.settings import Settings
from glider_console.web.routes import routes_of
from glider_core.api.labels import API_VERSION, TEMPLATE_KIND
from tests.cluster.fixtures import Cluster
from tests.conftest import new_namespace, s3_beside
from tests.e2e.conftest import wait_until
from tests.integration.console.conftest import PATIENCE
from tests.integration.console.entering import Served, create_user, kubeconfig_with, serving_in_a_cluster, until_granted
from tests.integration.console.stored import Keeper
from tests.integration.console.test_accessibility import ALL, AXE, CONTRAST, NARROW, violations

Json = Mapping[str, Any]
MARK, NAME, TEMPLATE, TASK = "only-adas-own", "run", "forecast", "forecast.train"
#: An address of this machine that is in `impersonation.proxies`; others aren't.
PROXY = "127.0.0.2"
REFUSED = frozenset({403, 404})
SERVED = frozenset({200, 201})


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request about Ada's namespace.

    Attributes:
        path: with {namespace} for Ada's; {uid} is the execution's.
        body: the same.
        other: what Bob may get.
        own: what Ada may get; none where it would change something.
        shows: whether Ada then sees the mark.
    """

    path: str
    body: Any = None
    other: frozenset[int] = REFUSED
    own: frozenset[int] = SERVED
    shows: bool = False


def about(path: str, **named: Any) -> Ask:
    return Ask(path=f"/api/executions/{{namespace}}/{NAME}{path}", **named)


_ACT = {"uid": "{uid}", "request": "r"}
_FORM: Json = {"form": {"inputs": {}}}
_SOURCE = {"kind": "templates", "namespace": "{namespace}", "name": TEMPLATE}
_SUBJECT = {"namespace": "{namespace}", "name": NAME, "uid": "{uid}"}
_FILE = "?uri={deck}"
ANY = frozenset(range(200, 500))
NONE: frozenset[int] = frozenset()

#: Every route behind the sign-in, by its methods and path.
ROUTES: Mapping[str, tuple[Ask, ...]] = {
    "GET /api/actions": (Ask(path="/api/actions?namespace={namespace}", other=frozenset({200})),),
    "GET /api/executions/{namespace}/{name}/actions": (about("/actions"),),
    **{
        f"POST /api/executions/{{namespace}}/{{name}}/{verb}": (about(f"/{verb}", body=_ACT, own=NONE),)
        for verb in ("cancel", "suspend", "resume", "rerun", "delete")
    },
    "POST /api/actions/{action}": tuple(
        Ask(path=f"/api/actions/{verb}", body={"executions": [_SUBJECT], "request": "r"}, other=frozenset({200}), own=NONE)
        for verb in ("delete", "cancel", "rerun")
    ),
    **{f"GET /api/executions/{{namespace}}/{{name}}/{side}": (about(f"/{side}", shows=True),) for side in ("inputs", "outputs")},
    **{
        f"GET /api/executions/{{namespace}}/{{name}}/{side}/{what}": (about(f"/{side}/{what}?at=%2Fo0", own=ANY),)
        for side in ("inputs", "outputs")
        for what in ("part", "whole")
    },
    **{
        f"GET /api/executions/{{namespace}}/{{name}}/files/{what}": (about(f"/files/{what}{_FILE}", own=ANY),)
        for what in ("about", "content", "folder", "table")
    },
    "GET /decks/{namespace}/{name}/{attempt}": (Ask(path=f"/decks/{{namespace}}/{NAME}/0", shows=True),),
    "GET /api/executions/{namespace}/{name}/decks/{attempt}": (about("/decks/0"),),
    "GET /api/executions/{namespace}/{name}/errors/{attempt}": (about("/errors/0", own=ANY),),
    "GET /api/executions/{namespace}/{name}": (about("", shows=True),),
    "GET /api/executions/{namespace}/{name}/stream": (about("/stream?uid={uid}", shows=True),),
    "GET /api/executions/{namespace}/{name}/repeated": (about("/repeated", own=ANY),),
    "GET /api/executions/{namespace}/{name}/yaml": (about("/yaml", shows=True),),
    "GET /api/executions/{namespace}/{name}/origin": (about("/origin?attempt=0", own=ANY),),
    "GET /api/executions/{namespace}/{name}/logs": (about("/logs", own=ANY),),
    "GET /api/executions/{namespace}/{name}/logs/stream": (about("/logs/stream"),),
    "GET /api/executions": (Ask(path="/api/executions?namespace={namespace}", shows=True), Ask(path="/api/executions", own=REFUSED)),
    "GET /api/executions/stream": (
        Ask(path="/api/executions/stream?namespace={namespace}", shows=True),
        Ask(path="/api/executions/stream", own=REFUSED),
    ),
    "GET /api/namespaces": (Ask(path="/api/namespaces", other=frozenset({200})),),
    "GET /api/health": (Ask(path="/api/health", other=ANY, own=ANY),),
    "GET /api/health/checks": (Ask(path="/api/health/checks", other=ANY, own=ANY),),
    "GET /api/{kind}/{namespace}/{name}/form": (
        Ask(path=f"/api/templates/{{namespace}}/{TEMPLATE}/form", shows=True),
        Ask(path=f"/api/executions/{{namespace}}/{NAME}/form"),
    ),
    "POST /api/{kind}/{namespace}/{name}/check": (
        Ask(path=f"/api/templates/{{namespace}}/{TEMPLATE}/check", body=_FORM),
        Ask(path=f"/api/executions/{{namespace}}/{NAME}/check", body=_FORM),
    ),
    "POST /api/executions": (Ask(path="/api/executions", body={**_FORM, "source": _SOURCE, "name": "planted"}, own=NONE),),
    "GET /api/tasks/{namespace}/{name:path}": (Ask(path=f"/api/tasks/{{namespace}}/{TASK}"),),
    "GET /api/templates": (Ask(path="/api/templates?namespace={namespace}"), Ask(path="/api/templates", other=ANY, own=ANY)),
    "GET /api/templates/{namespace}/{name}": (Ask(path=f"/api/templates/{{namespace}}/{TEMPLATE}", shows=True),),
    "GET /api/viewer": (Ask(path="/api/viewer", other=frozenset({200})),),
    "DELETE,GET,PATCH,POST,PUT /api/{path:path}": (Ask(path="/api/anything", other=frozenset({404}), own=frozenset({404})),),
}
#: Those that a viewer without credentials needs; none reads a cluster's objects.
OPEN = {"GET /api/entrances", "POST /api/sign-in", "POST /api/sign-out", " /assets", "GET /{path:path}"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """The console, Ada's and Bob's tokens and namespaces, and what Ada has."""

    console: Served
    admin: Client
    cluster: Cluster
    ada: str
    bob: str
    adas: str
    bobs: str
    account: str
    names: Mapping[str, str]

    def filled(self, value: Any) -> Any:
        """`value` about Ada's namespace."""
        if isinstance(value, str):
            for name, text in self.names.items():
                value = value.replace(f"{{{name}}}", text)
            return value
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        return {key: self.filled(one) for key, one in value.items()} if isinstance(value, dict) else value

    def state(self) -> list[tuple[str, str]]:
        """Ada's executions and their versions: a change by anybody shows."""
        found = self.admin.items(paths.executions(self.adas))
        return [(one["metadata"]["name"], one["metadata"]["resourceVersion"]) for one in found]


def _fill(keeper: Keeper, namespace: str, mark: str) -> Json:
    """An execution and a template, with the mark wherever a user may write."""
    interface = {"inputs": {"i0": {"type": "string", "default": mark}}, "outputs": {"o0": "string"}}
    task = {"container": {"image": "example.com/team/app:1", "command": ["true"]}, "interface": interface}
    template = {
        "apiVersion": API_VERSION,
        "kind": TEMPLATE_KIND,
        "metadata": {"name": TEMPLATE},
        "spec": {**task, "id": {"project": "p", "domain": "d", "name": TASK, "version": "1"}},
    }
    keeper.cluster.create(paths.templates(namespace), template)
    made = keeper.create(namespace, NAME, spec={"task": task, "inputs": {"i0": mark}})
    keeper.cluster.patch(paths.executions(namespace, NAME), {"metadata": {"labels": {"mark": mark}}})
    keeper.returned(made, {"o0": (mark, str)})
    keeper.deck(made, f"<p>{mark}</p>")
    return keeper.change_status(namespace, NAME, {"phase": "Succeeded", "message": mark, "outputsUri": keeper.paths(made).outputs(0)})


@pytest.fixture(scope="module")
def place(crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("access")
    s3 = s3_beside(crds)
    storage = {"metadataPrefix": f"{s3.uri}/meta", "rawOutputDataPrefix": f"{s3.uri}/raw"}
    operator = {"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration", "storage": storage}
    (folder / "operator.yaml").write_text(json.dumps(operator))
    (folder / "secret").write_text("sesame\n")
    with ExitStack() as stack:
        adas, bobs, own = (stack.enter_context(new_namespace(crds)) for _ in range(3))
        ada, bob = create_user(crds, adas, "ada"), create_user(crds, bobs, "bob")
        crds.kubectl("-n", own, "create", "serviceaccount", "console")
        crds.kubectl("create", "clusterrole", own, "--verb=impersonate", "--resource=users,groups")
        crds.kubectl("create", "clusterrolebinding", own, f"--clusterrole={own}", f"--serviceaccount={own}:console")
        stack.callback(crds.kubectl, "delete", "clusterrole,clusterrolebinding", own)
        until_granted(crds, f"system:serviceaccount:{own}:console", "impersonate", "users")
        account = crds.kubectl("-n", own, "create", "token", "console").strip()
        settings = {
            "hosts": ["127.0.0.1", "localhost"],
            "operatorConfigFile": str(folder / "operator.yaml"),
            "proxyToken": {"header": "X-Forwarded-Access-Token"},
            "impersonation": {"proxies": [f"{PROXY}/32"], "secretFile": str(folder / "secret")},
            "limits": {"streams": 3},
            "logging": {"format": "json"},
        }
        kubeconfig = kubeconfig_with(crds, account, folder / "kubeconfig")
        console = stack.enter_context(serving_in_a_cluster(kubeconfig, folder, settings, env={**os.environ, **s3.env}))
        admin = Client.connect(kubeconfig=crds.kubeconfig)
        keeper = Keeper(cluster=admin, s3=s3, config=folder / "operator.yaml")
        made = _fill(keeper, adas, MARK)
        deck = f"{keeper.paths(made).output_prefix(0)}/deck.html"
        names = {"namespace": adas, "uid": made["metadata"]["uid"], "deck": deck}
        yield Place(
            console=console, admin=admin, cluster=crds, ada=ada, bob=bob, adas=adas, bobs=bobs, account=f"{own}:console", names=names
        )


def signed_in_as(token: str, place: Place, browser: Browser) -> BrowserContext:
    """A browser in which the owner of `token` is signed in."""
    context = browser.new_context(base_url=place.console.origin)
    context.set_default_timeout(PATIENCE)
    assert context.request.post("/api/sign-in", data={"token": token}, headers={"X-Glider-Console": "1"}).ok
    return context


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """Somebody who had a stream open, which `reads` reads until it ends, and a browser in which they are signed in."""

    token: str
    reads: threading.Thread
    context: BrowserContext


@pytest.fixture(scope="module")
def leaving(place: Place, browser: Browser) -> Iterator[Mapping[str, Leaving]]:
    """Two users, of whom one loses the account and the other the right."""
    found, connections = {}, []
    for name in ("fired", "moved"):
        token = create_user(place.cluster, place.adas, name)
        connection = place.console.connect()
        connection.request("GET", f"/api/executions/stream?namespace={place.adas}", headers={"Cookie": place.console.cookie(token)})
        answer = connection.getresponse()
        assert answer.status == 200
        context = signed_in_as(token, place, browser)
        found[name] = Leaving(token=token, reads=threading.Thread(target=answer.read, daemon=True), context=context)
        found[name].reads.start()
        connections.append(connection)
    place.cluster.kubectl("-n", place.adas, "delete", "serviceaccount", "fired")
    place.cluster.kubectl("-n", place.adas, "delete", "rolebinding", "moved-0")
    yield found
    for connection, one in zip(connections, found.values(), strict=True):
        one.reads.join(timeout=60)
        connection.close()
        one.context.close()


def _asked(routes: Mapping[str, tuple[Ask, ...]] = ROUTES) -> list[Any]:
    asks = [(route.partition(" ")[0], ask) for route, of_route in routes.items() for ask in of_route]
    return [pytest.param(methods.rpartition(",")[2], ask, id=f"{methods} {ask.path}") for methods, ask in asks]


def test_every_route_is_in_the_table():
    registered = set()
    for route in routes_of(Settings()):
        assert isinstance(route, Route | Mount)
        methods = route.methods or set() if isinstance(route, Route) else set()
        registered.add(f"{','.join(sorted(methods - {'HEAD'}))} {route.path}")
    assert registered == set(ROUTES) | OPEN


@pytest.mark.usefixtures("leaving")
@pytest.mark.parametrize(("method", "ask"), _asked())
def test_nobody_and_the_other_user_get_nothing(place: Place, method: str, ask: Ask) -> None:
    path, body, before = place.filled(ask.path), place.filled(ask.body), place.state()
    assert place.console.ask(method, path, body=body).status == 401
    other = place.console.ask(method, path, body=body, token=place.bob)
    assert other.status in ask.other, other.text
    assert MARK not in other.text
    assert '"done":true' not in other.text
    if "{namespace}" not in ask.path and body is None:
        assert place.adas not in other.text
    assert place.state() == before, "and nothing has changed"
    if ask.own:
        own = place.console.ask(method, path, body=body, token=place.ada, until=MARK if ask.shows else "data:")
        assert own.status in ask.own, own.text
        assert (MARK in own.text) or not ask.shows, "the mark is there to be found"


def test_bob_sees_what_is_his_at_the_same_console(place: Place) -> None:
    assert place.console.ask("GET", f"/api/executions?namespace={place.bobs}", token=place.bob).status == 200
    assert place.console.ask("GET", "/api/viewer", token=place.bob).json["name"] == f"system:serviceaccount:{place.bobs}:bob"


@pytest.mark.parametrize("path", ["/api/viewer", "/api/executions", "/decks/a/b/0"])
def test_a_forged_token_is_nobodys(place: Place, path: str) -> None:
    head, claims, signature = place.ada.split(".")
    decoded = json.loads(base64.urlsafe_b64decode(claims + "=="))
    forged = base64.urlsafe_b64encode(json.dumps({**decoded, "sub": "system:admin"}).encode()).decode().rstrip("=")
    for token in (f"{head}.{forged}.{signature}", f"{head}.{claims}.{signature[::-1]}", "abc"):
        assert place.console.ask("GET", path, token=token).status == 401


def impersonation(place: Place, *, source: str = PROXY, secret: str = "sesame", **headers: str) -> int:
    named = {f"X-Remote-{name}": value for name, value in headers.items()}
    path = f"/api/executions?namespace={place.adas}"
    return place.console.ask("GET", path, headers={**named, "X-Glider-Proxy-Secret": secret}, source=source).status


def test_a_proxy_names_the_viewer_whose_rights_count(place: Place) -> None:
    place.cluster.kubectl("-n", place.adas, "create", "rolebinding", "grace", "--role=ada-0", "--user=grace")
    place.cluster.kubectl("-n", place.adas, "create", "rolebinding", "team", "--role=ada-0", "--group=team")
    for options in ((), ("--as-group=team",)):
        until_granted(place.cluster, "eve" if options else "grace", "list", "taskexecutions.glider.dev", "-n", place.adas, *options)
    assert impersonation(place, User="grace") == 200
    assert impersonation(place, User="eve", Group="team") == 200
    assert impersonation(place, User="eve") == 403
    viewer = place.console.ask("GET", "/api/viewer", headers={"X-Remote-User": "eve", "X-Glider-Proxy-Secret": "sesame"}, source=PROXY)
    assert (viewer.json["name"], viewer.json["entrance"]) == ("eve", "proxy")


@pytest.mark.parametrize(
    ("named", "headers"),
    [
        ({"source": "127.0.0.1"}, {"User": "grace"}),
        ({"source": "127.0.0.3"}, {"User": "grace"}),
        ({"secret": "sesamE"}, {"User": "grace"}),
        ({"secret": ""}, {"User": "grace"}),
        ({}, {"User": "grace", "Group": "system:masters"}),
        ({}, {"User": "grace", "Group": "team, system:masters"}),
        ({}, {"User": "system:admin"}),
        ({}, {"User": "system:serviceaccount:kube-system:generic-garbage-collector"}),
        ({}, {"Group": "team"}),
        ({}, {"User": ""}),
    ],
    ids=str,
)
def test_other_headers_are_refused_and_logged(place: Place, named: Any, headers: Any) -> None:
    logged = place.console.log.read_text().count("refused a request of")
    assert impersonation(place, **named, **headers) == 401
    assert place.console.log.read_text().count("refused a request of") == logged + 1


def test_forwarded_addresses_are_nobodys_word(place: Place) -> None:
    headers = {"X-Remote-User": "grace", "X-Glider-Proxy-Secret": "sesame", "X-Forwarded-For": PROXY, "Forwarded": f"for={PROXY}"}
    assert place.console.ask("GET", "/api/viewer", headers=headers).status == 401


def test_a_proxys_token_is_its_viewers(place: Place) -> None:
    ask, header = place.console.ask, {"X-Forwarded-Access-Token": place.bob}
    assert ask("GET", "/api/viewer", headers=header).json["name"].endswith(":bob")
    assert ask("GET", "/api/viewer", headers=header, token=place.ada).json["name"].endswith(":bob"), "it comes before the cookie"
    assert ask("GET", "/api/viewer", headers={"Authorization": f"Bearer {place.bob}"}).status == 401, "where it isn't configured"
    both = {**header, "X-Remote-User": "grace", "X-Glider-Proxy-Secret": "sesame"}
    assert ask("GET", "/api/viewer", headers=both, source=PROXY).status == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.:1"])
def test_another_sites_name_for_this_address_is_refused(place: Place, host: str) -> None:
    for path in ("/", "/api/viewer", "/executions"):
        assert place.console.ask("GET", path, headers={"Host": host}, token=place.ada).status == 421


def test_the_probes_need_neither_name_nor_viewer(place: Place) -> None:
    for path in ("/healthz", "/readyz"):
        assert place.console.ask("GET", path, headers={"Host": "10.0.0.1:8585"}).status == 200


def test_one_viewers_streams_are_limited(place: Place) -> None:
    path, opened = f"/api/executions/stream?namespace={place.bobs}", []
    for _ in range(3):
        connection = place.console.connect()
        connection.request("GET", path, headers={"Cookie": place.console.cookie(place.bob)})
        answer = connection.getresponse()
        assert answer.status == 200
        opened.append((connection, answer))
    refused = place.console.ask("GET", path, token=place.bob)
    assert (refused.status, refused.json["error"]["reason"]) == (429, "TooManyStreams")
    for connection, answer in opened:
        answer.close()
        connection.close()
    wait_until(lambda: place.console.ask("GET", path, token=place.bob).status == 200, what="those that were left not to count")


class _Evil(BaseHTTPRequestHandler):
    """Another site on this machine: for browsers the same site, since only the port differs, so cookies come along."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>evil</title><iframe name=target></iframe>")

    def log_message(self, *arguments: object) -> None:
        """Not at all."""


@pytest.fixture
def evil() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Evil)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


#: What a page tries; each resolves to what it has learned.
_ATTACK = """async ([origin, path]) => {
  const tried = (promise) => promise.then((answer) => `${answer.type} ${answer.status}`, () => "failed");
  const post = { method: "POST", credentials: "include", body: "{}" };
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: origin + "/api/sign-out", target: "target", enctype: "text/plain" });
  document.body.append(form);
  const answered = new Promise((resolve) => { document.querySelector("iframe").onload = resolve; });
  form.submit();
  await answered;
  const framed = document.createElement("iframe");
  const shown = new Promise((resolve) => { framed.onload = resolve; });
  framed.src = origin + "/executions";
  document.body.append(framed);
  await shown;
  let reached = "yes";
  try { reached = framed.contentWindow.document.title; } catch { reached = "no"; }
  const image = await new Promise((resolve) => {
    const one = new Image();
    one.onload = () => resolve("shown");
    one.onerror = () => resolve("failed");
    one.src = origin + "/api/viewer";
  });
  return {
    simple: await tried(fetch(origin + path, { ...post, mode: "no-cors" })),
    marked: await tried(fetch(origin + path, { ...post, headers: { "X-Glider-Console": "1" } })),
    read: await tried(fetch(origin + "/api/viewer", { credentials: "include" })),
    opaque: await tried(fetch(origin + "/api/viewer", { credentials: "include", mode: "no-cors" })),
    reached,
    image,
  };
}"""


@pytest.fixture
def signed_in(place: Place, browser: Browser) -> Iterator[BrowserContext]:
    """Ada's browser, signed in."""
    context = signed_in_as(place.ada, place, browser)
    yield context
    context.close()


def test_another_sites_page_neither_changes_nor_reads_anything(place: Place, signed_in: BrowserContext, evil: str) -> None:
    before, page = place.state(), signed_in.new_page()
    page.goto("/executions")
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    page.goto(evil)
    path = place.filled(f"/api/executions/{{namespace}}/{NAME}/delete")
    found = page.evaluate(_ATTACK, [place.console.origin, path])
    refused = {"simple": "failed", "marked": "failed", "read": "failed", "opaque": "failed", "reached": "no", "image": "failed"}
    assert found == refused
    assert place.state() == before
    page.goto(f"{place.console.origin}/executions")
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    assert signed_in.request.get("/api/viewer").status == 200, "the form hasn't signed her out"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_viewer_signs_in_and_is_led_back(place: Place, browser: Browser, host: str) -> None:
    context = browser.new_context(base_url=f"http://{host}:{place.console.port}")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(place.filled(f"/executions/{{namespace}}/{NAME}?tab=yaml"))
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    token = page.get_by_label("Token")
    token.fill("abc")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("You aren't signed in.")
    expect(token).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("The API server refuses this token")).to_be_visible()
    expect(token).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show").click()
    expect(token).to_have_attribute("type", "text")
    token.fill(f" {place.ada}\n")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/executions/{place.adas}/{NAME}?tab=yaml")
    expect(page.get_by_text(MARK).first).to_be_visible()
    (cookie,) = context.cookies()
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (True, True, "Strict", -1)
    page.get_by_role("banner").locator("summary").click()
    assert page.evaluate("document.cookie + JSON.stringify({...localStorage, ...sessionStorage})").find(place.ada[:20]) == -1
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    expect(page.get_by_label("Token")).to_be_visible()
    assert context.cookies() == []
    page.goto("/executions")
    page.wait_for_url("**/sign-in?to=%2Fexecutions")
    context.close()


def test_everybody_can_use_the_sign_in_page(place: Place, browser: Browser) -> None:
    context = browser.new_context(base_url=place.console.origin, viewport=NARROW, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Token").press("Enter")
    expect(page.get_by_text("Paste a token first.")).to_be_visible()
    expect(page.get_by_label("Token")).to_have_accessible_description(re.compile("stays in this browser.*Paste a token first"))
    page.get_by_text("How to get a token").click()
    page.evaluate(AXE)
    found = violations(page, ALL)
    page.emulate_media(color_scheme="dark")
    assert [*found, *violations(page, CONTRAST)] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    context.close()


def test_a_token_that_is_good_no_more_leads_to_the_sign_in_page_and_back(place: Place, leaving: Mapping[str, Leaving]) -> None:
    context = leaving["fired"].context
    wait_until(lambda: context.request.get("/api/viewer").status == 401, what="the token to be refused", timeout=45)
    page = context.new_page()
    page.goto(place.filled(f"/executions/{{namespace}}/{NAME}?tab=yaml"))
    page.wait_for_url("**/sign-in?to=*")
    page.get_by_label("Token").fill(place.ada)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/executions/{place.adas}/{NAME}?tab=yaml")
    expect(page.get_by_text(MARK).first).to_be_visible()


@pytest.mark.parametrize("name", ["fired", "moved"], ids=["the account is gone", "the right is gone"])
def test_a_stream_ends_soon_after(leaving: Mapping[str, Leaving], name: str) -> None:
    leaving[name].reads.join(timeout=60)
    assert not leaving[name].reads.is_alive()


def test_the_consoles_own_account_is_used_for_impersonation_alone(place: Place) -> None:
    if place.cluster.audit_log is None:
        pytest.skip("no audit log")
    user = f"system:serviceaccount:{place.account}"
    assert impersonation(place, User="mallory") == 403
    log = place.cluster.audit_log

    def entries() -> list[Json]:
        return [json.loads(line) for line in log.read_text().splitlines() if f'"username":"{user}"' in line and line.endswith("}")]

    wait_until(lambda: any((one.get("impersonatedUser") or {}).get("username") == "mallory" for one in entries()), what="the audit log")
    assert [one["requestURI"] for one in entries() if "impersonatedUser" not in one] == []


def test_the_log_has_no_secrets(place: Place) -> None:
    assert place.console.ask("GET", f"/api/executions?namespace={place.bobs}&text=hidden", token=place.bob).status == 200
    assert impersonation(place, User="mallory") == 403
    wait_until(lambda: '"path": "/api/executions"' in place.console.log.read_text(), what="the request in the log")
    log = place.console.log.read_text()
    for secret in (place.ada, place.bob, "sesame", "?namespace=", "hidden"):
        assert secret not in log
    assert "Traceback" not in log
