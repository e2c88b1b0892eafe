"""`glider run`: runs a task of one's own code, a template or executions, on the cluster or on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from glider.wire.jsonform import FieldError
from glider_client.cli.examples import examples
from glider_client.cli.options import (
    CREATED_FORMATS,
    FILE,
    Duration,
    config_option,
    connection_options,
    execution_name,
    image_reference,
    label_pairs,
    manifests_option,
    output_option,
    packages,
    pairs,
    quantity,
)
from glider_client.cli.run_options import RunOptions
from glider_client.cli.taskline import TaskCommand, TaskLine, task_line, transfer_to, usage_error
from glider_client.inputs.files import ThisMachine, Transfer
from glider_client.inputs.gathering import gathered, read_inputs
from glider_client.sdk.documents import execution_document, new_name
from glider_client.sdk.starting import start

if TYPE_CHECKING:
    from glider_client.cluster.client import Cluster

Json = Mapping[str, Any]

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
STORAGE_PREFIX = "GLIDER_STORAGE_PREFIX"
#: Of local runs: where there is no namespace, and no image.
_NAMESPACE, _THIS_PYTHON = "default", "this-python"
_EPILOG = examples(
    "glider run hello.py add --a 1 --b 2",
    "glider run hello.py add --help",
    "glider run add-3f5c9d1a20 --a 1 --inputs @rest.yaml --detach",
    "glider run -m shop.tasks total --image registry.example/shop:1 -n team-a",
    "glider run -f execution.yaml",
    "glider run --local --in-process --pdb hello.py add --a 1 --b 2",
)


@click.command(cls=TaskCommand, short_help="Run a task, and follow it to its end.", epilog=_EPILOG)
@manifests_option(what="Instead of a task: executions and templates, in YAML or JSON", required=False)
@click.option("-m", "--module", metavar="MODULE", help="Take the task from a module, as python -m does.")
@click.option("--inputs", "document", metavar="@FILE|JSON|-", help="All inputs as YAML or JSON; single options win over it.")
@click.option("--name", callback=execution_name, help="The execution's name. Default: made of the task's.")
@click.option("--image", callback=image_reference, help="The image to run in, instead of the task's.")
@click.option("--env", metavar="NAME=VALUE", multiple=True, callback=pairs, help="An environment variable. Repeatable.")
@click.option("--cpu", metavar="AMOUNT", callback=quantity, help="CPUs, such as 500m or 2.")
@click.option("--mem", "memory", metavar="AMOUNT", callback=quantity, help="Memory, such as 512Mi.")
@click.option("--gpu", type=click.IntRange(min=0), help="GPUs.")
@click.option("--retries", type=click.IntRange(min=0), help="How many further attempts a failed one gets.")
@click.option("--timeout", type=Duration(), help="How long an attempt may take, such as 90s or 1h30m.")
@click.option("--queue", help="The queue of Kueue's that it goes into.")
@click.option("--priority", type=int, help="Its priority among executions that wait.")
@click.option("--label", "labels", metavar="NAME=VALUE", multiple=True, callback=label_pairs, help="A label. Repeatable.")
@click.option("--annotation", "annotations", metavar="NAME=VALUE", multiple=True, callback=pairs, help="An annotation. Repeatable.")
@click.option("--service-account", metavar="NAME", help="The pod's service account.")
@click.option(
    "--packages", callback=packages, metavar="PACKAGE", multiple=True, help="What the pod installs first, in pip's words. Repeatable."
)
@click.option("--requirements", type=FILE, multiple=True, help="The same, from a requirements file. Repeatable.")
@click.option("--version", metavar="TEXT", help="The version that the code is registered as. Default: made of its content.")
@click.option(
    "--storage",
    metavar="URI",
    help=f"Where code, local files and the task's data go. Default: ${STORAGE_PREFIX}, or no store; with --local the folder .glider.",
)
@click.option("-d", "--detach", is_flag=True, help="Don't follow it: print its name.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress and no logs, the outputs alone.")
@click.option("--local", is_flag=True, help="Run on this machine, without a cluster.")
@click.option("--in-process", is_flag=True, help="With --local: in this process.")
@click.option("--pdb", is_flag=True, help="With --in-process: start the debugger where it fails.")
@click.option("--workdir", type=_FOLDER, help="With --local: the folder to run in. Default: the code's, or the first file's.")
@config_option
@click.option("--secret-env", "secret_files", type=FILE, multiple=True, help="With --local: a file of lines NAME=value for secrets.")
@output_option(*CREATED_FORMATS)
@connection_options
@click.pass_context
def run(ctx: click.Context, /, connect: Callable[[], Cluster], **options: Any) -> None:
    """Run a task, and follow it to its end.

    TASK is FILE.py FUNCTION, -m MODULE FUNCTION, or the name of a TaskTemplate of the cluster; -f FILE takes executions from files.

    Each input is an option by its name: --a 10. `glider run FILE.py TASK --help` lists them. Code is registered with the cluster if it
    isn't there yet; it needs no image and no store. Options may stand after the task, too; an input of the same name wins there.

    Progress and the task's log go to standard error, outputs to standard output. Exits with 0 if it succeeded, 1 if it failed, 3 if it
    timed out, 4 if it was cancelled, and 2 for what can't be understood. Ctrl-C ends the following alone, with 130.
    """
    asked, line = RunOptions(**options), task_line(ctx)
    subject = line.subject if line is not None else None
    asked.check(code=subject is not None and subject.task.found is not None, template=subject is not None and subject.task.found is None)
    if asked.local:
        raise SystemExit(int(_run_here(line, asked)))
    storage = asked.storage or os.environ.get(STORAGE_PREFIX) or None
    inputs = _inputs(line, asked, transfer=transfer_to(storage)) if line is not None else {}
    cluster = connect()
    created = _created(cluster, line, asked, inputs=inputs, storage=storage)
    from glider_client.cli.followed import follow_and_report, write_created  # imported while the cluster begins with it

    if asked.detach:
        write_created(created, output=asked.output)
    else:
        follow_and_report(cluster, created, output=asked.output, quiet=asked.quiet)


def _inputs(line: TaskLine, asked: RunOptions, *, transfer: Transfer) -> dict[str, Any]:
    try:
        document = read_inputs(asked.document) if asked.document is not None else None
        return gathered(line.inputs, line.given, transfer=transfer, now=datetime.now(UTC), document=document)
    except FieldError as error:
        raise usage_error(error) from error


def _created(cluster: Cluster, line: TaskLine | None, asked: RunOptions, *, inputs: Mapping[str, Any], storage: str | None) -> list[Json]:
    """The executions, as the API server has them."""
    if line is None:
        from glider_client.local.documents import read_objects
        from glider_client.sdk.submitting import submit

        return submit(cluster, read_objects(asked.files), files=asked.files)
    from glider_client.cli.code_options import all_packages
    from glider_client.inputs.placing import placed

    task = line.subject.task
    created = start(
        cluster,
        task,
        **placed(inputs, task.interface, storage=storage),
        name=asked.name,
        resumes=True,
        overrides=asked.overrides(storage=storage),
        labels=asked.labels,
        annotations=asked.annotations,
        version=asked.version,
        packages=all_packages(asked.packages, asked.requirements),
        storage=storage,
    )
    return [created]


def _run_here(line: TaskLine | None, asked: RunOptions) -> int:
    from glider_client.cli.local_run import LocalOptions, as_uri, run_here, without_retries
    from glider_client.local.documents import documents_of, read_documents

    storage = as_uri(asked.storage or ".glider")
    if line is None:
        documents = read_documents(asked.files, storage=storage)
        documents.check_executions(asked.files)
        folder = asked.files[0].parent
    else:
        objects, folder = _local_objects(line, asked)
        documents = documents_of(objects, storage=storage)
    options = LocalOptions(
        workdir=(asked.workdir or folder).resolve(),
        config_file=asked.config_file,
        secret_files=asked.secret_files,
        in_process=asked.in_process,
        pdb=asked.pdb,
        quiet=asked.quiet,
        output=asked.output,
    )
    return run_here(without_retries(documents) if asked.in_process else documents, options)


def _local_objects(line: TaskLine, asked: RunOptions) -> tuple[list[Json], Path]:
    """The template and the execution of a task of the user's code; and the folder in which its modules are."""
    from glider_client.registration.templates import template_of

    task = line.subject.task
    if task.found is None:
        raise click.UsageError(f"--local: expected a task of your own code, or -f FILE, found the TaskTemplate {task.template}.")
    template = template_of(task.found, namespace=_NAMESPACE, image=asked.image or _THIS_PYTHON)
    execution = execution_document(
        name=asked.name or new_name(task.base),
        namespace=_NAMESPACE,
        template=template["metadata"]["name"],
        inputs=_inputs(line, asked, transfer=ThisMachine()),
        overrides=asked.overrides(storage=None),
        labels=asked.labels,
        annotations=asked.annotations,
    )
    return [template, execution], task.found.root
