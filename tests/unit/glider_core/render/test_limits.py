"""What the kernel wouldn't take is refused before there is a pod. Each limit is compared with the kernel's own."""

from __future__ import annotations

import base64
import subprocess

import pytest

from glider.wire.contract import ENV_INLINE_INPUTS, MAX_ARGUMENT_BYTES, MAX_INLINE_INPUTS_BYTES
from glider.wire.jsonform import FieldError
from glider_core.config import Config
from glider_core.render.pod import render_pod
from glider_core.resolve.resolution import Refused, Resolved
from glider_core.resolve.resolving import resolve
from tests.unit.glider_core.builders import TASK, make_execution, resolved

LONGEST = MAX_ARGUMENT_BYTES - 1


def pod_of(*, env=(), args=("run",), command=(), beside=(), inputs=None, interface=None, execution=None, **container):
    own = {"name": "task", "image": "i", "command": list(command), "args": list(args), "env": list(env)} | container
    spec = {"containers": [own], "initContainers": list(beside)}
    task = {"id": TASK["id"], "interface": interface or {}, "podTemplate": {"spec": spec}, "primaryContainerName": "task"}
    made = make_execution(task=task, inputs=inputs or {}, **(execution or {}))
    return render_pod(made, resolved(made), attempt=0, config=Config())["spec"]


def starts(arguments: list[str], env: dict[str, str]) -> bool:
    """Whether this machine's kernel takes it."""
    try:
        return subprocess.run(["/bin/true", *arguments], env=env, check=False).returncode == 0
    except OSError:
        return False


def test_the_longest_argument_and_variable_are_those_of_the_kernel():
    assert starts(["x" * LONGEST], {"A": "x" * (LONGEST - 2)})
    assert not starts(["x" * (LONGEST + 1)], {})
    assert not starts([], {"A": "x" * (LONGEST - 1)})


def test_the_largest_inline_inputs_just_fit():
    encoded = base64.b64encode(b"x" * MAX_INLINE_INPUTS_BYTES).decode()
    assert starts([], {ENV_INLINE_INPUTS: encoded})
    assert not starts([], {ENV_INLINE_INPUTS: base64.b64encode(b"x" * (MAX_INLINE_INPUTS_BYTES + 3)).decode()})


@pytest.mark.parametrize(
    ("size", "fits"),
    [
        pytest.param(MAX_INLINE_INPUTS_BYTES, True, id="as large as may be"),
        pytest.param(MAX_INLINE_INPUTS_BYTES + 1, False, id="one byte more"),
        pytest.param(98_290, False, id="96 KiB less a few bytes"),
    ],
)
def test_inputs_fit_or_are_refused(size, fits):
    interface = {"inputs": {"text": "string"}}
    overhead = 26  # of the literal map around it, with lengths of three bytes
    execution = make_execution(task=TASK | {"interface": interface}, inputs={"text": "x" * (size - overhead)})
    resolution = resolve(execution, templates={}, config=Config())
    if not fits:
        assert isinstance(resolution, Refused)
        assert resolution.message == (
            f"spec.inputs: expected at most {MAX_INLINE_INPUTS_BYTES} bytes once encoded; larger inputs go to the object store, and their "
            f"place to spec.inputsUri, found {size}"
        )
        return
    assert isinstance(resolution, Resolved)
    assert resolution.inline_inputs is not None
    assert len(resolution.inline_inputs) == size
    env = render_pod(execution, resolution, attempt=0, config=Config())["spec"]["containers"][0]["env"]
    assert starts([], {one["name"]: one["value"] for one in env if one["name"] == ENV_INLINE_INPUTS})


LONG = {"name": "LONG", "value": "x" * 70_000}
TOO_LONG = f"expected at most {LONGEST} bytes, since the kernel takes no longer"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param(
            {"args": ["run", "{{.inputs.text}}" * 2], "inputs": {"text": "x" * 70_000}, "interface": {"inputs": {"text": "string"}}},
            f"containers[task].args[1]: {TOO_LONG} argument, found 140000 bytes",
            id="an input twice in one argument",
        ),
        pytest.param({"command": ["é" * 70_000]}, f"containers[task].command[0]: {TOO_LONG} argument, found 140000", id="bytes count"),
        pytest.param(
            {"env": [LONG], "args": ["$(LONG)$(LONG)"]}, f"containers[task].args[0]: {TOO_LONG} argument, found 140000", id="variables"
        ),
        pytest.param(
            {"env": [LONG, {"name": "TWICE", "value": "$(LONG)$(LONG)"}]},
            f"containers[task].env[TWICE]: {TOO_LONG} variable, its name included, found 140006 bytes",
            id="a variable of variables",
        ),
        pytest.param(
            {"env": [{"name": "A", "value": "x" * (LONGEST - 1)}]},
            f"containers[task].env[A]: {TOO_LONG} variable, its name included, found {LONGEST + 1} bytes",
            id="a variable, one byte too long with its name",
        ),
        pytest.param(
            {"execution": {"env": [{"name": "A", "value": "x" * LONGEST}]}}, f"containers[task].env[A]: {TOO_LONG}", id="the execution's"
        ),
        pytest.param(
            {"beside": [{"name": "first", "image": "i", "args": ["x" * (LONGEST + 1)]}]},
            f"initContainers[first].args[0]: {TOO_LONG} argument, found {LONGEST + 1} bytes",
            id="an init container's",
        ),
        pytest.param(
            {"args": ["{{.inputs.text}}"] * 24, "inputs": {"text": "x" * 90_000}, "interface": {"inputs": {"text": "string"}}},
            "containers[task]: expected command line and variables of at most 2097152 bytes together, which is what",
            id="all together",
        ),
    ],
)
def test_what_is_too_long_is_refused_and_named(fields, message):
    with pytest.raises(FieldError) as caught:
        pod_of(**fields)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"args": ["x" * LONGEST]}, id="the longest argument"),
        pytest.param({"env": [{"name": "A", "value": "x" * (LONGEST - 2)}]}, id="the longest variable"),
        pytest.param({"args": ["$$" * 100_000]}, id="of two dollars the kubelet makes one"),
        pytest.param(
            {"args": ["{{.inputs.text}}"] * 20, "inputs": {"text": "x" * 90_000}, "interface": {"inputs": {"text": "string"}}},
            id="many together",
        ),
    ],
)
def test_what_the_kernel_takes_is_rendered(fields):
    assert pod_of(**fields)["containers"][0]["name"] == "task"
