"""`glider inputs` and `glider outputs`: the values of an execution, and its files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from glider.storage.errors import StorageError
from glider.wire.interface import Interface, format_type
from glider.wire.jsonform import from_literal_map, to_literal_map
from glider_client.cli.examples import examples
from glider_client.cli.options import output_option
from glider_client.cli.places import Places, place_options
from glider_client.cli.printing import print_document, print_table
from glider_client.cluster.errors import NotFoundError
from glider_client.following.progress import phase_of
from glider_client.following.results import error_lines
from glider_client.history.finding import Found
from glider_client.sdk.session import plain_outputs, read_literals
from glider_client.views.files import File, files_of
from glider_client.views.stored import inputs_uri
from glider_client.views.tables import one_line
from glider_core.api.execution import is_finished
from glider_core.api.phases import Phase
from glider_core.api.task import parse_interface

Json = Mapping[str, Any]

_DOWNLOAD = click.option(
    "--download", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Download the files and tables into DIR."
)


@click.command(epilog=examples("glider inputs train", "glider inputs train -o json", "glider inputs train --download data"))
@click.argument("name")
@_DOWNLOAD
@output_option("json", "yaml")
@place_options
def inputs(name: str, folder: Path | None, output: str, places: Places) -> None:
    """Show the inputs of the execution NAME. -o json and yaml print an object with the values by name."""
    found = places.find(name)
    execution, interface = found.execution, _interface(found)
    values = {**interface.defaults, **(execution["spec"].get("inputs") or {})}
    if uri := inputs_uri(execution):
        with _StoreErrors():
            values = from_literal_map(read_literals(uri))
    _show(values, interface.inputs, output=output, files=list(_files(values, interface.inputs)) if folder else [], folder=folder)


@click.command(epilog=examples("glider outputs train", "glider outputs train -o json | jq .o0", "glider outputs train --download results"))
@click.argument("name")
@_DOWNLOAD
@output_option("json", "yaml")
@place_options
def outputs(name: str, folder: Path | None, output: str, places: Places) -> None:
    """Show the outputs of the execution NAME. -o json and yaml print an object with the values by name.

    Large outputs, and files with --download, are read from the store with the credentials of this machine: those in the environment
    or in the files that the cloud's own tools write.
    """
    found = places.find(name)
    execution = found.execution
    _check_succeeded(execution)
    interface = _interface(found)
    with _StoreErrors():
        values = plain_outputs(execution)
    _show(values, interface.outputs, output=output, files=list(_files(values, interface.outputs)) if folder else [], folder=folder)


def _interface(found: Found) -> Interface:
    """The task's; an empty one where its template was deleted."""
    try:
        task = found.task()
    except NotFoundError:
        return Interface()
    return parse_interface(task.get("interface") or {}, path="spec.interface")


def _check_succeeded(execution: Json) -> None:
    name, phase = execution["metadata"]["name"], phase_of(execution)
    if phase is Phase.SUCCEEDED:
        return
    if not is_finished(execution):
        raise click.ClickException(f"{name} has no outputs yet: its phase is {phase.value}. `glider wait {name}` waits for its end.")
    why = next(iter(error_lines(execution, traced=True)), "")
    raise click.ClickException(f"{name} has no outputs: its phase is {phase.value}: {why}. `glider describe {name}` shows more.")


def _files(values: Json, types: Mapping[str, Any]) -> list[File]:
    typed = {name: kind for name, kind in types.items() if name in values}
    return list(files_of(to_literal_map({name: values[name] for name in typed}, typed, field="")))


def _show(values: Json, types: Mapping[str, Any], *, output: str, files: list[File], folder: Path | None) -> None:
    if folder is not None:
        values = _download(values, files, folder)
    if output:
        print_document(values, output)
    elif not values:
        click.echo("There are no values.", err=True)
    else:
        rows = [[name, format_type(types[name]) if name in types else "", _text(value)] for name, value in values.items()]
        print_table(["name", "type", "value"], rows)


def _text(value: Any) -> str:
    return one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _download(values: Json, files: list[File], folder: Path) -> dict[str, Any]:
    """Download the files; return the values with their local paths."""
    from glider.settings.reading import read_settings
    from glider.storage.folders import download_folder
    from glider.storage.store import Storage

    storage = Storage(read_settings(os.environ).storage)
    with _StoreErrors():
        for number, file in enumerate(files, start=1):
            target = folder.joinpath(*file.path)
            click.echo(f"{number}/{len(files)} {file.uri} -> {target}", err=True)
            is_folder = file.is_folder if file.is_folder is not None else not storage.exists(file.uri)
            if is_folder:
                download_folder(storage, file.uri, str(target))
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                storage.download(file.uri, str(target))
    local = {file.uri: str(folder.joinpath(*file.path)) for file in files}
    return {name: _replaced(value, local) for name, value in values.items()}


def _replaced(value: Any, local: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(item, local) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, local) for item in value]
    return local.get(value, value) if isinstance(value, str) else value


class _StoreErrors:
    """The store's errors as one sentence and a next step."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, StorageError):
            raise click.ClickException(
                f"{str(error).rstrip('.')}. Check the store's address and credentials in the environment."
            ) from error
