"""Templates and the ConfigMaps of their code on a real API server: at once, interrupted, without the rights, deleted."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from glider_client.cluster import paths
from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ForbiddenError, NoNamespaceError, NotFoundError
from glider_client.code.archive import Archive, make_archive
from glider_client.code.parts import code_in_config_maps, names_of
from glider_client.registration.found import FoundTask
from glider_client.registration.functions import command_line
from glider_client.registration.publishing import Published, VersionTakenError, publish
from glider_client.registration.templates import template_of
from glider_core.api.code import MOST_PART_BYTES
from tests.cluster import fixtures

pytestmark = pytest.mark.cluster


class Interrupted(BaseException):
    """What stands for SIGKILL."""


class KilledCluster(Cluster):
    """One whose user is gone after some requests."""

    def __init__(self, client: Cluster, *, after: int) -> None:
        super().__init__(client.config)
        self._left, self._lock = after, threading.Lock()

    def _json(self, request: Any) -> dict[str, Any]:
        with self._lock:  # one at a time, so that the number of requests decides
            if self._left == 0:
                raise Interrupted
            self._left -= 1
            return super()._json(request)


@pytest.fixture
def client(crds: fixtures.Cluster, namespace: str) -> Cluster:
    return Cluster.connect(kubeconfig=crds.kubeconfig, namespace=namespace)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """One of two parts."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "noise.bin").write_bytes(os.urandom(MOST_PART_BYTES + 1000))
    return make_archive(tmp_path / "code")


def template(name: str, namespace: str, archive: Archive | None = None, *, version: str | None = "1", **spec: Any) -> dict[str, Any]:
    found = FoundTask(
        module="app",
        name=name,
        root=Path("/"),
        full_name=f"app.{name}",
        spec={"container": {"args": command_line("app", name)}, **spec},
        docs=spec.get("docs", ""),
    )
    code = None if archive is None else code_in_config_maps(archive)
    return template_of(found, namespace=namespace, version=version, image="app:1", code=code)


def outcomes(published: list[Published]) -> list[str]:
    return [one.outcome for one in published]


def owners(client: Cluster, archive: Archive) -> list[set[str]]:
    """The names of the owners of each ConfigMap; a ConfigMap that isn't there has no entry."""
    found = []
    for name in names_of(archive):
        try:
            metadata = client.get(paths.config_maps(client.namespace, name))["metadata"]
        except NotFoundError:
            continue
        found.append({owner["name"] for owner in metadata["ownerReferences"]})
    return found


def eventually(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_templates_are_created_once_and_unchanged_then(client: Cluster, archive: Archive) -> None:
    templates = [template(name, client.namespace, archive) for name in ("a", "b")]
    names = {str(one["metadata"]["name"]) for one in templates}
    first, again = publish(client, templates, archive), publish(client, templates, archive)
    assert (outcomes(first), outcomes(again)) == (["created"] * 2, ["unchanged"] * 2)
    assert [one.document["metadata"]["uid"] for one in first] == [one.document["metadata"]["uid"] for one in again]
    assert owners(client, archive) == [names, names]
    assert {one.task for one in first} == {"app.a", "app.b"}


def test_another_template_with_the_same_code_owns_it_too(client: Cluster, archive: Archive) -> None:
    templates = [template(name, client.namespace, archive) for name in ("a", "b")]
    for one in templates:
        publish(client, [one], archive)
    assert owners(client, archive) == [{str(one["metadata"]["name"]) for one in templates}] * 2


def test_the_code_goes_with_the_last_template(client: Cluster, archive: Archive) -> None:
    templates = [template(name, client.namespace, archive) for name in ("a", "b")]
    publish(client, templates, archive)
    first, last = (paths.templates(client.namespace, one["metadata"]["name"]) for one in templates)
    client.delete(first)
    assert len(owners(client, archive)) == 2
    client.delete(last)
    eventually(lambda: owners(client, archive) == [])


def test_a_template_without_its_code_is_completed(client: Cluster, archive: Archive) -> None:
    templates = [template("a", client.namespace, archive)]
    publish(client, templates, archive)
    client.delete(paths.config_maps(client.namespace, names_of(archive)[1]))
    assert len(owners(client, archive)) == 1
    assert outcomes(publish(client, templates, archive)) == ["unchanged"]
    assert len(owners(client, archive)) == 2


def test_new_docs_are_no_new_version(client: Cluster) -> None:
    first = template("a", client.namespace)
    publish(client, [first])
    second = {**first, "metadata": {**first["metadata"], "annotations": {"glider.dev/description": "Adds."}}}
    assert outcomes(publish(client, [second])) == ["updated"]
    assert outcomes(publish(client, [second])) == ["unchanged"]


def test_a_version_with_other_content_is_refused_with_what_differs(client: Cluster) -> None:
    publish(client, [template("a", client.namespace)])
    other = template("a", client.namespace, retries={"user": 3})
    other["spec"]["container"]["image"] = "app:2"
    with pytest.raises(VersionTakenError) as refused:
        publish(client, [other])
    assert str(refused.value) == (
        f"the version 1 of app.a is in the namespace {client.namespace} already, with other content:\n"
        '  spec.container.image: there "app:1", here "app:2"\n'
        '  spec.retries: there nothing, here {"user": 3}\n'
        "Pass another --version, or none: then the version is made of the content."
    )


def test_without_a_version_other_content_is_another_template(client: Cluster) -> None:
    published = [publish(client, [template("a", client.namespace, version=None, retries={"user": number})]) for number in (1, 2)]
    assert len({one[0].name for one in published}) == 2


def test_a_dry_run_writes_nothing_and_finds_what_is_taken(client: Cluster, archive: Archive) -> None:
    wanted = template("a", client.namespace, archive)
    assert outcomes(publish(client, [wanted], archive, dry_run=True)) == ["created"]
    assert list(client.items(paths.templates(client.namespace))) == []
    assert owners(client, archive) == []
    publish(client, [template("a", client.namespace)])
    with pytest.raises(VersionTakenError):
        publish(client, [wanted], archive, dry_run=True)


@pytest.mark.parametrize("same", [True, False], ids=["the same content", "different content"])
def test_of_two_at_once_one_content_wins(client: Cluster, archive: Archive, same: bool) -> None:
    """Eight rounds, since two requests don't always meet."""
    for number in range(8):
        templates = [template(f"race{number}", client.namespace, archive) for _ in range(2)]
        if not same:
            templates[1]["spec"]["retries"] = {"user": 3}
        barrier = threading.Barrier(2)

        def register(one: dict[str, Any], barrier: threading.Barrier = barrier) -> list[Published] | VersionTakenError:
            barrier.wait()
            try:
                return publish(client, [one], archive)
            except VersionTakenError as error:
                return error

        with ThreadPoolExecutor(2) as pool:
            ends = list(pool.map(register, templates))
        refused = [end for end in ends if isinstance(end, VersionTakenError)]
        assert len(refused) == (0 if same else 1)
        (there,) = [end[0].document for end in ends if isinstance(end, list)][:1]
        assert client.get(paths.templates(client.namespace, templates[0]["metadata"]["name"]))["spec"] == there["spec"]
        assert all(templates[0]["metadata"]["name"] in names for names in owners(client, archive))


def test_two_at_once_with_the_same_code_both_own_it(client: Cluster, archive: Archive) -> None:
    templates = [template(f"t{number}", client.namespace, archive) for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda one: publish(client, [one], archive), templates))
    assert owners(client, archive) == [{str(one["metadata"]["name"]) for one in templates}] * 2


def test_after_a_kill_at_any_request_the_next_try_completes(client: Cluster, tmp_path: Path) -> None:
    """Each number of requests after which the user's process may have been gone."""
    after, done = 0, False
    while not done:
        (tmp_path / "noise.bin").write_bytes(os.urandom(MOST_PART_BYTES + 1000))
        archive = make_archive(tmp_path)
        templates = [template(f"{name}{after}", client.namespace, archive) for name in ("a", "b")]
        names = {str(one["metadata"]["name"]) for one in templates}
        try:
            publish(KilledCluster(client, after=after), templates, archive)
            done = True
        except Interrupted:
            pass
        there = {one["metadata"]["name"] for one in client.items(paths.templates(client.namespace))}
        assert names & there or owners(client, archive) == []  # no code without a template
        publish(client, templates, archive)
        assert owners(client, archive) == [names, names]
        after += 1
    assert after > 8


def granted(crds: fixtures.Cluster, namespace: str, user: str, *rules: str) -> Cluster:
    """A user who has those rights alone: `verbs resources`."""
    for number, rule in enumerate(rules):
        verbs, resources = rule.split()
        crds.kubectl("-n", namespace, "create", "role", f"{user}-{number}", f"--verb={verbs}", f"--resource={resources}")
        crds.kubectl("-n", namespace, "create", "rolebinding", f"{user}-{number}", f"--role={user}-{number}", f"--user={user}")
    return Cluster.connect(kubeconfig=crds.kubeconfig, namespace=namespace, user=user)


def test_many_templates_are_looked_for_in_a_list(crds: fixtures.Cluster, client: Cluster) -> None:
    """Without the right to list them, one by one."""
    templates = [template(f"t{number}", client.namespace, version=None) for number in range(20)]
    publish(client, [templates[4]])
    first, again = publish(client, templates), publish(client, templates)
    assert outcomes(first) == ["created"] * 4 + ["unchanged"] + ["created"] * 15
    assert outcomes(again) == ["unchanged"] * 20
    assert {one.document["kind"] for one in again} == {"TaskTemplate"}
    someone = granted(crds, client.namespace, "user", "get,create,patch tasktemplates.glider.dev")
    assert outcomes(publish(someone, templates)) == ["unchanged"] * 20


def test_without_rights_on_config_maps_no_template_is_left_behind(crds: fixtures.Cluster, client: Cluster, archive: Archive) -> None:
    templates = [template("a", client.namespace, archive)]
    for user, rules in (("nothing", ()), ("reads", ("get configmaps",))):
        someone = granted(crds, client.namespace, user, "get,create,patch tasktemplates.glider.dev", *rules)
        with pytest.raises(ForbiddenError) as refused:
            publish(someone, templates, archive)
        assert f"the user '{user}' may not {'create' if rules else 'get'} configmaps in the namespace" in str(refused.value)
        assert "pass --storage, or --no-code with an image that has it" in str(refused.value)
        assert list(client.items(paths.templates(client.namespace))) == []


def test_the_rights_that_are_needed_are_enough(crds: fixtures.Cluster, client: Cluster, archive: Archive) -> None:
    someone = granted(crds, client.namespace, "user", "get,create,patch tasktemplates.glider.dev", "get,create,patch configmaps")
    templates = [template(name, client.namespace, archive) for name in ("a", "b")]
    for one in templates:
        assert outcomes(publish(someone, [one], archive)) == ["created"]


def test_a_namespace_that_is_not_there(client: Cluster, archive: Archive) -> None:
    with pytest.raises(NoNamespaceError):
        publish(client, [template("a", "nowhere", archive)], archive)
    with pytest.raises(NoNamespaceError):
        publish(client, [template("a", "nowhere")])


def test_a_config_map_of_somebody_elses_is_not_touched(client: Cluster, archive: Archive) -> None:
    name = names_of(archive)[0]
    client.create(paths.config_maps(client.namespace), {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}})
    with pytest.raises(Exception, match=rf"the ConfigMap {name} .*: expected the archive {archive.sha256}, found another ConfigMap"):
        publish(client, [template("a", client.namespace, archive)], archive)
