"""`glider convert`: tasks in flytekit's own serialized form as TaskTemplates, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from google.protobuf import json_format

from glider.wire.jsonform import FieldError, words
from glider_client.cli.examples import examples
from glider_client.cli.options import image_reference, output_option
from glider_client.code.archive import Archive, megabytes
from glider_client.code.parts import VARIABLE, config_maps, names_of
from glider_client.code.tree import ArchiveError
from glider_client.code.uploading import upload
from glider_client.conversion.documents import Target, awaits_code_in
from glider_client.conversion.documents import convert as to_templates
from glider_client.conversion.files import Package, read_package
from glider_client.conversion.messages import task_spec_of, without_counterpart
from glider_client.local.documents import read_file
from glider_core.api.code import MOST_BYTES_IN_CONFIG_MAPS
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
@click.option("--image", callback=image_reference, default="", metavar="IMAGE", help="Replaces the image of each task's container.")
@click.option("--code-uri", default="", metavar="URI", help="Where the code of fast-registered tasks is: a .tar.gz.")
@click.option(
    "--storage",
    default="",
    envvar=VARIABLE,
    show_envvar=True,
    metavar="URI",
    help="Put the code in an archive of fast-registered tasks below this prefix. Default: into ConfigMaps.",
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
    lines stay as they are. The code of an archive for fast registration goes into the store of --storage, or else into ConfigMaps, which
    Glider unpacks by itself. What isn't converted, such as workflows, is listed on standard error.
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
    except (FieldError, ArchiveError) as error:
        raise click.ClickException(str(error)) from error


def _converted(file: Path, target: Target, *, storage: str) -> list[dict[str, Any]]:
    """The TaskTemplates in `file`, behind the ConfigMaps with their code, if it is in some."""
    package = read_package(file)
    made: list[dict[str, Any]] = []
    if not target.code_uri and awaits_code_in(package):
        archive = _archive(package, file=file)
        if storage:
            target = replace(target, code_uri=upload(archive, storage=storage))
            click.echo(f"the code is at {target.code_uri}", err=True)
        else:
            made, target = _in_config_maps(archive, target)
    conversion = to_templates(package, target)
    for note in conversion.notes:
        click.echo(note, err=True)
    return [*made, *conversion.templates]


def _archive(package: Package, *, file: Path) -> Archive:
    if not package.bundle:
        found = words("tasks for fast registration alone; pass --code-uri, or convert the whole archive")
        raise FieldError(str(file), expected="an archive of code beside the tasks", found=found)
    return Archive(data=package.bundle, sha256=hashlib.sha256(package.bundle).hexdigest(), files=(), root=file)


def _in_config_maps(archive: Archive, target: Target) -> tuple[list[dict[str, Any]], Target]:
    """The ConfigMaps, without owners, as of `glider register -o yaml`; and the target with `spec.code`, whose image is the tasks' own."""
    if archive.size > MOST_BYTES_IN_CONFIG_MAPS:
        most = f"code of at most {megabytes(MOST_BYTES_IN_CONFIG_MAPS)} for ConfigMaps; pass --storage for more"
        raise FieldError(str(archive.root), expected=most, found=words(megabytes(archive.size)))
    made = list(config_maps(archive, namespace=target.namespace))
    for document in made:
        if not target.namespace:
            del document["metadata"]["namespace"]
    return made, replace(target, code={"sha256": archive.sha256, "configMaps": names_of(archive)})


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
