"""The options of commands that turn code into TaskTemplates, so that they mean the same in each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from glider_client.cli.options import FILE, image_reference, packages

_OPTIONS = (
    click.option(
        "--image",
        callback=image_reference,
        metavar="IMAGE",
        help="The image of tasks that name none. Default: a public one of this Python.",
    ),
    click.option("--version", metavar="VERSION", help="The tasks' version. Default: a hash of their content."),
    click.option(
        "--packages", callback=packages, metavar="REQUIREMENT", multiple=True, help="Install this at the pod's start. Repeatable."
    ),
    click.option("--requirements", metavar="FILE", type=FILE, multiple=True, help="Install what this file asks for. Repeatable."),
    click.option("--storage", metavar="URI", help="Put the code below this prefix. Default: GLIDER_STORAGE_PREFIX, or ConfigMaps."),
    click.option(
        "--copy",
        type=click.Choice(["all", "auto", "none"]),
        default="all",
        help="The code: all files of the folder (the default), those imported, or none, since the image has it.",
    ),
    click.option("--no-code", "copy", flag_value="none", help="The same as --copy none."),
)


def code_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--image`, `--version`, `--packages`, `--requirements`, `--storage` and `--copy`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def all_packages(packages: Sequence[str], requirements: Sequence[Path]) -> list[str]:
    """What `--packages` and `--requirements` ask for.

    Raises:
        RegistrationError: something in it can't travel.
    """
    from glider_client.registration.requirements import normalized, read_requirements

    return [*normalized(packages, where="--packages"), *(line for file in requirements for line in read_requirements(file))]
