"""`glider template`: prints the TaskTemplate of one task."""

from __future__ import annotations

from pathlib import Path

import click

from glider_client.cli.code_options import all_packages
from glider_client.cli.examples import examples
from glider_client.cli.options import FILE, image_reference, output_option
from glider_client.cli.options import packages as packages_that_pip_takes


@click.command(
    short_help="Print the TaskTemplate of one task.",
    epilog=examples("glider template app.tasks:train --image app:1.4", "glider template hello.py:add --image python:3.12-slim -o json"),
)
@click.argument("task", metavar="MODULE:TASK")
@click.option("--image", callback=image_reference, metavar="IMAGE", help="The image, unless the task names one. It has the task's code.")
@click.option("--version", metavar="VERSION", help="The task's version. Default: a hash of its content.")
@click.option(
    "--packages",
    callback=packages_that_pip_takes,
    metavar="REQUIREMENT",
    multiple=True,
    help="Install this at the pod's start. Repeatable.",
)
@click.option("--requirements", metavar="FILE", type=FILE, multiple=True, help="Install what this file asks for. Repeatable.")
@click.option("-n", "--namespace", metavar="NAMESPACE", default="default", help="The template's namespace. Default: default.")
@output_option("yaml", "json")
def template(
    task: str,
    image: str | None,
    version: str | None,
    packages: tuple[str, ...],
    requirements: tuple[Path, ...],
    namespace: str,
    output: str,
) -> None:
    """Print the TaskTemplate of one task, in a file (PATH.py:TASK) or a module (MODULE:TASK), for an image that has its code."""
    import json

    from glider_client.registration.discovery import find
    from glider_client.registration.templates import template_of

    place, colon, name = task.rpartition(":")
    if not colon or not place or not name:
        raise click.UsageError(f"expected MODULE:TASK or PATH.py:TASK, found {task}")
    found = template_of(find(place, name), namespace=namespace, version=version, image=image, packages=all_packages(packages, requirements))
    if output == "json":
        click.echo(json.dumps(found, indent=2))
        return
    from glider_core.api.yaml_form import to_yaml

    click.echo(to_yaml(found), nl=False)
