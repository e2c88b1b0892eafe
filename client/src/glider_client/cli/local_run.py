"""`glider run --local`: runs executions on this machine, by the operator's own code."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from glider_client.cli.followed import report, write_created
from glider_client.following.outcomes import ExitCode, exit_code, worst
from glider_client.local.documents import Documents
from glider_client.local.reporting import Terminal
from glider_client.local.running import LocalRun
from glider_client.local.sources import Sources, read_variables
from glider_core.api.execution import Execution
from glider_core.api.labels import API_VERSION, EXECUTION_KIND
from glider_core.api.moments import format_time
from glider_core.api.phases import Phase
from glider_core.api.status import Status, status_document
from glider_core.config import Config, load_config

if TYPE_CHECKING:
    from glider_client.local.running import Running


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalOptions:
    """The options of local runs."""

    workdir: Path
    config_file: Path | None = None
    secret_files: Sequence[Path] = ()
    in_process: bool = False
    pdb: bool = False
    quiet: bool = False
    output: str = ""


def run_here(documents: Documents, options: LocalOptions) -> ExitCode:
    """Run the executions of `documents`, one after the other; return the worst exit code. After a cancel no further one is started.

    Raises:
        FieldError: the configuration, or a file of secrets, can't be read.
    """
    config, variables = load_config(options.config_file), dict(os.environ)
    for file in options.secret_files:
        variables |= read_variables(file)
    for other in documents.others:
        click.echo(f"without effect on this machine: {other}", err=True)
    sources = Sources(
        variables=variables,
        secrets=documents.secrets,
        config_maps=documents.config_maps,
        binary_config_maps=documents.binary_config_maps,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return _run_all(documents, options, sources, config)


def _run_all(documents: Documents, options: LocalOptions, sources: Sources, config: Config) -> ExitCode:
    final, alone = [], len(documents.executions) == 1
    for execution in documents.executions:
        reporter = Terminal(execution, quiet=options.quiet)
        status = LocalRun(
            execution,
            templates=documents.templates[execution.namespace],
            workdir=options.workdir,
            reporter=reporter,
            pod_template=documents.pod_template,
            sources=sources,
            config=config.for_namespace(execution.namespace),
            **_start(options),
        ).run()
        final.append(document_of(execution, status))
        traced = reporter.traced or options.in_process
        report(execution.name, final[-1], alone=alone, traced=traced, quiet=bool(options.output))
        if status.phase is Phase.ABORTED and not execution.lifecycle.cancel:
            break
    if options.output:
        write_created(final, output=options.output)
    return worst(map(exit_code, final))


def document_of(execution: Execution, status: Status) -> dict[str, Any]:
    """`execution` as it would be on a cluster in the end."""
    metadata = {"name": execution.name, "namespace": execution.namespace, "uid": execution.uid}
    created = {"creationTimestamp": format_time(execution.created)}
    return {
        "apiVersion": API_VERSION,
        "kind": EXECUTION_KIND,
        "metadata": metadata | created,
        "spec": dict(execution.spec),
        "status": status_document(status),
    }


def _start(options: LocalOptions) -> dict[str, Callable[..., Running]]:
    if not options.in_process:
        return {}
    from functools import partial

    from glider_client.local.debugging import stop_at
    from glider_client.local.in_process import InProcess

    return {"start": partial(InProcess, on_error=stop_at if options.pdb else None)}


def without_retries(documents: Documents) -> Documents:
    """Of an attempt in this process there is one: who debugs it has seen what they wanted."""
    none = {"user": 0, "system": 0}
    return replace(documents, executions=[replace(one, spec={**one.spec, "retries": _set(one.spec, none)}) for one in documents.executions])


def _set(spec: Any, retries: dict[str, int]) -> dict[str, Any]:
    return {**(spec.get("retries") or {}), **retries}


def as_uri(storage: str) -> str:
    """A folder's path as a URI, as on a cluster; as in fsspec and flytekit nothing in it is quoted."""
    uri = storage if "://" in storage else f"file://{Path(storage).expanduser().resolve()}"
    return uri.rstrip("/")
