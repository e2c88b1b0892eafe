"""What `glider run` is to run: a task of the user's code, or a TaskTemplate of the cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glider_client.sdk import starting
from glider_client.sdk.starting import Json, Task, of_code, of_template
from glider_core.api.labels import GROUP

if TYPE_CHECKING:
    from glider_client.cluster.client import Cluster

_SUFFIX = ".py"
#: The kinds of names that come before a slash, as for kubectl.
_KINDS = ("tt", "tasktemplate", "tasktemplates", f"tasktemplate.{GROUP}", f"tasktemplates.{GROUP}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A task, and the words of the command line that name it."""

    task: Task
    words: tuple[str, ...]
    module: str = ""

    @property
    def usage(self) -> str:
        """How the command line names it."""
        return " ".join((*(("-m", self.module) if self.module else ()), *self.words))


def subject_of(words: Sequence[str], *, module: str | None, connect: Callable[[], Cluster]) -> Subject:
    """What the first of `words` name: FILE.py TASK, TASK of the module, or the name of a TaskTemplate.

    Raises:
        click.UsageError: they name nothing.
        RegistrationError: the user's code can't be imported, or has no such task.
        ClusterError: the cluster can't be asked for the template.
    """
    first = words[0]
    if module is not None:
        return _of_code(module, (), words)
    path = Path(first)
    if path.suffix == _SUFFIX or path.is_dir():
        if not path.exists():
            raise click.UsageError(f"{first}: expected a Python file, found none of that name. Check the path.")
        return _of_code(path, (first,), words[1:])
    if path.suffix and path.is_file():
        raise click.UsageError(f"{first}: expected a Python file (.py), found {path.suffix}. -f FILE takes executions from files.")
    kind, slash, name = first.partition("/")
    if slash and kind not in _KINDS:
        raise click.UsageError(f"{first}: expected a Python file or the name of a TaskTemplate, found a path that isn't there.")
    return _of_cluster(name if slash else first, connect(), words=(first,))


def _of_code(place: Path | str, before: tuple[str, ...], rest: Sequence[str]) -> Subject:
    from glider_client.registration.discovery import find

    if not rest or rest[0].startswith("-"):
        raise click.UsageError(f"expected the name of a task after {place}, found {rest[0] if rest else 'nothing'}. {_there_are(place)}")
    return Subject(task=of_code(find(place, rest[0])), words=(*before, rest[0]), module=place if isinstance(place, str) else "")


def _there_are(place: Path | str) -> str:
    """The tasks that there are, in words."""
    from glider_client.registration.discovery import discover
    from glider_client.registration.errors import TaskNotFoundError

    try:
        tasks = discover([place]) if isinstance(place, Path) else discover([], modules=[place])
    except TaskNotFoundError as error:
        return f"{error}."
    return f"It has {', '.join(task.name for task in tasks)}."


def _of_cluster(name: str, cluster: Cluster, *, words: tuple[str, ...]) -> Subject:
    return Subject(task=of_template(template_called(cluster, name)), words=words)


def template_called(cluster: Cluster, name: str) -> Json:
    """The template of that name, or the newest one of the task of that full name.

    Raises:
        NotFoundError: there is neither; the message has what to do.
    """
    from glider_client.cluster.errors import NotFoundError

    try:
        return starting.template_called(cluster, name)
    except NotFoundError as error:
        if type(error) is not NotFoundError:
            raise
        raise NotFoundError(_nothing_called(name, cluster)) from error


def _nothing_called(name: str, cluster: Cluster) -> str:
    from glider_client.cluster.paths import templates
    from glider_client.inputs.declarations import nearest

    names = [str(one["metadata"]["name"]) for one in cluster.items(templates(cluster.namespace))]
    module, dot, task = name.rpartition(".")
    code = f"-m {module} {task}" if dot else f"{name}.py TASK"
    listed = "`glider templates` lists those that are there." if names else f"There is none in it; run your code instead: glider run {code}"
    return f"there is no TaskTemplate or task {name!r} in the namespace {cluster.namespace!r}{nearest(name, names)}. {listed}"
