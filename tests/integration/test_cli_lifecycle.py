"""`glider cancel`, `suspend`, `resume` and `delete` on a real API server, as a person sees them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from glider_client.cli.glider import main
from tests.cluster.fixtures import Cluster
from tests.resources import divider, execution

pytestmark = pytest.mark.cluster

Glider = Callable[..., Result]


@pytest.fixture
def glider(crds: Cluster, namespace: str) -> Glider:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "-n", namespace, "--kubeconfig", str(crds.kubeconfig)])

    return run


@pytest.fixture
def create(crds: Cluster, namespace: str) -> Callable[..., None]:
    """Creates executions that no operator reconciles; `phase` is written as it would."""

    def make(*names: str, phase: str = "", labels: dict[str, str] | None = None, **spec: Any) -> None:
        for name in names:
            body = execution(name, task=divider(), inputs={"a": 1, "b": 2}, **spec)
            body["metadata"]["labels"] = {"glider.dev/instance-id": "nobody", **(labels or {})}
            crds.kubectl("-n", namespace, "create", "-f", "-", input=json.dumps(body))
            if phase:
                status = json.dumps({"status": {"phase": phase}})
                crds.kubectl("-n", namespace, "patch", f"te/{name}", "--subresource=status", "--type=merge", "-p", status)

    return make


def spec_of(cluster: Cluster, namespace: str, name: str) -> dict[str, Any]:
    return json.loads(cluster.kubectl("-n", namespace, "get", f"te/{name}", "-o", "json"))["spec"]


def test_one_is_cancelled_and_cancelling_it_again_changes_nothing(crds: Cluster, namespace: str, create, glider: Glider):
    create("hello", phase="Running")
    first = glider("cancel", "hello")
    assert (first.exit_code, first.output) == (0, "hello is being cancelled\n")
    assert spec_of(crds, namespace, "hello")["cancel"] is True
    again = glider("cancel", "te/hello")
    assert (again.exit_code, again.output) == (0, "hello is being cancelled already\n")


def test_one_is_suspended_and_resumed(crds: Cluster, namespace: str, create, glider: Glider):
    create("hello", phase="Running")
    assert glider("suspend", "hello").output == "hello is being suspended\n"
    assert spec_of(crds, namespace, "hello")["suspend"] is True
    assert glider("suspend", "hello").output == "hello is suspended already\n"
    assert glider("resume", "hello").output == "hello is being resumed\n"
    assert spec_of(crds, namespace, "hello")["suspend"] is False
    assert glider("resume", "hello").output == "hello isn't suspended\n"


def test_what_has_finished(create, glider: Glider):
    create("hello", phase="Succeeded")
    cancelled = glider("cancel", "hello", "--wait")
    assert (cancelled.exit_code, cancelled.output) == (0, "hello has finished already: Succeeded\n")
    suspended = glider("suspend", "hello")
    assert (suspended.exit_code, suspended.stderr) == (1, "Error: hello can't be suspended, since it has finished: Succeeded\n")


def test_the_others_are_cancelled_where_one_is_not_there(crds: Cluster, namespace: str, create, glider: Glider):
    create("a", "b", phase="Running")
    result = glider("cancel", "a", "nothing", "b")
    assert (result.exit_code, result.stdout) == (1, "a is being cancelled\nb is being cancelled\n")
    assert result.stderr == (
        f"Error: there is no TaskExecution 'nothing' in the namespace '{namespace}'. `glider get` lists those that are there.\n"
    )


def test_executions_are_chosen_by_their_labels(create, glider: Glider):
    create("a", "b", phase="Running", labels={"team": "x"})
    create("c", phase="Running", labels={"team": "y"})
    create("d", phase="Failed", labels={"team": "x"})
    assert glider("cancel", "-l", "team=x").output == "a is being cancelled\nb is being cancelled\n", "not what has finished"
    nothing = glider("suspend", "-l", "team=z")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert nothing.stderr.startswith("No executions to suspend in the namespace test-")


def test_all_of_a_namespace_takes_a_yes(namespace: str, create, glider: Glider):
    create("a", "b", phase="Succeeded")
    refused = glider("delete", "--all")
    assert refused.exit_code == 2
    assert f"--all: expected --yes beside it, since it is for 2 executions in the namespace {namespace}. Add --yes." in refused.output
    assert glider("delete", "--all", "--yes").output == "a is being deleted\nb is being deleted\n"
    assert glider("delete", "a").exit_code == 1


def test_all_namespaces_show_theirs(crds: Cluster, namespace: str, create, glider: Glider):
    create("a", phase="Running", labels={"only": namespace})
    assert glider("cancel", "-A", "-l", f"only={namespace}").output == f"{namespace}/a is being cancelled\n"


def test_json_and_names(create, glider: Glider):
    create("a", "b", phase="Running")
    one = json.loads(glider("suspend", "a", "-o", "json").output)
    assert (one["kind"], one["metadata"]["name"], one["spec"]["suspend"]) == ("TaskExecution", "a", True)
    several = json.loads(glider("suspend", "a", "b", "-o", "json").output)
    assert (several["kind"], [item["metadata"]["name"] for item in several["items"]]) == ("List", ["a", "b"])
    assert glider("cancel", "a", "b", "-o", "name").output == "taskexecution.glider.dev/a\ntaskexecution.glider.dev/b\n"


def test_waiting_without_an_operator_ends_with_the_timeout(create, glider: Glider):
    create("hello", phase="Running")
    result = glider("cancel", "hello", "--wait", "--timeout", "0")
    assert (result.exit_code, result.stdout) == (1, "hello is being cancelled\n")
    assert result.stderr == "Error: hello is Running after 0 s. It goes on; wait longer.\n"


def test_a_deletion_is_waited_for(create, glider: Glider):
    create("hello", phase="Succeeded")
    assert glider("delete", "hello", "--wait").output == "hello is being deleted\nhello deleted\n"


def test_without_the_right_to_it(namespace: str, create, glider: Glider):
    create("hello", phase="Running")
    result = glider("cancel", "hello", "--as", "ann")
    assert result.exit_code == 1
    assert result.output == (
        f"Error: the user 'ann' may not get taskexecutions.glider.dev in the namespace '{namespace}'. "
        "Whoever administers the namespace can grant it with a Role and a binding.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param((), "expected the name of an execution, -l SELECTOR or --all, found nothing", id="nothing is named"),
        pytest.param(("a", "--all"), "expected names, or one of -l and --all (and -A), found both", id="a name and all"),
        pytest.param(("-l", "a=b", "--all"), "expected one of -l and --all, found both", id="labels and all"),
        pytest.param(
            ("pod/a",), "expected the name of an execution, such as hello-x7k2p or te/hello-x7k2p, found 'pod/a'", id="another kind"
        ),
    ],
)
def test_options_that_do_not_fit(glider: Glider, arguments: tuple[str, ...], message: str):
    result = glider("delete", *arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_the_operator_does_what_is_asked(operator: Cluster, namespace: str):
    """Its pod never gets a node; whatever it waits for, cancel, suspend and resume take effect."""

    def glider(*arguments: str) -> str:
        result = CliRunner().invoke(main, [*arguments, "--wait", "-n", namespace, "--kubeconfig", str(operator.kubeconfig)])
        assert result.exit_code == 0, result.output
        return result.output

    body = execution("hello", task=divider(), inputs={"a": 1, "b": 2}, nodeSelector={"tests/there-is": "none"})
    operator.kubectl("-n", namespace, "create", "-f", "-", input=json.dumps(body))
    assert glider("suspend", "hello") == "hello is being suspended\nhello suspended\n"
    assert glider("resume", "hello") == "hello is being resumed\nhello resumed\n"
    assert glider("cancel", "hello") == "hello is being cancelled\nhello cancelled\n"
    assert glider("cancel", "hello") == "hello has finished already: Aborted\n"
