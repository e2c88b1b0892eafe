"""A tenant's URIs, files, pods and messages move the operator to nothing that isn't his, and delay nobody else.

This operator has rights on an object store, and a web server beside it records who asks. Good executions of another namespace
go on all the while. No node takes the pods; the test is the kubelet.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from glider.wire.errors import Kind, Origin, TaskError, encode_error
from glider.wire.jsonform import Literal, LiteralMap
from tests.cluster.fixtures import Cluster
from tests.cluster.ports import free_ports
from tests.conftest import S3, MissingServer
from tests.e2e.conftest import wait_until
from tests.integration.conftest import http_get
from tests.integration.test_life_cycle import NOWHERE, Kubelet, condition
from tests.resources import divider, execution, task, to_yaml

pytestmark = pytest.mark.s3
ADDRESS, METRICS = (f"127.0.0.1:{port}" for port in free_ports(2))
OURS = {"glider.dev/instance-id": "hostile"}
IMAGE: dict[str, Any] = {"executor": {"mode": "Image"}}
READS = divider(["run", "{{.inputs.a}}"])
#: By how much a good execution's pod may be late. Alone it takes half a second, most of it kubectl's.
LATE = 5.0
MOST_MEMORY = 400 << 20


@dataclass
class Guarded:
    """The operator with a store, whose part of that is `meta`."""

    cluster: Cluster
    process: subprocess.Popen[bytes]
    log: Path
    s3: S3
    volume: Path
    paces: list[float] = field(default_factory=list)

    @property
    def meta(self) -> str:
        return f"{self.s3.uri}/meta"

    def memory(self) -> int:
        """The most that the process has had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) << 10


@pytest.fixture(scope="module")
def guarded(crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    if not crds.s3_endpoint:
        raise MissingServer("no S3 server: GLIDER_S3_ENDPOINT is not set")
    keys = {"endpoint": crds.s3_endpoint, "access_key": crds.s3_access_key, "secret_key": crds.s3_secret_key}
    s3 = S3(bucket=crds.s3_bucket, prefix=f"hostile-{os.getpid()}", **keys)
    folder = tmp_path_factory.mktemp("guarded")
    config = {
        "apiVersion": "glider.dev/v1alpha1",
        "kind": "Configuration",
        "instanceId": OURS["glider.dev/instance-id"],
        "health": {"healthProbeBindAddress": ADDRESS},
        "metrics": {"bindAddress": METRICS},
        "storage": {"metadataPrefix": f"{s3.uri}/meta"},
        "namespaceDefaults": [
            {
                "namespaces": ["files-*"],
                "storage": {"metadataPrefix": f"file://{folder}/volume/meta"},
                "storageAccess": {"filesRoot": f"{folder}/volume"},
            }
        ],
    }
    (folder / "config.json").write_text(json.dumps(config))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "FLYTE_", "GOOGLE_", "AZURE_"))}
    command = [str(Path(sys.executable).parent / "glider-operator"), "--config", str(folder / "config.json")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--kubeconfig", str(crds.kubeconfig)], stdout=log, stderr=subprocess.STDOUT, env=inherited | s3.env
        )
    try:
        wait_until(lambda: is_ready(process), timeout=30, what="the operator to be ready")
        yield Guarded(crds, process, folder / "log", s3, volume=folder / "volume")
    finally:
        process.terminate()
        process.wait(timeout=20)


def is_ready(process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the operator has ended"
    try:
        return http_get(f"http://{ADDRESS}/readyz")[0] == 200
    except OSError:
        return False


@pytest.fixture(scope="module", autouse=True)
def good(guarded: Guarded) -> Iterator[None]:
    """Executions of another namespace, one after the other, each until it has its pod."""
    name, over = f"good-{os.getpid()}", threading.Event()
    guarded.cluster.kubectl("create", "namespace", name)
    kubelet = Kubelet(guarded.cluster, name)

    def live() -> None:
        number = 0
        while not over.is_set():
            began, number = time.monotonic(), number + 1
            kubelet.run(f"good-{number}", labels=OURS)
            kubelet.pod(f"good-{number}")
            guarded.paces.append(time.monotonic() - began)
            over.wait(1)

    thread = threading.Thread(target=live)
    thread.start()
    yield
    over.set()
    thread.join()
    guarded.cluster.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="module")
def kubelet(guarded: Guarded) -> Iterator[Kubelet]:
    """The tenant's namespace."""
    name = f"hostile-{os.getpid()}"
    guarded.cluster.kubectl("create", "namespace", name)
    yield Kubelet(guarded.cluster, name)
    guarded.cluster.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="module")
def web() -> Iterator[list[str]]:
    """A web server whose answers have no end; what it was asked, its address first."""
    asked: list[str] = []

    class Endless(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"\0" * 65536)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    asked.append(f"127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield asked
    server.shutdown()
    server.server_close()


def ours(name: str, **spec: Any) -> dict[str, Any]:
    """An execution whose pod no node takes: a real kubelet would write over what the test says as one."""
    document = execution(name, nodeSelector=NOWHERE, **spec)
    document["metadata"]["labels"] = OURS
    return document


def reads(uri: str) -> dict[str, Any]:
    return {"task": READS, "inputsUri": uri, **IMAGE}


def writes(prefix: str, *, args: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    return {"task": divider(["run", *args]), "inputs": {"a": 1, "b": 1}, "storage": {"metadataPrefix": prefix}, **fields}


def struct(data: bytes) -> Literal:
    return Literal(scalar={"binary": {"value": data, "tag": "msgpack"}})


FILES = {
    "other bytes": b"\xff\xff",
    "cut off": LiteralMap(literals={"a": struct(b"x" * 100)}).SerializeToString()[:-10],
    "msgpack that is none": LiteralMap(literals={"a": struct(b"\xc1")}).SerializeToString(),
    "msgpack cut off": LiteralMap(literals={"a": struct(b"\x92\x01")}).SerializeToString(),
    "deep msgpack": LiteralMap(literals={"a": struct(b"\x91" * 100_000)}).SerializeToString(),
    "no UTF-8": LiteralMap(literals={"a": struct(b"\xa2\xff\xfe")}).SerializeToString(),
    "a date beyond time": LiteralMap(literals={"a": Literal(scalar={"primitive": {"datetime": {"seconds": 2**62}}})}).SerializeToString(),
    "half a million values": LiteralMap(literals={"a": Literal(collection={"literals": [Literal()] * 500_000})}).SerializeToString(),
    "too large": b"\0" * (3 << 20),
}


SCHEME = "spec.inputsUri.*: expected the URI of an object store"
PLACE = "spec.inputsUri.*: expected a place below {meta}/{own}"
KEY = "spec.inputsUri.*: expected a key without empty parts"
BUCKET = "spec.inputsUri.*: expected the name of a bucket"
PREFIX = "storage.metadataPrefix.*: expected "
#: What is asked for, and why it is refused. {web} is the server, {own} the tenant's namespace, {meta} the prefix for all.
ATTACKS: dict[str, tuple[dict[str, Any], str]] = {
    "a device without end": (reads("file:///dev/zero"), SCHEME),
    "the operator's token": (reads("file:///var/run/secrets/kubernetes.io/serviceaccount/token"), SCHEME),
    "its environment": (reads("file:///proc/self/environ"), SCHEME),
    "its own log": (reads("file:///proc/self/fd/2"), SCHEME),
    "a file by another scheme": (reads("local:///etc/passwd"), SCHEME),
    "a file in capitals": (reads("FILE:///dev/zero"), SCHEME),
    "its memory": (reads("memory://x/y"), SCHEME),
    "a web server": (reads("http://{web}/x"), SCHEME),
    "a web server with TLS": (reads("https://{web}/x"), SCHEME),
    "an FTP server": (reads("ftp://{web}/x"), SCHEME),
    "a scheme that looks like S3's": (reads("s3+http://{web}/x"), SCHEME),
    "another namespace's outputs": (reads("{meta}/somebody/their-run/0/outputs.pb"), PLACE),
    "a namespace whose name begins alike": (reads("{meta}/{own}x/outputs.pb"), PLACE),
    "what is nobody's": (reads("{meta}/outputs.pb"), PLACE),
    "another bucket": (reads("s3://another-bucket/outputs.pb"), PLACE),
    "another kind of store": (reads("gs://another-bucket/outputs.pb"), PLACE),
    "a way out": (reads("{meta}/{own}/../somebody/outputs.pb"), KEY),
    "an encoded way out": (reads("{meta}/{own}/%2e%2e/somebody/outputs.pb"), KEY),
    "an empty part": (reads("{meta}/{own}//outputs.pb"), KEY),
    "a bucket with a password": (reads("s3://user:c0ffee@another-bucket/outputs.pb"), BUCKET),
    "inputs.pb elsewhere": (writes("{bucket}/anywhere", **IMAGE), PREFIX),
    "inputs.pb by a way out": (writes("{meta}/../x", **IMAGE), PREFIX),
    "inputs.pb in shared memory": (writes("file:///dev/shm/x", **IMAGE), PREFIX),
    "inputs.pb on its disk": (writes("file://{disk}", **IMAGE), PREFIX),
    "inputs.pb in its memory": (writes("memory://x", **IMAGE), PREFIX),
    "inputs.pb on the web": (writes("http://{web}/x", **IMAGE), PREFIX),
    "task.pb elsewhere": (writes("{bucket}/anywhere", args=("{{.taskTemplatePath}}",)), PREFIX),
    "results elsewhere": ({**reads("{meta}/{own}/own.pb"), "storage": {"metadataPrefix": "{bucket}/anywhere"}}, PREFIX),
    **{f"a file of inputs with {what}": (reads(f"{{meta}}/{{own}}/{n}.pb"), "spec.inputsUri.*: .*found") for n, what in enumerate(FILES)},
}


@dataclass(frozen=True)
class Tried:
    """What came of all attacks."""

    messages: dict[str, str]
    text: str
    place: dict[str, str]


@pytest.fixture(scope="module")
def tried(guarded: Guarded, kubelet: Kubelet, web: list[str], tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """All of them at once."""
    disk = tmp_path_factory.mktemp("disk")
    place = {"meta": guarded.meta, "own": kubelet.namespace, "bucket": f"s3://{guarded.s3.bucket}", "web": web[0], "disk": str(disk / "x")}
    for number, content in enumerate(FILES.values()):
        guarded.s3.write(f"{guarded.meta}/{kubelet.namespace}/{number}.pb", content)
    before = guarded.s3.list()
    specs = [json.loads(_filled(json.dumps(spec), place)) for spec, _ in ATTACKS.values()]
    kubelet.apply(*(ours(f"attack-{number}", **spec) for number, spec in enumerate(specs)))

    def over() -> Any:
        items = json.loads(text := kubelet.kubectl("get", "te", "-o", "json"))["items"]
        ends = {item["metadata"]["name"]: condition(item.get("status", {})) for item in items}
        return all(end.get("status") == "False" for end in ends.values()) and (ends, text)

    ends, text = wait_until(over, timeout=60, what="the end of all attacks")
    assert {end["reason"] for end in ends.values()} == {"InvalidSpec"}
    assert json.loads(kubelet.kubectl("get", "pods", "-o", "json"))["items"] == []
    assert guarded.s3.list() == before and not list(disk.iterdir()) and not Path("/dev/shm/x").exists()
    statuses = json.dumps([item["status"] for item in json.loads(text)["items"]])
    shown = statuses + guarded.log.read_text() + kubelet.kubectl("get", "events", "-o", "json")
    return Tried({name: ends[f"attack-{number}"]["message"] for number, name in enumerate(ATTACKS)}, shown, place)


def _filled(text: str, place: dict[str, str]) -> str:
    for name, value in place.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_operator_does_not_do_it_and_says_why(tried: Tried, attack: str):
    assert re.match(_filled(ATTACKS[attack][1], tried.place), tried.messages[attack])


def test_nobody_was_asked_and_nothing_secret_was_shown(tried: Tried, web: list[str]):
    assert web[1:] == []
    assert "***@another-bucket" in tried.text and "c0ffee" not in tried.text


def test_an_executor_of_ours_reads_with_the_pods_rights_and_the_operator_nothing(kubelet: Kubelet, web: list[str]):
    kubelet.apply(ours("injected", task=READS, inputsUri=f"http://{web[0]}/x"))
    uid = kubelet.pod("injected")["metadata"]["ownerReferences"][0]["uid"]
    assert kubelet.pod("injected")["spec"]["containers"][0]["args"] == ["run", f"{{{{{uid[:8]}.inputs.a}}}}"]
    assert web[1:] == []


def test_a_value_is_one_argument_and_nothing_is_expanded_in_it(kubelet: Kubelet):
    """Neither by the kubelet, nor by a shell, nor by us."""
    value = "$(PATH) $HOME {{.inputs.b}} {{.outputPrefix}} '; id; \" `id` \n--option"
    echoes = task(["echo", "{{.inputs.a}}", "{{.inputs.b}}"], inputs={"a": "string", "b": "string"})
    kubelet.apply(ours("echoes", task=echoes, inputs={"a": value, "b": "$$(PATH)"}))
    args = kubelet.pod("echoes")["spec"]["containers"][0]["args"]
    assert args == ["echo", value.replace("$", "$$"), "$$$$(PATH)"]


def test_what_is_ones_own_is_read(kubelet: Kubelet, guarded: Guarded):
    uri = f"{guarded.meta}/{kubelet.namespace}/in.pb"
    guarded.s3.write(uri, LiteralMap(literals={"a": Literal(scalar={"primitive": {"string_value": "x y"}})}).SerializeToString())
    kubelet.apply(ours("own", **reads(uri)))
    assert kubelet.pod("own")["spec"]["containers"][0]["args"] == ["run", "x y"]


@pytest.fixture(scope="module")
def files(guarded: Guarded) -> Iterator[Kubelet]:
    """A tenant's namespace whose store is a volume that its pods have, too."""
    name = f"files-{os.getpid()}"
    guarded.cluster.kubectl("create", "namespace", name)
    (guarded.volume / "meta" / name).mkdir(parents=True)
    (guarded.volume / "meta" / "somebody").mkdir()
    yield Kubelet(guarded.cluster, name)
    guarded.cluster.kubectl("delete", "namespace", name, "--wait=false")


VALUE = LiteralMap(literals={"a": Literal(scalar={"primitive": {"string_value": "x y"}})}).SerializeToString()
#: Where in the volume a tenant asks for inputs, and why it gets none. {mine} is the namespace's folder.
IN_THE_VOLUME = {
    "file://{volume}/meta/somebody/in.pb": "expected a place below file://{volume}/meta/{own}",
    "file://{mine}/../somebody/in.pb": "expected a key without empty parts",
    "file://{mine}/%2e%2e/somebody/in.pb": "expected a key without empty parts",
    "file://localhost{mine}/in.pb": "expected a path after file://, without a host",
    "file:///proc/self/environ": "expected a place below file://{volume}/meta/{own}",
    "file://{volume}/in.pb": "expected a place below file://{volume}/meta/{own}",
    "{meta}/{own}/in.pb": "expected a place below file://{volume}/meta/{own}",
    "file://{mine}/link.pb": "expected a file of at most .*found a link",
    "file://{mine}/folder/in.pb": "expected a file of at most .*found a link",
    "file://{mine}/device": "expected a file of at most .*found a link",
    "file://{mine}/pipe": "expected a file of at most .*found a pipe",
    "file://{mine}/endless": "expected a file of at most .*found 1099511627776",
}


def test_a_volume_of_files_is_a_store_with_the_same_walls(guarded: Guarded, files: Kubelet):
    """What pods could put there, and what they could name."""
    volume, outside = guarded.volume, guarded.volume.parent / "outside"
    mine = volume / "meta" / files.namespace
    outside.mkdir()
    for file in (volume / "meta/somebody/in.pb", volume / "in.pb", mine / "in.pb"):
        file.write_bytes(VALUE)
    (mine / "link.pb").symlink_to("../somebody/in.pb")
    (mine / "folder").symlink_to("../somebody")
    (mine / "device").symlink_to("/dev/zero")
    os.mkfifo(mine / "pipe")
    with (mine / "endless").open("wb") as endless:
        endless.truncate(1 << 40)
    place = {"volume": str(volume), "mine": str(mine), "own": files.namespace, "meta": guarded.meta}
    asked = [_filled(uri, place) for uri in IN_THE_VOLUME]
    files.apply(*(ours(f"volume-{number}", **reads(uri)) for number, uri in enumerate(asked)), ours("own", **reads(f"file://{mine}/in.pb")))
    assert files.pod("own")["spec"]["containers"][0]["args"] == ["run", "x y"]
    for number, (uri, why) in enumerate(IN_THE_VOLUME.items()):
        error = files.wait_for(f"volume-{number}", "Failed")["error"]
        assert error["reason"] == "InvalidSpec", uri
        assert re.search("spec.inputsUri.*: " + _filled(why, place), error["message"], re.DOTALL), uri


def test_a_link_in_place_of_an_executions_own_folder_is_not_followed(guarded: Guarded, files: Kubelet):
    elsewhere = guarded.volume / "meta" / "somebody"
    before = sorted(elsewhere.iterdir())
    files.apply(ours("linked", task=divider(["run"]), inputs={"a": 1, "b": 1}, suspend=True, **IMAGE))
    files.wait_for("linked", "Suspended")
    uid = json.loads(files.kubectl("get", "te", "linked", "-o", "json"))["metadata"]["uid"]
    (guarded.volume / "meta" / files.namespace / f"linked-{uid[:8]}").symlink_to(elsewhere)
    files.change("linked", suspend=False)
    files.wait_for_reason("linked", "StoreDenied")
    assert "found a link" in condition(files.status("linked"))["message"]
    assert sorted(elsewhere.iterdir()) == before


def test_sixty_four_error_files_of_a_megabyte(kubelet: Kubelet, guarded: Guarded):
    error = TaskError(code="Large", kind=Kind.NON_RECOVERABLE, origin=Origin.USER, message="m" * 1_000_000, timestamp=datetime.now(UTC))
    kubelet.apply(ours("errors", task=divider(["run"]), inputs={"a": 1, "b": 1}, **IMAGE))
    uid = kubelet.pod("errors")["metadata"]["ownerReferences"][0]["uid"]
    prefix = f"{guarded.meta}/{kubelet.namespace}/errors-{uid[:8]}/0"
    guarded.s3._filesystem().pipe({f"{prefix}/error-{number:02}.pb": encode_error(error) for number in range(64)})
    kubelet.ends("errors", 0)
    assert kubelet.wait_for("errors", "Failed")["error"]["code"] == "Large"


FAILED = {"v": 1, "outcome": "Failed", "kind": "RECOVERABLE", "origin": "USER", "message": "no"}
LAST_WORDS = {
    "a code of 3,300 characters": (json.dumps(FAILED | {"code": "Aa" * 1_650}), "UserError"),
    "outputs 1,900 deep": ('{"v":1,"outcome":"Succeeded","outputs":{"o0":' + "[" * 1_900 + "]" * 1_900 + "}}", "OutputsNotFound"),
    "half a summary": ('{"v":1,"outcome":"Succeeded","outputs":', "OutputsNotFound"),
    "a code that is no text": ('{"v":1,"outcome":"Failed","code":1e999}', "OutputsNotFound"),
}


def test_a_hostile_last_word_is_an_end_like_others(kubelet: Kubelet):
    names = [f"last-word-{number}" for number in range(len(LAST_WORDS))]
    kubelet.apply(*(ours(name, task=divider(["run"]), inputs={"a": 1, "b": 1}) for name in names))
    for name, (word, _) in zip(names, LAST_WORDS.values(), strict=True):
        kubelet.ends(name, 0, message=word)
    ends = [kubelet.wait_for(name, "Failed")["error"]["reason"] for name in names]
    assert ends == [reason for _, reason in LAST_WORDS.values()]


def test_forged_pods_skip_no_attempts(kubelet: Kubelet):
    names = {"forged-0": (7, "{name}-{uid}-a{attempt}"), "forged-1": (999_999_999, "mine")}
    kubelet.apply(*(ours(name, task=divider(["run"]), inputs={"a": 1, "b": 1}, suspend=True) for name in names))
    for name, (attempt, named) in names.items():
        kubelet.wait_for(name, "Suspended")
        uid = json.loads(kubelet.kubectl("get", "te", name, "-o", "json"))["metadata"]["uid"]
        pod_name = named.format(name=name, uid=uid[:8], attempt=attempt)
        kubelet.kubectl("create", "-f", "-", input=to_yaml(forged_pod(pod_name, execution_name=name, uid=uid, attempt=attempt)))
        kubelet.change(name, suspend=False)
    for name in names:
        kubelet.runs(name, 0)
        assert [one["number"] for one in kubelet.wait_for(name, "Running")["attempts"]] == [0]


def forged_pod(name: str, *, execution_name: str, uid: str, attempt: int) -> dict[str, Any]:
    """A tenant's pod that says it is an attempt."""
    owner = {"apiVersion": "glider.dev/v1alpha1", "kind": "TaskExecution", "name": execution_name, "uid": uid, "controller": True}
    labels = {"glider.dev/execution-uid": uid, "glider.dev/attempt": str(attempt), "app.kubernetes.io/managed-by": "glider"} | OURS
    metadata = {"name": name, "labels": labels, "ownerReferences": [owner]}
    spec = {"containers": [RESTRICTED], "securityContext": POD_SECURITY, "nodeSelector": NOWHERE}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


POD_SECURITY = {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}}
RESTRICTED = {
    "name": "x",
    "image": "x",
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}


def test_meanwhile_good_executions_went_on_at_their_pace(guarded: Guarded, record_property: Any):
    """The last test here."""
    wait_until(lambda: len(guarded.paces) >= 5, timeout=60, what="five good executions")
    record_property("paces", [round(pace, 1) for pace in sorted(guarded.paces)[-3:]])
    record_property("memory_mib", guarded.memory() >> 20)
    assert max(guarded.paces) < LATE
    assert guarded.process.poll() is None and is_ready(guarded.process)
    assert guarded.memory() < MOST_MEMORY
    assert "Traceback" not in guarded.log.read_text()
