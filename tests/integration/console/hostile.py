"""Content that means harm, wherever somebody who may create something can put it, and a page that notices when it works."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, Dialog, Page, Route

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_core.api.labels import API_VERSION, ATTEMPT, EXECUTION_KIND, EXECUTION_UID, TEMPLATE_KIND
from glider_core.api.template_names import DESCRIPTION

MARKUP = """<img src=x onerror="ran()"></script><script>ran()</script>'"><svg onload=ran()><a href=javascript:ran()>a</a>"""
EXPRESSIONS = "{{constructor.constructor('ran()')()}}${ran()}<%= ran() %>"
TERMINAL = "\x1b[2J\x1b]0;title\x07\x1b]8;;javascript:ran()\x07\x1b[31mred\x1b[0m"
UNSEEN = "\u202egnp.exe \u2066\u200b\u2028\u2029\ufeff\0\ud800"
#: All of it; a lone surrogate is no text in JSON, and the API server replaces it.
EVIL = f"{MARKUP}{EXPRESSIONS}{TERMINAL}{UNSEEN}"
ADDRESSES = (
    "javascript:ran()",
    "data:text/html,<script>opener.ran()</script>",
    "https://elsewhere.example/\u202e<b>",
    "\x01javascript:ran()",
)
NAME = "hostile"

#: Text that overrides directions, and isn't isolated from the text that follows it.
_LEAKS = """() => {
  const walker = document.createTreeWalker(document.querySelector("#main"), NodeFilter.SHOW_TEXT);
  const leaks = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (!/[\\u202a-\\u202e\\u2066-\\u2069]/.test(node.data)) continue;
    const element = node.parentElement;
    const isolated = /isolate|plaintext/.test(getComputedStyle(element).unicodeBidi);
    const rest = document.createRange();
    rest.setStartAfter(node);
    rest.setEndAfter(element.lastChild);
    const beside = rest.toString().trim();
    if (!isolated || beside !== "") leaks.push(`${element.tagName}.${element.className}: ${beside.slice(0, 60)}`);
  }
  return leaks;
}"""


class Guarded:
    """A page on which whatever a payload achieves is noticed."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self._origin = origin
        self._faults: list[str] = []
        page.add_init_script("window.ran = () => { document.documentElement.dataset.ran = 'yes'; console.error('RAN'); }")
        page.on("dialog", self._dismiss)
        page.on("pageerror", lambda error: self._faults.append(f"an error: {error}"))
        page.on("popup", lambda popup: self._faults.append(f"a window: {popup.url}"))
        page.on("console", lambda message: self._notice(message.text))
        page.route(lambda url: not url.startswith((origin, "blob:")), self._refuse)

    def open(self, address: str) -> Page:
        """Go to an address of the console."""
        self.page.goto(address)
        return self.page

    def check(self) -> None:
        """Nothing has worked: neither scripts nor requests nor markup."""
        page = self.page
        assert page.evaluate("document.documentElement.dataset.ran") is None, "a script ran"
        assert page.locator("img[src=x], svg[onload], a[href^='javascript:' i], a[href^='data:' i]").count() == 0, "markup became elements"
        leaks = page.evaluate(_LEAKS)
        assert leaks == [], f"text that overrides the direction of what follows it: {leaks}"
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"), "wider than the window"
        assert self._faults == []

    def _dismiss(self, dialog: Dialog) -> None:
        self._faults.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _notice(self, text: str) -> None:
        if "RAN" in text or "Content Security Policy" in text:
            self._faults.append(text)

    def _refuse(self, route: Route) -> None:
        self._faults.append(f"a request to {route.request.url}")
        route.abort()


@contextmanager
def guarded(context: BrowserContext, origin: str) -> Iterator[Guarded]:
    """A guarded page; whatever worked fails the test."""
    page = context.new_page()
    found = Guarded(page, origin)
    yield found
    found.check()
    page.close()


def create(cluster: Cluster, namespace: str) -> None:
    """An execution, its template, its pod and its Events, with hostile content in each text that they may have."""
    spec = {
        "id": {"project": "p", "domain": "d", "name": NAME, "version": "v1"},
        "interface": {
            "inputs": {"text": {"type": "string", "default": EVIL, "description": EVIL}, "tree": "struct"},
            "outputs": {"o0": "string", "tree": "struct"},
        },
        "container": {"image": "registry.example/a:1", "args": [EVIL], "env": [{"name": "A", "value": EVIL}]},
    }
    template = {
        "apiVersion": API_VERSION,
        "kind": TEMPLATE_KIND,
        "metadata": {"name": NAME, "annotations": {DESCRIPTION: EVIL}},
        "spec": spec,
    }
    cluster.create(paths.templates(namespace), template)
    execution = {
        "apiVersion": API_VERSION,
        "kind": EXECUTION_KIND,
        "metadata": {"name": NAME, "annotations": {"a": EVIL}},
        "spec": {"taskRef": {"name": NAME}, "inputs": {"text": EVIL, "tree": {EVIL: [EVIL, {"__proto__": {"ran": 1}}]}}},
    }
    made = cluster.create(paths.executions(namespace), execution)
    cluster.patch(f"{paths.executions(namespace, NAME)}/status", {"status": _status()})
    _create_pod(cluster, namespace, str(made["metadata"]["uid"]))
    for kind, uid in (("TaskExecution", made["metadata"]["uid"]), ("Pod", "")):
        _create_event(cluster, namespace, kind=kind, uid=str(uid))


def _status() -> dict[str, Any]:
    error = {"code": EVIL[:200], "kind": "NON_RECOVERABLE", "origin": "USER", "message": _trace(), "reason": "UserError"}
    attempt = {"number": 0, "podName": "hostile-0", "nodeName": EVIL[:200], "reason": "UserError", "exitCode": 1, "error": error}
    return {
        "phase": "Failed",
        "conditions": [{"type": "Succeeded", "status": "False", "reason": "UserError", "message": EVIL}],
        "startTime": "2026-01-31T12:00:00Z",
        "completionTime": "2026-01-31T12:01:00Z",
        "outputs": {"o0": EVIL, "tree": {EVIL: EVIL}},
        "error": error,
        "links": [{"name": EVIL[:200], "uri": address} for address in ADDRESSES],
        "attempts": [attempt | {"startTime": "2026-01-31T12:00:10Z", "completionTime": "2026-01-31T12:01:00Z"}],
    }


def _trace() -> str:
    frame = f'  File "/code/{MARKUP}.py", line 1, in {MARKUP}\n    {MARKUP}\n'
    return f"Trace:\n\n    Traceback (most recent call last):\n    {frame}    ValueError: {EVIL}\n\nMessage:\n\n    ValueError: {EVIL}"


def _create_pod(cluster: Cluster, namespace: str, uid: str) -> None:
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "hostile-0", "labels": {EXECUTION_UID: uid, ATTEMPT: "0"}, "annotations": {"a": EVIL}},
        "spec": {
            "containers": [{"name": "task", "image": "registry.example/a:1", "args": [EVIL], "securityContext": security}],
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "automountServiceAccountToken": False,
        },
    }
    cluster.create(paths.pods(namespace), pod)
    ended = {"exitCode": 1, "reason": EVIL, "message": EVIL}
    container = {"name": "task", "image": EVIL, "imageID": "", "ready": False, "restartCount": 0, "state": {"terminated": ended}}
    conditions = [{"type": "Ready", "status": "False", "reason": EVIL, "message": EVIL}]
    status = {"phase": "Failed", "reason": EVIL, "message": EVIL, "conditions": conditions, "containerStatuses": [container]}
    cluster.patch(f"{paths.pods(namespace, 'hostile-0')}/status", {"status": status})


def _create_event(cluster: Cluster, namespace: str, *, kind: str, uid: str) -> None:
    name = NAME if kind == "TaskExecution" else "hostile-0"
    uid = uid or str(cluster.get(paths.pods(namespace, name))["metadata"]["uid"])
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"hostile-{kind.lower()}"},
        "involvedObject": {"kind": kind, "name": name, "namespace": namespace, "uid": uid},
        "type": "Warning",
        "reason": EVIL[:120],
        "message": EVIL,
        "source": {"component": EVIL},
        "firstTimestamp": "2026-01-31T12:00:00Z",
        "lastTimestamp": "2026-01-31T12:00:00Z",
    }
    cluster.create(paths.events(namespace), event)
