"""Viewers share one watch of a scope, each by their own right; the watch goes on whoever of them leaves, or is refused."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import pytest

from glider_client.access.way import Way
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster as Client
from glider_client.cluster.config import ClientConfig, User
from glider_client.cluster.errors import ForbiddenError, UnauthorizedError
from glider_client.cluster.kubeconfig import load_config
from glider_console.access.reviews import Reviews
from glider_console.access.viewer import Viewer, key_of
from glider_console.context import Clusters
from glider_console.live.live import Change, Live
from glider_console.live.namespaces import Namespaces, namespaces_of
from glider_console.live.queries import Query
from glider_console.live.scopes import Timing
from glider_console.live.streams import Streams
from glider_console.live.views import Window
from glider_core.api.selectors import parse_selector
from tests.cluster.fixtures import Cluster
from tests.faults.apiserver.proxy import ApiServerProxy
from tests.faults.apiserver.rules import Answer, Cut, EventRule, Gone, Rule, calls

NAMESPACE = f"console-live-{secrets.token_hex(3)}"
#: Nothing here waits for as long as in a console: neither for events, nor for reviews, nor for the end of a scope.
TIMING = Timing(pace=0.02, review=0.1, linger=2.0, patience=0.0, first=10.0)
PATIENCE = 20.0
BY_NAME = Query(sort="name")
FROM_THE_TOP = Window()


class RecordedStreams(Streams):
    """Notes who opens a stream."""

    def __init__(self) -> None:
        super().__init__()
        self.carriers: list[str] = []

    def of(self, viewer: Viewer) -> Way:
        self.carriers.append(viewer.name)
        return super().of(viewer)


@dataclass
class Stream:
    """A viewer's stream, as the front end keeps it."""

    changes: Any
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    state: str = ""
    seen: list[str] = field(default_factory=list)
    total: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    error: Exception | None = None

    async def until(self, wanted: Any) -> Self:
        """Until `wanted(self)`."""
        async with asyncio.timeout(PATIENCE):
            while not wanted(self):
                self._take(await anext(self.changes))
        return self

    async def close(self) -> None:
        await self.changes.aclose()

    @property
    def names(self) -> list[str]:
        return [self.rows[uid]["name"] for uid in self.order]

    @property
    def phases(self) -> list[str]:
        return [self.rows[uid]["phase"] for uid in self.order]

    def _take(self, change: Change) -> None:
        self.seen.append(change.type)
        match change.type:
            case "state":
                self.state = change.data["state"]
            case "end":
                self.error = change.data
            case _:
                document = json.loads(change.data)
                self.total, self.counts = document["total"], document["counts"]
                changed = {row["uid"]: row for row in document["rows"]}
                self.order = document.get("order") or self.order if change.type == "change" else list(changed)
                self.rows |= changed


@dataclass(kw_only=True)
class Console:
    """The parts of a console that watch."""

    live: Live
    streams: RecordedStreams
    reviews: Reviews
    clusters: Clusters
    opened: list[Stream] = field(default_factory=list)

    async def open(self, viewer: Viewer, query: Query = BY_NAME, namespace: str = NAMESPACE, window: Window = FROM_THE_TOP) -> Stream:
        await self.live.admit(viewer, namespace)
        stream = Stream(self.live.follow(viewer, namespace=namespace, query=lambda: query, window=window))
        self.opened.append(stream)
        return await stream.until(lambda stream: "snapshot" in stream.seen)


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    clusters, streams = Clusters(), RecordedStreams()
    reviews = Reviews(clusters.ask, clock=_endless())
    made = Console(live=Live(streams=streams, reviews=reviews, timing=TIMING), streams=streams, reviews=reviews, clusters=clusters)
    yield made
    for stream in made.opened:
        await stream.close()
    made.live.close()
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)


def _endless() -> Any:
    """A clock by which no review is kept."""
    numbers = iter(range(10**9))
    return lambda: 1000.0 * next(numbers)


@pytest.fixture(scope="module")
def admin(crds: Cluster) -> Iterator[Client]:
    client = Client(replace(load_config({}, kubeconfig=crds.kubeconfig, context=None), namespace=NAMESPACE))
    client.create(paths.namespaces(), {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    yield client
    client.delete(paths.namespaces(NAMESPACE))


@pytest.fixture(autouse=True)
def nothing_is_left(admin: Client) -> Iterator[None]:
    yield
    admin.delete(paths.executions(NAMESPACE))
    for kind in ("roles", "rolebindings"):
        admin.delete(f"/apis/rbac.authorization.k8s.io/v1/namespaces/{NAMESPACE}/{kind}")


def create(admin: Client, *names: str, **labels: str) -> None:
    for name in names:
        document = {
            "apiVersion": "glider.dev/v1alpha1",
            "kind": "TaskExecution",
            "metadata": {"name": name, "labels": labels},
            "spec": {"taskRef": {"name": "train"}},
        }
        admin.create(paths.executions(NAMESPACE), document)


def report(admin: Client, name: str, phase: str) -> None:
    admin.patch(f"{paths.executions(NAMESPACE, name)}/status", {"status": {"phase": phase}})


def allow(admin: Client, name: str, *verbs: str) -> None:
    """Rights on executions in the namespace, for the user of that name; until the API server's authorizer has read them, too."""
    base = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{NAMESPACE}"
    rule = {"apiGroups": ["glider.dev"], "resources": ["taskexecutions"], "verbs": list(verbs)}
    metadata = {"name": name}
    admin.create(f"{base}/roles", {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata, "rules": [rule]})
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": name}],
    }
    admin.create(f"{base}/rolebindings", binding)
    deadline = time.monotonic() + PATIENCE
    while not all(_is_granted(admin, name, verb) for verb in verbs):
        assert time.monotonic() < deadline, f"the API server doesn't know that {name} may {verbs}"
        time.sleep(0.02)


def _is_granted(admin: Client, name: str, verb: str) -> bool:
    right = {"verb": verb, "group": "glider.dev", "resource": "taskexecutions", "namespace": NAMESPACE}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": name, "resourceAttributes": right},
    }
    return bool(admin.create("/apis/authorization.k8s.io/v1/subjectaccessreviews", review)["status"]["allowed"])


def viewer_of(config: ClientConfig, name: str) -> Viewer:
    return Viewer(key=key_of(name), name=name, entrance="local", config=config)


def impersonated(admin: Client, name: str) -> Viewer:
    """A viewer with the rights of the user of that name."""
    return viewer_of(replace(admin.config, impersonation=replace(admin.config.impersonation, user=name)), name)


@pytest.fixture
def anna(admin: Client) -> Viewer:
    """An administrator."""
    return viewer_of(admin.config, "anna")


@pytest.fixture
def ben(admin: Client) -> Viewer:
    """May list and watch in the namespace."""
    allow(admin, "ben", "list", "watch")
    return impersonated(admin, "ben")


@pytest.fixture
def proxy(crds: Cluster, tmp_path: Path) -> Iterator[ApiServerProxy]:
    with ApiServerProxy(crds.kubeconfig, folder=tmp_path) as made:
        yield made


@pytest.fixture
def carl(proxy: ApiServerProxy) -> Viewer:
    """Whose way to the API server has faults."""
    return viewer_of(load_config({}, kubeconfig=proxy.kubeconfig, context=None), "carl")


async def until(is_so: Callable[[], bool]) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not is_so():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.01)


async def until_there(stream: Stream, names: Sequence[str]) -> None:
    await stream.until(lambda stream: stream.names == list(names))


async def test_changes_arrive(console: Console, admin: Client, anna: Viewer):
    create(admin, "a", "b")
    stream = await console.open(anna)
    assert (stream.names, stream.counts) == (["a", "b"], {"Pending": 2})
    await stream.until(lambda stream: stream.state == "live")
    report(admin, "a", "Failed")
    await stream.until(lambda stream: stream.phases == ["Failed", "Pending"])
    create(admin, "aa")
    admin.delete(paths.executions(NAMESPACE, "b"))
    await until_there(stream, ["a", "aa"])
    assert (stream.total, stream.counts) == (2, {"Failed": 1, "Pending": 1})


async def test_a_window_is_a_part_of_the_query(console: Console, admin: Client, anna: Viewer):
    create(admin, *"abcde", team="a")
    create(admin, "other")
    label = Query(sort="-name", selector=parse_selector("team=a"))
    stream = await console.open(anna, label, window=Window(1, 2))
    assert (stream.names, stream.total) == (["d", "c"], 5)
    admin.delete(paths.executions(NAMESPACE, "e"))
    await until_there(stream, ["c", "b"])


async def test_viewers_share_one_watch(console: Console, admin: Client, anna: Viewer, ben: Viewer):
    create(admin, "a")
    streams = [await console.open(anna), await console.open(ben), await console.open(anna)]
    before = len(console.streams.carriers)
    report(admin, "a", "Running")
    for stream in streams:
        await stream.until(lambda stream: stream.phases == ["Running"])
    assert set(console.streams.carriers) == {"anna"}
    assert len(console.streams.carriers) == before


async def test_a_page_is_the_beginning_of_a_stream(console: Console, admin: Client, ben: Viewer):
    create(admin, "a", "b")
    page = json.loads(await console.live.page(ben, namespace=NAMESPACE, query=Query(sort="name"), window=Window(1, 1)))
    assert [row["name"] for row in page.pop("rows")] == ["b"]
    assert page == {"offset": 1, "total": 2, "counts": {"Pending": 2}}


async def test_all_rows_of_a_query(console: Console, admin: Client, ben: Viewer):
    create(admin, "a", "b")
    create(admin, "c", team="x")
    rows = await console.live.rows(ben, namespace=NAMESPACE, query=Query(selector=parse_selector("!team")))
    assert sorted(row.name for row in rows) == ["a", "b"]


@pytest.mark.parametrize("verbs", [(), ("get", "list"), ("get", "watch")], ids=["no right", "no watch", "no list"])
async def test_who_may_not_list_and_watch_there_is_not_admitted(console: Console, admin: Client, anna: Viewer, verbs: tuple[str, ...]):
    await console.open(anna)
    if verbs:
        allow(admin, "dora", *verbs)
    with pytest.raises(ForbiddenError, match=r"dora may not .* in the namespace console-live-"):
        await console.open(impersonated(admin, "dora"))


async def test_a_right_in_one_namespace_is_none_in_all(console: Console, anna: Viewer, ben: Viewer):
    await console.open(anna, namespace="")
    with pytest.raises(ForbiddenError, match="ben may not list taskexecutions in all namespaces"):
        await console.live.page(ben, namespace="", query=Query(), window=Window())


@pytest.mark.parametrize("carries", [True, False], ids=["who carries", "who watches along"])
async def test_who_loses_the_right_loses_the_stream(console: Console, admin: Client, anna: Viewer, ben: Viewer, carries: bool):
    if carries:
        theirs, others = await console.open(ben), await console.open(anna)
    else:
        others, theirs = await console.open(anna), await console.open(ben)
    admin.delete(f"/apis/rbac.authorization.k8s.io/v1/namespaces/{NAMESPACE}/rolebindings/ben")
    await theirs.until(lambda stream: stream.error is not None)
    assert isinstance(theirs.error, ForbiddenError)
    create(admin, "later")
    await until_there(others, ["later"])
    assert theirs.names == []


async def test_a_refused_credential_hands_the_watch_to_the_next_viewer(
    console: Console, admin: Client, proxy: ApiServerProxy, carl: Viewer, anna: Viewer
):
    create(admin, "a")
    his, hers = await console.open(carl), await console.open(anna)
    assert set(console.streams.carriers) == {"carl"}
    proxy.rules = [Rule(where=calls(resource="taskexecutions"), fault=Answer(status=401))]
    proxy.event_rules = [EventRule(resource="taskexecutions", fault=Cut(), first=1)]
    create(admin, "b")
    await his.until(lambda stream: stream.error is not None)
    assert isinstance(his.error, UnauthorizedError)
    await until_there(hers, ["a", "b"])
    scope = console.live.scope(NAMESPACE)
    assert scope is not None and scope.carrier == anna
    lists = [one for one in proxy.exchanges if one.call.verb == "list" and one.call.resource == "taskexecutions"]
    assert len(lists) == 1, "the watch goes on where it was"


async def test_when_the_carrier_leaves_the_next_viewer_carries(console: Console, admin: Client, anna: Viewer, ben: Viewer):
    first, second = await console.open(anna), await console.open(ben)
    await first.close()
    create(admin, "a")
    await until_there(second, ["a"])
    assert console.streams.carriers[-1] == "ben"


async def test_carriers_may_leave_one_right_after_the_other(console: Console, admin: Client, anna: Viewer, ben: Viewer):
    first, second = await console.open(anna), await console.open(ben)
    allow(admin, "carl", "list", "watch")
    third = await console.open(impersonated(admin, "carl"))
    await first.close()
    await second.close()
    create(admin, "a")
    await until_there(third, ["a"])


async def test_a_scope_without_viewers_lingers_and_then_ends(console: Console, admin: Client, anna: Viewer, ben: Viewer):
    create(admin, "a")
    await (await console.open(anna)).close()
    scope = console.live.scope(NAMESPACE)
    assert scope is not None
    again = await console.open(ben)
    assert console.live.scope(NAMESPACE) is scope
    await again.close()
    await until(lambda: console.live.scope(NAMESPACE) is None)
    assert len(scope.table) == 0


async def test_after_410_all_are_listed_again(console: Console, admin: Client, proxy: ApiServerProxy, carl: Viewer):
    create(admin, "a", "b")
    stream = await console.open(carl)
    proxy.event_rules = [EventRule(resource="taskexecutions", fault=Gone(), first=1)]
    admin.delete(paths.executions(NAMESPACE, "a"))
    create(admin, "c")
    await until_there(stream, ["b", "c"])
    assert stream.seen.count("snapshot") == 1


async def test_while_the_api_server_is_silent_the_rows_stay(console: Console, admin: Client, proxy: ApiServerProxy, carl: Viewer):
    create(admin, "a")
    stream = await console.open(carl)
    proxy.rules = [Rule(where=calls(), fault=Answer(status=503))]
    proxy.event_rules = [EventRule(resource="taskexecutions", fault=Cut(), first=1)]
    create(admin, "b")
    await stream.until(lambda stream: stream.state == "reconnecting")
    assert stream.names == ["a"]
    proxy.rules = []
    await stream.until(lambda stream: stream.state == "live" and stream.names == ["a", "b"])


async def test_a_viewer_who_reads_nothing_gets_one_event_of_all_changes(console: Console, admin: Client, anna: Viewer):
    fast, slow = await console.open(anna), await console.open(anna)
    names = [f"run-{number}" for number in range(9)]
    for name in names:
        create(admin, name)
        await fast.until(lambda stream, name=name: name in stream.names)
    await until_there(slow, names)
    assert slow.seen.count("change") == 1


async def test_the_namespaces_to_choose_from(console: Console, admin: Client, anna: Viewer, ben: Viewer):
    async def of(viewer: Viewer) -> Namespaces:
        return await namespaces_of(
            viewer, ask=console.clusters.ask, reviews=console.reviews, configured=["default", NAMESPACE], resource="taskexecutions"
        )

    everything = await of(anna)
    assert everything.all and NAMESPACE in everything.names
    assert await of(ben) == Namespaces(all=False, names=[NAMESPACE])


async def test_a_credential_that_was_never_right_is_refused(console: Console, admin: Client):
    nobody = viewer_of(replace(admin.config, user=User(token="wrong")), "nobody")
    with pytest.raises(UnauthorizedError):
        await console.open(nobody)
