"""Values and decks by flyte:// URLs, and links: below what the rule of the store allows, for those who may get the execution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests
import yaml
from flyteidl.admin import execution_pb2
from flyteidl.core import execution_pb2 as execution_core
from flyteidl.core import identifier_pb2, literals_pb2
from flyteidl.service import dataproxy_pb2
from flytekit.configuration import AuthType, Config, PlatformConfig
from flytekit.models.core.identifier import WorkflowExecutionIdentifier
from flytekit.remote import FlyteRemote

from glider.wire.contract import MAX_INLINE_INPUTS_BYTES
from glider_client.cluster import paths
from glider_client.cluster.client import Cluster as Client
from glider_core.api.execution import parse_execution
from glider_core.api.labels import API_VERSION, EXECUTION_KIND, TEMPLATE_KIND
from glider_core.api.template_names import template_labels, template_name
from glider_core.config.loading import load_config
from glider_core.resolve.storage import Paths, paths_of
from tests.clients import programs
from tests.clients.users import Person
from tests.cluster.fixtures import Cluster
from tests.conftest import S3, new_namespace, s3_beside
from tests.e2e.conftest import wait_until
from tests.integration.admin.conftest import Address, Stubs, Users, running_front, stubs
from tests.integration.admin.test_data_uploads import location, put, refusal

Json = Mapping[str, Any]
INTERFACE: Json = {"inputs": {"name": "string", "rate": {"type": "float", "default": 0.5}}, "outputs": {"o0": "string", "o1": "integer"}}
PAGE = b"<html>a deck</html>"
#: More than an answer with messages of this size takes.
MESSAGE_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Store:
    """A front with a store, two users of two namespaces, and whoever writes what operator and executor write."""

    address: Address
    token: str
    ada: Stubs
    bob: Stubs
    mine: str
    other: str
    s3: S3
    client: Client
    config: Path

    def execution(self, name: str, *, outputs: bytes | None = None, inline: Json | None = None, **status: Any) -> Paths:
        """One of ada's that has succeeded, with that status, or with these outputs in the store; the front knows it."""
        task = {"interface": INTERFACE, "container": {"image": "app:1", "args": ["run"]}}
        body = {"apiVersion": API_VERSION, "kind": EXECUTION_KIND, "metadata": {"name": name}}
        made = self.client.create(paths.executions(self.mine), {**body, "spec": {"task": task, "inputs": {"name": "x"}}})
        where = paths_of(parse_execution(made), load_config(self.config).storage, inputs_uri=None)
        if outputs is not None:
            self.s3.write(where.outputs(0), outputs)
            status = {"outputsUri": where.outputs(0)}
        if inline is not None:
            status = {"outputs": inline}
        full = {"phase": "Succeeded", "attempts": [{"number": 0}], **status}
        self.client.patch(f"{paths.executions(self.mine, name)}/status", {"status": full})
        request = execution_pb2.WorkflowExecutionGetRequest(id=self.identifier(name))
        wait_until(
            lambda: self.ada.admin.GetExecution(request).closure.phase == execution_core.WorkflowExecution.SUCCEEDED,
            what="the front's watch",
        )
        return where

    def identifier(self, name: str) -> identifier_pb2.WorkflowExecutionIdentifier:
        """Of one of ada's."""
        return identifier_pb2.WorkflowExecutionIdentifier(project=self.mine, domain="development", name=name)

    def get(self, url: str, *, user: Stubs | None = None) -> dataproxy_pb2.GetDataResponse:
        """What GetData answers for the part of a URL after the project and the domain."""
        request = dataproxy_pb2.GetDataRequest(flyte_url=f"flyte://v1/{self.mine}/development/{url}")
        return (user or self.ada).data.GetData(request)

    def remote(self) -> FlyteRemote:
        """Ada's."""
        command = ["echo", self.token]
        platform = PlatformConfig(endpoint=self.address.grpc, insecure=True, auth_mode=AuthType.EXTERNALCOMMAND, command=command)
        return FlyteRemote(Config(platform=platform), default_project=self.mine, default_domain="development")


@pytest.fixture(scope="module")
def store(crds: Cluster, users: Users, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder, s3 = tmp_path_factory.mktemp("downloads"), s3_beside(crds)
    config = folder / "operator.yaml"
    storage = {"rawOutputDataPrefix": f"{s3.uri}/raw", "metadataPrefix": f"{s3.uri}/metadata"}
    config.write_text(yaml.safe_dump({"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration", "storage": storage}))
    settings = {"namespace": "{project}", "operatorConfigFile": str(config), "limits": {"messageBytes": MESSAGE_BYTES}}
    with (
        new_namespace(crds) as mine,
        new_namespace(crds) as other,
        running_front(crds.kubeconfig, folder, environment=s3.env, **settings) as address,
        stubs(address, token := users.token(mine)) as ada,
        stubs(address, users.token(other, "bob")) as bob,
    ):
        yield Store(address=address, token=token, ada=ada, bob=bob, mine=mine, other=other, s3=s3, client=users.client, config=config)


def literal(value: str) -> literals_pb2.Literal:
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(string_value=value)))


def literals(**values: str) -> literals_pb2.LiteralMap:
    return literals_pb2.LiteralMap(literals={name: literal(value) for name, value in values.items()})


class TestValues:
    def test_those_of_the_document_are_typed_by_the_interface_with_its_defaults(self, store: Store) -> None:
        store.execution("inline", inline={"o0": "done", "o1": 7})
        inputs = store.get("inline/n0/i").literal_map.literals
        assert (inputs["name"], inputs["rate"].scalar.primitive.float_value) == (literal("x"), 0.5)
        assert store.get("inline/n0/o/o1").literal.scalar.primitive.integer == 7
        assert store.get("inline/n0/0/o/o0").literal == literal("done")

    def test_those_of_the_store_are_read_by_the_front(self, store: Store) -> None:
        store.execution("kept", outputs=literals(o0="large").SerializeToString())
        assert store.get("kept/n0/o").literal_map == literals(o0="large")
        code, message = refusal(store.get, "kept/n0/o/o9")
        assert (code, "there is o0" in message) == (grpc.StatusCode.NOT_FOUND, True)

    def test_a_status_that_leads_to_anothers_files_is_not_followed(self, store: Store) -> None:
        secret = f"{store.s3.uri}/metadata/{store.other}/secret-01234567/0/outputs.pb"
        store.s3.write(secret, literals(o0="secret").SerializeToString())
        store.execution("thief", outputsUri=secret)
        code, message = refusal(store.get, "thief/n0/o")
        assert code is grpc.StatusCode.FAILED_PRECONDITION
        assert "credentials of your own" in message

    def test_those_above_the_bound_are_refused_with_a_next_step(self, store: Store) -> None:
        data = literals(o0="x" * MESSAGE_BYTES).SerializeToString()
        store.execution("large", outputs=data)
        code, message = refusal(store.get, "large/n0/o")
        assert code is grpc.StatusCode.FAILED_PRECONDITION
        assert "glider outputs large" in message
        assert "/stored/" not in message
        request = execution_pb2.WorkflowExecutionGetDataRequest(id=store.identifier("large"))
        blob = store.ada.admin.GetExecutionData(request).outputs
        assert blob.url.startswith(f"{store.address.http}/stored/")
        assert "?" not in blob.url  # flytekit takes it for a pattern
        assert (blob.bytes, requests.get(blob.url, timeout=30).content) == (len(data), data)
        assert requests.head(blob.url, timeout=30).headers["Content-Length"] == str(len(data))
        forged = blob.url.replace("/stored/", "/stored/A")
        assert requests.get(forged, timeout=30).status_code == 403


def test_inputs_that_are_too_large_for_an_execution_are_kept_in_the_store(store: Store) -> None:
    identity = {"project": store.mine, "domain": "development", "name": "app.large", "version": "v1"}
    metadata = {"name": template_name(task="app.large", version="v1"), "labels": dict(template_labels(task="app.large", version="v1"))}
    spec = {"id": identity, "interface": {"inputs": {"text": "string"}}, "container": {"image": "app:1", "args": ["run"]}}
    document = {"apiVersion": API_VERSION, "kind": TEMPLATE_KIND, "metadata": metadata, "spec": spec}
    store.client.create(paths.templates(store.mine), document)
    inputs = literals(text="x" * 2 * MAX_INLINE_INPUTS_BYTES)
    task = identifier_pb2.Identifier(resource_type=identifier_pb2.TASK, **identity)
    request = execution_pb2.ExecutionCreateRequest(
        project=store.mine, domain="development", name="large-inputs", inputs=inputs, spec=execution_pb2.ExecutionSpec(launch_plan=task)
    )
    made = store.ada.admin.CreateExecution(request).id
    uri = store.client.get(paths.executions(store.mine, made.name))["spec"]["inputsUri"]
    assert uri.startswith(f"{store.s3.uri}/raw/{store.mine}/uploads/inputs/")
    assert store.s3.read(uri) == inputs.SerializeToString(deterministic=True)
    assert store.ada.admin.GetExecutionData(execution_pb2.WorkflowExecutionGetDataRequest(id=made)).full_inputs == inputs


class TestDecks:
    def test_a_deck_has_a_link_that_needs_no_credential(self, store: Store) -> None:
        store.s3.write(f"{store.execution('decked').output_prefix(0)}/deck.html", PAGE)
        for answer in (store.get("decked/n0/d"), store.get("decked/n0/0/d")):
            assert requests.get(answer.pre_signed_urls.signed_url[0], timeout=30).content == PAGE
        node = identifier_pb2.NodeExecutionIdentifier(node_id="n0", execution_id=store.identifier("decked"))
        link = store.ada.data.CreateDownloadLink(
            dataproxy_pb2.CreateDownloadLinkRequest(artifact_type=dataproxy_pb2.ARTIFACT_TYPE_DECK, node_execution_id=node)
        )
        assert requests.get(link.pre_signed_urls.signed_url[0], timeout=30).content == PAGE

    def test_one_without_a_deck_is_refused(self, store: Store) -> None:
        store.execution("plain")
        code, message = refusal(store.get, "plain/n0/d")
        assert (code, "enable_deck=True" in message) == (grpc.StatusCode.NOT_FOUND, True)


class TestLocations:
    def test_uploads_of_ones_own_namespace_have_links(self, store: Store) -> None:
        where = location(store.ada, store.mine, b"mine", filename="f")
        put(where, b"mine")
        request = dataproxy_pb2.CreateDownloadLocationRequest(native_url=where.native_url)
        assert requests.get(store.ada.data.CreateDownloadLocation(request).signed_url, timeout=30).content == b"mine"
        assert refusal(store.bob.data.CreateDownloadLocation, request)[0] is grpc.StatusCode.PERMISSION_DENIED

    def test_files_of_executions_have_links_for_those_who_may_get_them(self, store: Store) -> None:
        uri = f"{store.execution('linked').output_prefix(0)}/deck.html"
        store.s3.write(uri, PAGE)
        request = dataproxy_pb2.CreateDownloadLocationRequest(native_url=uri)
        assert requests.get(store.ada.data.CreateDownloadLocation(request).signed_url, timeout=30).content == PAGE
        assert refusal(store.bob.data.CreateDownloadLocation, request)[0] is grpc.StatusCode.PERMISSION_DENIED

    @pytest.mark.parametrize("path", ["", "other/file", "metadata", "raw/{mine}/uploads", "raw/{mine}/../{other}/uploads/a/b"])
    def test_other_places_have_none(self, store: Store, path: str) -> None:
        uri = f"{store.s3.uri}/{path.format(mine=store.mine, other=store.other)}".rstrip("/")
        code, _ = refusal(store.ada.data.CreateDownloadLocation, dataproxy_pb2.CreateDownloadLocationRequest(native_url=uri))
        assert code in (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT)


@pytest.mark.parametrize("what", ["i", "o", "d", "o/o0"])
def test_nobody_fetches_what_is_anothers(store: Store, what: str) -> None:
    name = f"private-{what.replace('/', '-')}"
    store.execution(name, inline={"o0": "secret", "o1": 1})
    there, gone = (refusal(store.get, f"{one}/n0/{what}", user=store.bob) for one in (name, "never"))
    assert there[0] is gone[0] is grpc.StatusCode.PERMISSION_DENIED
    assert there[1].replace(name, "never") == gone[1]


@pytest.mark.parametrize("url", ["flyte://v2/p/d/e/n/o", "s3://bucket/key", "flyte://v1/p/d/e/n/x", "flyte://v1/p/d/e/n/d/var", ""])
def test_what_is_no_flyte_url_is_refused(store: Store, url: str) -> None:
    code, message = refusal(store.ada.data.GetData, dataproxy_pb2.GetDataRequest(flyte_url=url))
    assert (code, "expected flyte://v1/PROJECT" in message) == (grpc.StatusCode.INVALID_ARGUMENT, True)


class TestFlytekit:
    """Unmodified FlyteRemote and pyflyte."""

    def test_it_gets_values_and_decks(self, store: Store) -> None:
        where = store.execution("fetched", outputs=literals(o0="done").SerializeToString())
        store.s3.write(f"{where.output_prefix(0)}/deck.html", PAGE)
        remote = store.remote()
        url = f"flyte://v1/{store.mine}/development/fetched/n0"
        assert remote.get(f"{url}/o").get("o0", as_type=str) == "done"
        assert remote.get(f"{url}/i/name").scalar.primitive.string_value == "x"
        assert PAGE.decode() in str(getattr(remote.get(f"{url}/0/d"), "data", None) or remote.get(f"{url}/0/d"))

    def test_it_reads_outputs_that_are_too_large_for_an_answer(self, store: Store) -> None:
        value = "y" * MESSAGE_BYTES
        store.execution("huge", outputs=literals(o0=value).SerializeToString())
        remote = store.remote()
        data = remote.client.get_execution_data(WorkflowExecutionIdentifier(store.mine, "development", "huge"))
        assert remote._get_output_literal_map(data).literals["o0"].scalar.primitive.string_value == value

    def test_pyflyte_fetches_outputs(self, store: Store, tmp_path: Path) -> None:
        store.execution("printed", outputs=literals(o0="a printed value").SerializeToString())
        ada = Person.with_token(tmp_path / "home", endpoint=store.address.grpc, token=store.token, project=store.mine)
        url = f"flyte://v1/{store.mine}/development/printed/n0/o"
        assert "a printed value" in ada.run(programs.pyflyte(), "fetch", url, folder=tmp_path)
