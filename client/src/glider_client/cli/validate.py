"""`glider validate`: all that the operator would report about files, without a cluster, for CI and pre-commit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from glider_client.cli.examples import examples
from glider_client.cli.options import config_option, manifests_option, output_option
from glider_client.local.validating import Problem, validate_files
from glider_core.config import load_config

_FILES = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    epilog=examples(
        "glider validate -f execution.yaml -f template.yaml --config config.yaml",
        "glider validate manifests/*.yaml",
        "glider register app --no-code --image app:1 -o yaml | glider validate -f -",
    )
)
@manifests_option(what="Executions, templates, PodTemplates, ConfigMaps and the operator's configuration", required=False)
@click.argument("more", metavar="[FILE]...", type=_FILES, nargs=-1)
@config_option
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too.")
@output_option("json")
def validate(files: tuple[Path, ...], more: tuple[Path, ...], config_file: Path | None, strict: bool, output: str) -> None:
    """Check FILEs as the API server and the operator would, and report all that is wrong, each with its file and its object.

    Executions and templates are resolved and rendered by the operator's own code. What isn't in the files (a TaskTemplate, a
    PodTemplate) is a warning: it may be on the cluster. Other objects of Kubernetes are left alone. Exits with 1 if something is wrong.
    """
    if not (paths := (*files, *more)):
        raise click.UsageError("expected files to check, found none. Pass -f FILE.")
    documents, problems = validate_files(paths, config=load_config(config_file))
    if output == "json":
        click.echo(json.dumps([problem.as_json() for problem in problems], indent=2, ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(str(problem))
        click.echo(_summary(problems, files=len(paths), documents=documents), err=True)
    raise SystemExit(1 if any(strict or not problem.warning for problem in problems) else 0)


def _summary(problems: Sequence[Problem], *, files: int, documents: int) -> str:
    warnings = sum(problem.warning for problem in problems)
    found = f"{_count(len(problems) - warnings, 'problem')}, {_count(warnings, 'warning')}" if problems else "no problems"
    return f"{found} in {_count(documents, 'object')} of {_count(files, 'file')}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
