"""What `glider` answers to mistakes: one sentence with what was expected and found, and mostly a next step. Never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.fixtures import Cluster, KubectlError
from tests.cluster.ports import free_ports
from tests.e2e.conftest import wait_until
from tests.integration.cli import UNSERVED
from tests.integration.mistaken_lines import IN_THE_USERS_CODE, ON_THE_COMMAND_LINE
from tests.integration.mistakes import Mistake, Place, namespaces, plugin, write_files, write_kubeconfig
from tests.resources import divider, execution, template, to_yaml

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def place(crds: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A namespace with a template and executions in some states, one with a full quota, one that is being deleted."""
    folder = tmp_path_factory.mktemp("mistakes") / "work"
    folder.mkdir()
    write_files(folder)
    with namespaces(crds, "errors", "full", "ending") as made:
        names = {"ns": made["errors"], "full": made["full"], "ending": made["ending"], "folder": str(folder)}
        names |= _kubeconfigs(crds, folder.parent, namespace=made["errors"])
        _fill(crds, made["errors"])
        _use_up(crds, made["full"])
        _begin_to_delete(crds, made["ending"])
        try:
            yield Place(folder=folder, kubeconfig=crds.kubeconfig, names=names)
        finally:
            crds.kubectl("-n", made["ending"], "patch", "configmap", "held", "--type=merge", "-p", '{"metadata": {"finalizers": []}}')


def _fill(cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("-n", namespace, "create", "-f", "-", input=to_yaml(template("divider", divider()), *map(_unserved, ("new", "over"))))
    attempts = [{"number": 0, "podName": "gone", "startTime": "2026-01-31T12:00:00Z", "completionTime": "2026-01-31T12:00:05Z"}]
    status = {"status": {"phase": "Failed", "observedGeneration": 1, "attempts": attempts}}
    cluster.kubectl("-n", namespace, "patch", "te/over", "--subresource=status", "--type=merge", "-p", json.dumps(status))


def _unserved(name: str) -> dict[str, Any]:
    """An execution that stays as it is."""
    return execution(name, task=divider(), inputs={"a": 1, "b": 1}) | {"metadata": {"name": name, "labels": UNSERVED}}


def _use_up(cluster: Cluster, namespace: str) -> None:
    """A quota on ConfigMaps, since those on a CRD's objects count only once the quota controller has discovered the CRD."""
    cluster.kubectl("-n", namespace, "create", "quota", "none", "--hard=count/configmaps=0")
    body = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}})
    wait_until(_refused(cluster, namespace, body, "exceeded quota"), what="the quota to count")


def _begin_to_delete(cluster: Cluster, namespace: str) -> None:
    held = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "held", "finalizers": ["glider.dev/test"]}}
    cluster.kubectl("-n", namespace, "create", "-f", "-", input=json.dumps(held))
    cluster.kubectl("delete", "namespace", namespace, "--wait=false")
    body = to_yaml(execution("x", task=divider(), inputs={"a": 1, "b": 1}))
    wait_until(_refused(cluster, namespace, body, "being terminated"), what="the namespace to take nothing any more")


def _refused(cluster: Cluster, namespace: str, body: str, words: str) -> Callable[[], bool]:
    """Whether the creation of `body` is refused with these words by now."""

    def refused() -> bool:
        try:
            cluster.kubectl("-n", namespace, "create", "--dry-run=server", "-f", "-", input=body)
        except KubectlError as error:
            return words in str(error)
        return False

    return refused


def _kubeconfigs(cluster: Cluster, folder: Path, *, namespace: str) -> dict[str, str]:
    """Kubeconfigs with which something is wrong, and the names of what they lead to."""
    (port,) = free_ports(1)
    source = cluster.kubeconfig
    (folder / "broken").write_text("clusters: [\n")
    (folder / "ca.pem").write_text("no certificate\n")
    cluster.kubectl("-n", namespace, "create", "serviceaccount", "reader")
    cluster.kubectl("-n", namespace, "create", "serviceaccount", "deleted")
    cluster.kubectl("-n", namespace, "create", "role", "reader", "--verb=get,list", "--resource=taskexecutions.glider.dev")
    cluster.kubectl("-n", namespace, "create", "rolebinding", "reader", "--role=reader", f"--serviceaccount={namespace}:reader")
    tokens = {name: cluster.kubectl("-n", namespace, "create", "token", name).strip() for name in ("reader", "deleted")}
    cluster.kubectl("-n", namespace, "delete", "serviceaccount", "deleted")
    nowhere = f"127.0.0.1:{port}"
    changed: dict[str, dict[str, Any]] = {
        "unreachable": {"server": f"https://{nowhere}"},
        "other_ca": {"certificate-authority-data": None, "certificate-authority": str(_other_authority(folder))},
        "no_ca": {"certificate-authority-data": None, "certificate-authority": str(folder / "ca.pem")},
        "proxy": {"proxy-url": f"http://{nowhere}"},
        "bad_token": {"user": {"token": "nonsense"}},
        "old_token": {"user": {"token": tokens["deleted"]}},
        "reader": {"user": {"token": tokens["reader"]}},
        "no_plugin": {"user": plugin("there-is-no-such-plugin")},
        "failing_plugin": {"user": plugin(sys.executable, "-c", "import sys; sys.exit('the session has ended')")},
    }
    written = {name: str(write_kubeconfig(source, folder / name, **fields)) for name, fields in changed.items()}
    return {**written, "kubeconfig": str(source), "broken": str(folder / "broken"), "nowhere": nowhere, "python": sys.executable}


def _other_authority(folder: Path) -> Path:
    """The certificate of an authority that the API server's isn't from."""
    import ssl

    file = folder / "other.pem"
    loaded = ssl.create_default_context()
    file.write_text(ssl.DER_cert_to_PEM_cert(loaded.get_ca_certs(binary_form=True)[0]))
    return file


ON_THE_WAY_TO_A_CLUSTER = {
    "no kubeconfig": Mistake("get --kubeconfig nosuch", "nosuch: expected a kubeconfig, found no file. Check --kubeconfig."),
    "a kubeconfig that can't be read": Mistake("get --kubeconfig $broken", "$broken: expected a kubeconfig, found no YAML: …"),
    "a kubeconfig of another kind": Mistake("get --kubeconfig notes.txt", "notes.txt: expected a kubeconfig, found a str."),
    "a context that there isn't": Mistake(
        "get --context prod", "$kubeconfig: expected the context 'prod', found …. Pass --context with one of these."
    ),
    "a cluster that doesn't answer": Mistake(
        "get --kubeconfig $unreachable",
        "no answer from https://$nowhere (context …): Connection refused. Check that the cluster runs, and the context.",
    ),
    "a proxy that doesn't answer": Mistake(
        "get --kubeconfig $proxy",
        "no answer from https://…: the proxy http://$nowhere fails: Connection refused. "
        "Check proxy-url in the kubeconfig, HTTPS_PROXY and NO_PROXY.",
    ),
    "another authority": Mistake(
        "get --kubeconfig $other_ca",
        "no trusted connection to https://…: …certificate verify failed…. Check the kubeconfig's certificate-authority and server.",
    ),
    "a file of authorities without any": Mistake("get --kubeconfig $no_ca", "…expected the certificates of authorities, found none: …"),
    "a token that is none": Mistake(
        "get --kubeconfig $bad_token",
        "https://… refuses the credentials of …: they are wrong or have expired. "
        "Log in to the cluster again, or choose another context with --context.",
    ),
    "a token that isn't valid any more": Mistake(
        "get --kubeconfig $old_token", "https://… refuses the credentials of …: they are wrong or have expired. …"
    ),
    "a credential plugin that isn't installed": Mistake(
        "get --kubeconfig $no_plugin", "the credential plugin 'there-is-no-such-plugin' of the kubeconfig isn't there. …"
    ),
    "a credential plugin that fails": Mistake(
        "get --kubeconfig $failing_plugin",
        "the credential plugin '$python' failed with exit code 1: the session has ended. Log in again.",
    ),
    "a group and no user": Mistake("get --as-group ml", "--as-group: expected --as beside it, found none. Pass --as USER, too."),
}

IN_THE_CLUSTER = {
    "no right to see executions": Mistake(
        "get -n $ns --as ann",
        "the user 'ann' may not list taskexecutions.glider.dev in the namespace '$ns'. "
        "Whoever administers the namespace can grant it with a Role and a binding.",
    ),
    "no right to cancel": Mistake(
        "cancel new -n $ns --kubeconfig $reader",
        "the user 'system:serviceaccount:$ns:reader' may not patch taskexecutions.glider.dev in the namespace '$ns'. …",
    ),
    "no right to register": Mistake(
        "run mistaken.py add --a 1 -n $ns --kubeconfig $reader",
        "the user 'system:serviceaccount:$ns:reader' may not get configmaps in the namespace '$ns'. … "
        "Code travels in ConfigMaps where there is no store: pass --storage, …",
    ),
    "no right to impersonate": Mistake(
        "get -n $ns --kubeconfig $reader --as ann",
        "the user 'system:serviceaccount:$ns:reader' may not act as 'ann'. Leave --as out, or have the verb impersonate granted.",
    ),
    "a namespace that there isn't": Mistake(
        "get -n absent", "there is no namespace 'absent'. Choose another with -n, or create it: kubectl create namespace absent"
    ),
    "a namespace to run in that there isn't": Mistake("run mistaken.py add --a 1 -n absent", "there is no namespace 'absent'. …"),
    "a namespace that is being deleted": Mistake(
        "submit -f absent.yaml -n $ending", "the namespace '$ending' is being deleted. Choose another with -n."
    ),
    "a quota that is used up": Mistake(
        "run mistaken.py add --a 1 -n $full",
        "the ConfigMap… is refused: …exceeded quota: none, …. Delete what nobody needs any more, or have the quota raised.",
    ),
    "a template that there isn't": Mistake(
        "run dividre --a 1 --b 1 -n $ns",
        "there is no TaskTemplate or task 'dividre' in the namespace '$ns' (did you mean divider?). "
        "`glider templates` lists those that are there.",
    ),
    "an input of another type, of a template": Mistake("run divider --a x --b 1 -n $ns", '--a: expected integer, found "x"', 2),
    "a name that is taken": Mistake(
        "run divider --a 1 --b 1 --name new -n $ns",
        "there is already a TaskExecution 'new' in the namespace '$ns'. Choose another name, or delete it first.",
    ),
    "a field that there isn't": Mistake(
        "submit -f typo.yaml -n $ns",
        "the TaskExecution 'x' is refused: .spec.imputs: field not declared in schema. "
        "Correct it; if it is right, the CRDs are older than this client: `glider doctor` compares them.",
    ),
    "an execution that there isn't": Mistake(
        "describe nosuch -n $ns", "there is no TaskExecution 'nosuch' in the namespace '$ns'. `glider get` lists those that are there."
    ),
    "an execution to delete that there isn't": Mistake(
        "delete nosuch -n $ns", "there is no TaskExecution 'nosuch' in the namespace '$ns'. …"
    ),
    "an execution to rerun that there isn't": Mistake(
        "rerun nosuch -n $ns", "there is no TaskExecution 'nosuch' in the namespace '$ns'. …"
    ),
    "an execution to replay that there isn't": Mistake(
        "replay nosuch -n $ns", "there is no TaskExecution 'nosuch' in the namespace '$ns'. …"
    ),
    "all executions without a yes": Mistake(
        "delete --all -n $ns", "--all: expected --yes beside it, since it is for 2 executions in the namespace $ns. Add --yes.", 2
    ),
    "suspending what has finished": Mistake("suspend over -n $ns", "over can't be suspended, since it has finished: Failed"),
    "logs of what has no attempt": Mistake(
        "logs new -n $ns", "new has no attempt, and so no log; its phase is Pending. `glider describe new` shows more."
    ),
    "an attempt that there isn't": Mistake(
        "logs over --attempt 7 -n $ns", "over has no attempt 7; there are: 0. Pass one of these to --attempt."
    ),
    "logs of a pod that is gone": Mistake(
        "logs over -n $ns",
        "the pod of attempt 0 is gone, and its log with it. `glider describe over` shows how the attempt ended.",
    ),
    "outputs that aren't there yet": Mistake(
        "outputs new -n $ns", "new has no outputs yet: its phase is Pending. `glider wait new` waits for its end."
    ),
    "labels that can't be read": Mistake(
        "get -l 'a in' -n $ns", "the selection of taskexecutions.glider.dev is refused: …. Check -l and --field-selector."
    ),
    "a field that can't be selected": Mistake(
        "get --field-selector spec.x=1 -n $ns",
        "the selection of taskexecutions.glider.dev is refused: field label not supported: spec.x. Check -l and --field-selector.",
    ),
    "a cluster without metrics": Mistake(
        "top -n $ns",
        "this cluster has no metrics server (metrics.k8s.io). Install one; `glider describe NAME` shows what finished attempts used.",
    ),
}

ALL = {**ON_THE_COMMAND_LINE, **IN_THE_USERS_CODE, **ON_THE_WAY_TO_A_CLUSTER, **IN_THE_CLUSTER}


@pytest.mark.parametrize("mistake", ALL.values(), ids=ALL)
def test_a_mistake(place: Place, mistake: Mistake) -> None:
    place.check(mistake)


@pytest.mark.parametrize(
    "command",
    ["get", "get -o yaml", "get -o name", "get -w", "describe over", "templates", "tree", "inputs over", "doctor", "version"],
)
def test_a_pipe_that_nobody_reads_ends_it_quietly(place: Place, command: str) -> None:
    """As of `glider get | head -1`."""
    reading, writing = os.pipe()
    os.close(reading)
    arguments = [*command.split(), "-n", place.names["ns"], "--kubeconfig", str(place.kubeconfig)]
    try:
        glider = [str(Path(sys.executable).parent / "glider"), *arguments]
        process = subprocess.Popen(glider, stdout=writing, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    finally:
        os.close(writing)
    _, errors = process.communicate(timeout=60)
    assert errors == ""


def test_a_traceback_is_shown_to_those_who_ask_for_it(place: Place) -> None:
    command = [str(Path(sys.executable).parent / "glider"), "--debug", "get", "--kubeconfig", "nosuch"]
    done = subprocess.run(command, cwd=place.folder, capture_output=True, text=True, check=False)
    assert "Traceback (most recent call last)" in done.stderr
    assert "ClusterConfigError: nosuch: expected a kubeconfig, found no file." in done.stderr


def test_one_version_with_other_content(place: Place) -> None:
    """Registered by one person with one content, and by another one with another."""
    command = "register mistaken.py --version v1 -n $ns"
    assert place.run(Mistake(command, "")).exit_code == 0
    file = place.folder / "mistaken.py"
    before = file.read_text()
    try:
        file.write_text(before.replace("return a + b", "return b + a"))
        message = (
            "the version v1 of mistaken.add is in the namespace $ns already, with other content:\n  spec.code.…\n"
            "Pass another --version, or none: then the version is made of the content."
        )
        place.check(Mistake(command, message))
    finally:
        file.write_text(before)
