"""`glider convert`: tasks in flytekit's own serialized form as TaskTemplates, and back."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from google.protobuf import json_format

from glider.settings.reading import read_settings
from glider.storage.errors import StorageError
from glider.storage.store import Storage
from glider.storage.uris import join
from glider.wire.jsonform import FieldError, words
from glider_client.cli.examples import examples
from glider_client.cli.options import output_option
from glider_client.conversion.documents import Target, awaits_code_in
from glider_client.conversion.documents import convert as to_templates
from glider_client.conversion.files import Package, read_package
from glider_client.conversion.messages import task_spec_of, without_counterpart
from glider_client.local.documents import read_file
from glider_core.api.yaml_form import to_yaml

Json = Mapping[str, Any]

_PATH = click.Path(exists=True, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(
    short_help="Convert tasks that flytekit serialized into TaskTemplates, and back.",
    epilog=examples(
        "pyflyte --pkgs app package --image registry.example/app:1 --output app.tgz",
        "glider convert app.tgz | kubectl apply --server-side -f -",
        "glider convert app.tgz --output-dir manifests",
        "glider convert fast.tgz --storage s3://bucket/prefix",
        "glider convert --to-flyte template.yaml --output-dir serialized",
    ),
)
@click.argument("files", type=_PATH, nargs=-1, required=True)
@click.option("--to-flyte", is_flag=True, help="Convert TaskTemplates, in YAML or JSON, into flyteidl's TaskSpecs.")
@click.option("--image", default="", metavar="IMAGE", help="Replaces the image of each task's container.")
@click.option("--code-uri", default="", metavar="URI", help="Where the code of fast-registered tasks is: a .tar.gz.")
@click.option(
    "--storage",
    default="",
    envvar="GLIDER_STORAGE_PREFIX",
    show_envvar=True,
    metavar="URI",
    help="Upload the code in an archive of fast-registered tasks to below this prefix.",
)
@click.option(
    "--dest", "destination", default="", metavar="DIR", help="Where that code is unpacked. Default: the task's own folder, or `.`."
)
@click.option("--project", default="", help="The project in the tasks' identity. Default: the task's own, or the namespace.")
@click.option("--domain", default="", help="The domain. Default: the task's own, or development.")
@click.option("--version", default="", help="The version. Default: the task's own, or a hash of all that the task is.")
@click.option(
    "-n", "--namespace", default="", metavar="NAMESPACE", help="Set in the TaskTemplates. Default: none, so that kubectl decides."
)
@click.option(
    "--output-dir", type=_FOLDER, metavar="DIR", help="Write a file for each task there: .yaml, or .json, or .pb with --to-flyte."
)
@output_option("yaml", "json")
def convert(
    files: tuple[Path, ...],
    to_flyte: bool,
    image: str,
    code_uri: str,
    storage: str,
    destination: str,
    project: str,
    domain: str,
    version: str,
    namespace: str,
    output_dir: Path | None,
    output: str,
) -> None:
    """Convert the tasks in FILES into TaskTemplates, on standard output.

    FILES are archives of `pyflyte package`, .pb files of `pyflyte serialize` (or a folder of them), or tasks as proto JSON. Command
    lines stay as they are. The code of tasks that were serialized for fast registration has to be in a store: pass --code-uri, or
    --storage to upload the archive's own. What isn't converted, such as workflows, is listed on standard error.
    """
    target = Target(
        namespace=namespace, project=project, domain=domain, version=version, image=image, code_uri=code_uri, destination=destination
    )
    try:
        if to_flyte:
            _to_flyte(files, output_dir=output_dir)
        else:
            documents = [document for file in files for document in _converted(file, target, storage=storage)]
            _write(files, documents, output_dir=output_dir, ending="json" if output == "json" else "yaml")
    except FieldError as error:
        raise click.ClickException(str(error)) from error
    except StorageError as error:
        raise click.ClickException(f"the code can't be uploaded to {storage}: {error}") from error


def _converted(file: Path, target: Target, *, storage: str) -> tuple[dict[str, Any], ...]:
    package = read_package(file)
    if storage and not target.code_uri and awaits_code_in(package):
        target = replace(target, code_uri=_uploaded(package, file=file, storage=storage))
    conversion = to_templates(package, target)
    for note in conversion.notes:
        click.echo(note, err=True)
    return conversion.templates


def _uploaded(package: Package, *, file: Path, storage: str) -> str:
    """Where the code is now. Its name has its content's hash, so that the same code is there once."""
    if not package.bundle:
        raise FieldError(
            str(file), expected="an archive of code beside the tasks, to upload it", found=words("tasks alone; pass --code-uri")
        )
    uri = join(storage.rstrip("/"), "code", f"{hashlib.sha256(package.bundle).hexdigest()}.tar.gz")
    Storage(read_settings(os.environ).storage).write(uri, package.bundle)
    click.echo(f"uploaded the code to {uri}", err=True)
    return uri


def _write(files: Sequence[Path], documents: Sequence[Json], *, output_dir: Path | None, ending: str) -> None:
    if not documents:
        raise FieldError(", ".join(map(str, files)), expected="at least one task that Glider can run", found=words("none"))
    if output_dir is not None:
        for document in documents:
            text = to_yaml(document) if ending == "yaml" else f"{json.dumps(document, indent=2, ensure_ascii=False)}\n"
            _write_file(output_dir / f"{document['metadata']['name']}.{ending}", text.encode())
    elif ending == "yaml":
        click.echo("".join(f"---\n{to_yaml(document)}" for document in documents), nl=False)
    else:
        click.echo(json.dumps({"apiVersion": "v1", "kind": "List", "items": list(documents)}, indent=2, ensure_ascii=False))


def _to_flyte(files: Sequence[Path], *, output_dir: Path | None) -> None:
    specs = []
    for file in files:
        for document in read_file(file):
            name = str((document.get("metadata") or {}).get("name") or "")
            try:
                specs.append(task_spec_of(document))
            except FieldError as error:
                raise error.within(f"{file}: {name}" if name else str(file)) from error
            if lost := without_counterpart(document):
                click.echo(f"{name}: without a counterpart in Flyte: {', '.join(lost)}", err=True)
    if output_dir is None:
        forms = [json_format.MessageToDict(spec) for spec in specs]
        click.echo(json.dumps(forms if len(forms) > 1 else forms[0], indent=2, ensure_ascii=False))
        return
    for number, spec in enumerate(specs):  # named as flytekit names them
        _write_file(output_dir / f"{number}_{spec.template.id.name}_1.pb", spec.SerializeToString(deterministic=True))


def _write_file(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise FieldError("--output-dir", expected="a folder that can be written", found=words(f"{path}: {error.strerror}")) from error
    click.echo(path, err=True)
