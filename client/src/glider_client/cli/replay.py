"""`glider replay`: runs an execution of the cluster again on this machine, with its code and its real inputs."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from glider.storage.errors import StorageError
from glider.wire.interface import Interface, format_type
from glider.wire.jsonform import FieldError, Literal, to_literal_map, words
from glider_client.cli.examples import examples
from glider_client.cli.followed import report
from glider_client.cli.local_run import as_uri, document_of
from glider_client.cli.options import FILE, config_option, output_option
from glider_client.cli.places import Places, place_options
from glider_client.cli.printing import print_document
from glider_client.following.outcomes import exit_code
from glider_client.local.debugging import stop_at
from glider_client.local.documents import Documents
from glider_client.local.process import Process
from glider_client.local.replaying import Original, Replay, compared, original_of, prepare
from glider_client.local.reporting import Terminal
from glider_client.local.running import LocalRun, Running
from glider_client.local.sources import Sources, read_variables
from glider_client.local.venvs import python_with
from glider_client.sdk.pickles import may_be_pickle
from glider_client.sdk.session import read_literals
from glider_core.api.task import parse_interface
from glider_core.config import load_config
from glider_core.render.layering import PodTemplate

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
#: Set where this process is that of the environment, so that it isn't made again.
_IN_VENV = "GLIDER_REPLAY_VENV"


@click.command(
    epilog=examples("glider replay train-x7k2p", "glider replay train-x7k2p --pdb", "glider replay train-x7k2p --code . --venv"),
)
@click.argument("name")
@click.option("--code", type=_FOLDER, metavar="DIR", help="Run the code in this folder instead of that which ran on the cluster.")
@click.option("--pdb", "debugs", is_flag=True, help="Stop in the debugger at the task's own line of an error. Implies --in-process.")
@click.option("--in-process", is_flag=True, help="Run the task in this process, so that breakpoints work.")
@click.option("--venv", "isolated", is_flag=True, help="Run in a virtual environment that has the packages that the task asks for.")
@click.option(
    "--storage", default="", metavar="URI", help="Where the data goes that it writes, a folder or a URI. Default: .glider in this one."
)
@click.option("--secret-env", "secret_files", type=FILE, multiple=True, help="A file of lines NAME=value for secrets. Repeatable.")
@click.option("--allow-pickle", is_flag=True, help="Run it with inputs that are pickles, too: they run code of whoever wrote them.")
@config_option
@output_option("json", "yaml")
@place_options
def replay(
    name: str,
    code: Path | None,
    debugs: bool,
    in_process: bool,
    isolated: bool,
    storage: str,
    secret_files: tuple[Path, ...],
    allow_pickle: bool,
    config_file: Path | None,
    output: str,
    places: Places,
) -> None:
    """Run the execution NAME again on this machine: its template, its code and its inputs, in one attempt.

    The code comes from where the pod took it; of a task whose code is in its image, modules are imported from this folder. Files of
    inputs and code in a store, and Secrets, are read with your own rights. A task that failed on the cluster fails here with the same
    error. Exit codes are those of `glider run`.

    An execution that is gone from the cluster runs by what the history has. With --history and code in a store no cluster is needed.
    """
    found = places.find_with_task(name)
    original = original_of(found)
    if isolated and os.environ.pop(_IN_VENV, "") != "1":
        _become(python_with(original.packages))
    if not allow_pickle:
        check_pickles(original)
    _report_differences(original, isolated=isolated)
    with tempfile.TemporaryDirectory(prefix="glider-replay-") as folder:
        where = as_uri(storage or ".glider")
        replayed = prepare(found.cluster, original, code=code and code.resolve(), folder=Path(folder) / "code", storage=where)
        for note in replayed.notes:
            click.echo(note, err=True)
        reporter = Terminal(replayed.documents.executions[0])
        start = _starter(in_process=in_process or debugs, debugs=debugs)
        status = _local_run(replayed, reporter, secret_files=secret_files, config_file=config_file, start=start).run()
        document = document_of(replayed.documents.executions[0], status)
        report(name, document, traced=reporter.traced or in_process or debugs, quiet=bool(output))
        if output:
            print_document(document, output)
    if comparison := compared(status, original.ended):
        click.echo(comparison, err=True)
    raise SystemExit(int(exit_code(document)))


def _report_differences(original: Original, *, isolated: bool) -> None:
    """In what this machine isn't the task's pod."""
    if original.python not in ("", here := f"{sys.version_info.major}.{sys.version_info.minor}"):
        click.echo(f"the task's code is for Python {original.python}, and this is {here}", err=True)
    if original.packages and not isolated:
        click.echo(f"not installed here: {' '.join(original.packages)}; --venv makes an environment with them", err=True)


def _local_run(
    replayed: Replay, reporter: Terminal, *, secret_files: Sequence[Path], config_file: Path | None, start: Callable[..., Running]
) -> LocalRun:
    documents = replayed.documents
    execution = documents.executions[0]
    return LocalRun(
        execution,
        templates=documents.templates[execution.namespace],
        workdir=replayed.workdir,
        reporter=reporter,
        pod_template=partial(_pod_template, documents),
        sources=_sources(documents, secret_files),
        config=load_config(config_file).for_namespace(execution.namespace),
        start=start,
    )


def check_pickles(original: Original) -> None:
    """The author of the task, whose code is run, isn't always who wrote its inputs. A file that can't be read is left to the run.

    Raises:
        FieldError: an input may be a pickle, or doesn't fit the interface.
    """
    interface = parse_interface(original.task.get("interface"), path="spec.interface")
    try:
        literals = _inputs(original.execution["spec"], interface)
    except StorageError:
        return
    for name, kind in interface.inputs.items():
        if name in literals and may_be_pickle(literals[name], kind):
            expected = "an input that runs no code when it is loaded, or --allow-pickle if you trust whoever wrote it"
            raise FieldError(f"inputs.{name}", expected=expected, found=words(f"{format_type(kind)}, which may be a pickle"))


def _inputs(spec: Mapping[str, Any], interface: Interface) -> Mapping[str, Literal]:
    if uri := spec.get("inputsUri"):
        return read_literals(str(uri)).literals
    given = {**interface.defaults, **(spec.get("inputs") or {})}
    return to_literal_map(given, interface.inputs, field="spec.inputs", left_out=interface.inputs).literals


def _become(python: Path) -> None:
    """Go on in the environment of `python`, which imports Glider from this one."""
    folder = python.parent
    environment = {**os.environ, _IN_VENV: "1", "VIRTUAL_ENV": str(folder.parent)}
    environment["PATH"] = os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)])
    sys.stdout.flush()
    command = [str(python), "-c", "from glider_client.cli.glider import main; main(prog_name='glider')", *sys.argv[1:]]
    os.execve(python, command, environment)


def _starter(*, in_process: bool, debugs: bool) -> Callable[..., Running]:
    if not in_process:
        return Process
    from glider_client.local.in_process import InProcess  # nearly all of the executor

    return partial(InProcess, on_error=stop_at if debugs else None)


def _sources(documents: Documents, secret_files: Sequence[Path]) -> Sources:
    variables = dict(os.environ)
    for file in secret_files:
        variables |= read_variables(file)
    return Sources(variables=variables, secrets=documents.secrets, config_maps=documents.config_maps)


def _pod_template(documents: Documents, namespace: str, name: str | None) -> PodTemplate | None:
    """An empty one where it isn't there, or may not be read: here it only has variables to give."""
    if name is None or (namespace, name) in documents.pod_templates:
        return documents.pod_template(namespace, name)
    return PodTemplate(namespace=namespace, name=name, template={})
