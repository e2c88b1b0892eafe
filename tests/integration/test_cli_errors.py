"""What `glider` answers to mistakes: one sentence with what was expected and found, and mostly a next step. Never a traceback."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.fixtures import Cluster, KubectlError
from tests.cluster.ports import free_ports
from tests.e2e.conftest import wait_until
from tests.integration.mistakes import Mistake, Place, namespaces, plugin, write_files, write_kubeconfig
from tests.resources import divider, execution, template, to_yaml

pytestmark = pytest.mark.cluster

_SEGMENT = "at most 63 letters, digits, dashes, underscores and dots"


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
    tasks = [template("divider", divider()), *(execution(name, task=divider(), inputs={"a": 1, "b": 1}) for name in ("new", "over"))]
    cluster.kubectl("-n", namespace, "create", "-f", "-", input=to_yaml(*tasks))
    attempts = [{"number": 0, "podName": "gone", "startTime": "2026-01-31T12:00:00Z", "completionTime": "2026-01-31T12:00:05Z"}]
    status = {"status": {"phase": "Failed", "observedGeneration": 1, "attempts": attempts}}
    cluster.kubectl("-n", namespace, "patch", "te/over", "--subresource=status", "--type=merge", "-p", json.dumps(status))


def _use_up(cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("-n", namespace, "create", "quota", "none", "--hard=count/taskexecutions.glider.dev=0")
    body = to_yaml(execution("x", task=divider(), inputs={"a": 1, "b": 1}))
    wait_until(_refused(cluster, namespace, body, "exceeded quota"), what="the quota to count")


def _begin_to_delete(cluster: Cluster, namespace: str) -> None:
    held = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "held", "finalizers": ["glider.dev/test"]}}
    cluster.kubectl("-n", namespace, "create", "-f", "-", input=json.dumps(held))
    cluster.kubectl("delete", "namespace", namespace, "--wait=false")


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


ON_THE_COMMAND_LINE = {
    "a command that there isn't": Mistake("gte", "expected a command of glider, found 'gte'. Did you mean get?", 2),
    "an option that there isn't": Mistake("get --nosuch", "No such option '--nosuch'.", 2),
    "nothing to run": Mistake(
        "run", "expected a task (FILE.py TASK, -m MODULE TASK, or a TaskTemplate's name) or -f FILE, found neither.", 2
    ),
    "a file and no task": Mistake(
        "run mistaken.py", "expected the name of a task after mistaken.py, found nothing. It has add, paint, count.", 2
    ),
    "a task that there isn't": Mistake(
        "run mistaken.py ad",
        "$folder/mistaken.py: expected a task ad, found the functions add, paint, count, double, outer; did you mean add?",
    ),
    "a path that there isn't": Mistake("run nosuch.py f", "nosuch.py: expected a Python file, found none of that name. Check the path.", 2),
    "a file that isn't Python": Mistake(
        "run notes.txt f", "notes.txt: expected a Python file (.py), found .txt. -f FILE takes executions from files.", 2
    ),
    "a folder that is no package": Mistake(
        "run folder f",
        "folder: expected a Python file, or the folder of a package, found a folder without __init__.py; name a file in it",
    ),
    "a folder without Python files": Mistake("register folder", "folder: expected Python files with tasks, found no Python file"),
    "a module that there isn't": Mistake(
        "run -m nosuchmodule f", "nosuchmodule: expected a module in $folder, or an installed one, found none of the name nosuchmodule"
    ),
    "an input that is missing": Mistake("run mistaken.py add", "inputs: expected --a (integer), found nothing", 2),
    "an input of another type": Mistake("run mistaken.py add --a x", '--a: expected integer, found "x"', 2),
    "an input that is too large": Mistake(
        "run mistaken.py add --a 99999999999999999999", "--a: expected integer (64 bits), found 99999999999999999999", 2
    ),
    "an input that there isn't": Mistake(
        "run mistaken.py add --a 1 --c 2",
        "--c: expected one of the task's inputs --a, --b, or an option of the command, found the unknown option --c (did you mean …?)",
        2,
    ),
    "an input without a value": Mistake("run mistaken.py add --a", "--a: expected a value (integer), found nothing", 2),
    "an input that is given twice": Mistake("run mistaken.py add --a 1 --a 2", "--a: expected one value, found 2", 2),
    "a value that an enum doesn't have": Mistake(
        "run mistaken.py paint --color green", '--color: expected one of red, blue, found "green"', 2
    ),
    "a moment that is none": Mistake(
        "run mistaken.py paint --color red --when later", '--when: expected a datetime such as …, found "later"', 2
    ),
    "a file of inputs that there isn't": Mistake(
        "run mistaken.py add --inputs @nosuch.yaml",
        "--inputs: expected a file of YAML or JSON, found nosuch.yaml: No such file or directory",
        2,
    ),
    "a file of inputs that can't be read": Mistake(
        "run mistaken.py add --inputs @unfinished.yaml",
        "--inputs: unfinished.yaml: expected YAML or JSON as kubectl reads it, found in line 2, column 1: …",
        2,
    ),
    "an unknown name among inputs": Mistake(
        """run mistaken.py add --inputs '{"a": 1, "z": 1}'""", 'inputs.z: expected one of a, b, found the unknown name "z"', 2
    ),
    "a local file and no store": Mistake(
        "run mistaken.py count --file notes.txt",
        "--file: expected a URI, or a store to upload the file to: pass --storage URI, or set GLIDER_STORAGE_PREFIX, "
        "found the local path notes.txt",
        2,
    ),
    "a local file that there isn't": Mistake(
        "run mistaken.py count --file nosuch.txt", "--file: expected a file…: a local path or a URI, found nosuch.txt, which isn't there", 2
    ),
    "a duration that is none": Mistake(
        "run mistaken.py add --a 1 --timeout soon", "Invalid value for '--timeout': expected a duration such as 90s, …, found 'soon'.", 2
    ),
    "an amount that is none": Mistake(
        "run mistaken.py add --a 1 --mem 1GB", "Invalid value for '--mem': expected a quantity such as 500m or 2Gi, found '1GB'.", 2
    ),
    "a label without a value": Mistake(
        "run mistaken.py add --a 1 --label x", "Invalid value for '--label': expected NAME=VALUE, found 'x'.", 2
    ),
    "a label with a blank": Mistake(
        "run mistaken.py add --a 1 --label 'a b=c'",
        f"Invalid value for '--label': expected a label such as team=ml: {_SEGMENT}, found 'a b=c'.",
        2,
    ),
    "a name in capitals": Mistake(
        "run mistaken.py add --a 1 --name Train",
        "Invalid value for '--name': expected at most 63 lower-case letters, digits, dashes and dots, "
        "with a letter or digit at both ends, found 'Train'.",
        2,
    ),
    "a name that is too long": Mistake(f"run mistaken.py add --a 1 --name {'n' * 64}", f"…, found '{'n' * 64}' (64).", 2),
    "a store that no pod reaches": Mistake(
        "run mistaken.py add --a 1 --storage bucket/x",
        "--storage: expected the URI of a store that pods reach, such as s3://bucket/prefix, found 'bucket/x'",
    ),
    "a debugger on the cluster": Mistake(
        "run mistaken.py add --a 1 --pdb", "--pdb: expected --local beside it, found none. Add --local.", 2
    ),
    "YAML that can't be read": Mistake(
        "submit -f unfinished.yaml", "unfinished.yaml: expected YAML or JSON as kubectl reads it, found in line 2, column 1: …"
    ),
    "a file that holds no YAML": Mistake(
        "render -f notes.txt", 'notes.txt: expected TaskExecutions, TaskTemplates and the like in YAML or JSON, found "hello"'
    ),
    "another kind of object": Mistake(
        "submit -f pod.yaml",
        'pod.yaml: expected TaskExecution and TaskTemplate objects of glider.dev/v1alpha1, with at least one execution, found "v1 Pod x"',
    ),
    "another version of the API": Mistake("submit -f newer.yaml", '…, found "glider.dev/v9 TaskExecution x"'),
    "a file that there isn't": Mistake(
        "submit -f nosuch.yaml", "Invalid value for '-f' / '--filename': File 'nosuch.yaml' does not exist.", 2
    ),
    "an output form that there isn't": Mistake(
        "get -o xml",
        "Invalid value for '-o' / '--output': expected wide, json, yaml, name, jsonpath=…, custom-columns=…, found 'xml'.",
        2,
    ),
    "a JSONPath that isn't closed": Mistake("get -o 'jsonpath={.items[}'", "jsonpath: expected a ] for each [, found {.items[}"),
    "columns without a path": Mistake(
        "get -o custom-columns=NAME", "custom-columns: expected HEADER:path,… such as NAME:.metadata.name, found NAME"
    ),
    "a phase that there isn't": Mistake(
        "get --phase Done", "Invalid value for '--phase': 'Done' is not one of 'pending', …, 'timedout'.", 2
    ),
    "a name and a selection": Mistake("get -A x", "expected NAMEs, or -A, -l, --field-selector, --phase and --since; found both.", 2),
    "another kind than an execution": Mistake(
        "describe pod/x", "expected the name of an execution, such as hello-x7k2p or te/hello-x7k2p, found 'pod/x'.", 2
    ),
    "nothing to cancel": Mistake(
        "cancel", "expected the name of an execution, -l SELECTOR or --all, found nothing. `glider get` lists executions.", 2
    ),
    "no archive to convert": Mistake("convert notes.txt", "notes.txt: expected an archive of `pyflyte package`, …, found text; …"),
}

IN_THE_USERS_CODE = {
    "an import that fails": Mistake(
        "run mistaken_import.py f",
        "$folder/mistaken_import.py, line 1: ModuleNotFoundError: No module named 'there_is_no_such_package' in "
        "`import there_is_no_such_package`; install there_is_no_such_package here, or register the folder that holds it if it is your own",
    ),
    "a module that raises": Mistake(
        "register mistaken_raises.py", "$folder/mistaken_raises.py, line 1: ZeroDivisionError: division by zero in `x = 1 / 0`"
    ),
    "a syntax error": Mistake("run mistaken_syntax.py f", "$folder/mistaken_syntax.py, line 1: SyntaxError: invalid syntax in `def f(:`"),
    "a circular import": Mistake(
        "run mistaken_circle_a.py f",
        "$folder/mistaken_circle_b.py, line 1: ImportError: cannot import name 'f' from partially initialized module "
        "'mistaken_circle_a' …; move what both modules need into a third one",
    ),
    "a task below __main__": Mistake(
        "run mistaken_main.py f",
        "$folder/mistaken_main.py: expected f at the top level of its module, since a pod imports it by its name, found it in line 3 "
        'inside a function, a class or `if __name__ == "__main__":`; move it out',
    ),
    "a nested function": Mistake("run mistaken.py inner", "…: expected inner at the top level of its module, …; move it out"),
    "a lambda": Mistake("run mistaken.py double --a 1", "…, line …: double can't be a task: a: expected a type hint, found none"),
    "a value that is no function": Mistake(
        "run mistaken.py NUMBER", "…: expected a function or a task by the name NUMBER, found a value of the type int"
    ),
    "a parameter without a type": Mistake(
        "run mistaken_untyped.py f --a 1", "$folder/mistaken_untyped.py, line 1: f can't be a task: a: expected a type hint, found none"
    ),
    "any number of parameters": Mistake(
        "run mistaken_many.py f", "…, line 1: f can't be a task: a: a task takes named parameters only, not *args, …"
    ),
    "a module that exits": Mistake(
        "run mistaken_exit.py f",
        '…, line 3: SystemExit: 3 in `sys.exit(3)`; put what isn\'t for imports below `if __name__ == "__main__":`',
    ),
    "no tasks": Mistake(
        "register mistaken_empty.py",
        "$folder/mistaken_empty.py: expected a task, declared by @glider.task or flytekit's @task, found no function; write one",
    ),
    "the name of a standard module": Mistake(
        "run random.py f", "…: expected a name that no module of Python's standard library has, found random; rename random.py"
    ),
    "a name that Python can't import": Mistake(
        "run 2mistaken.py f", "2mistaken.py: expected a name that Python can import, such as _2mistaken, found 2mistaken; rename it"
    ),
    "code that is too large": Mistake(
        "run ../big/mistaken_big.py f",
        "the code in …/big is too large: expected an archive of at most … MiB for ConfigMaps, found 15.0 MiB. "
        "The largest files are data.bin (15.0 MiB), mistaken_big.py (29 bytes). Leave out what isn't code with …, "
        "or put it into a store with --storage or GLIDER_STORAGE_PREFIX",
    ),
}

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
        "submit -f absent.yaml -n $full",
        "the TaskExecution… is refused: …exceeded quota: none, …. Delete what nobody needs any more, or have the quota raised.",
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
