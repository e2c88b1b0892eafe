"""Starts executions: of a task, and of an execution's task again. The command line and the Python client share it.

What is to run is found and described first, so that inputs can be checked by its interface. Code is registered once it is certain
that it can run, right before the execution is created.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glider_client.sdk.documents import Overrides, execution_document, new_name
from glider_core.api.labels import GROUP

if TYPE_CHECKING:
    from glider_client.cluster.client import Cluster
    from glider_client.registration.found import FoundTask

Json = Mapping[str, Any]

_DESCRIPTION = f"{GROUP}/description"


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What is to run: a TaskTemplate of the cluster, or code that becomes one.

    Attributes:
        base: what its executions are called after.
        interface: its inputs and outputs, in their JSON form.
        docs: what it does.
        template: the name of its TaskTemplate.
        found: its code, which is registered first.
    """

    base: str
    interface: Json
    docs: str = ""
    template: str = ""
    found: FoundTask | None = None


def of_code(found: FoundTask) -> Task:
    """A task of the user's code.

    Raises:
        RegistrationError: Glider can't run it.
    """
    found.check()
    return Task(base=found.name, interface=found.spec.get("interface") or {}, docs=found.docs, found=found)


def of_template(document: Json) -> Task:
    """The task of a TaskTemplate."""
    metadata, spec = document["metadata"], document["spec"]
    return Task(
        base=str((spec.get("id") or {}).get("name") or metadata["name"]),
        interface=spec.get("interface") or {},
        docs=(metadata.get("annotations") or {}).get(_DESCRIPTION, ""),
        template=str(metadata["name"]),
    )


def template_called(cluster: Cluster, name: str) -> Json:
    """The TaskTemplate of that name, or the newest one of the task of that full name.

    Raises:
        NotFoundError: there is neither.
        ClusterError: the API server refuses.
    """
    from glider_client.cluster.errors import NotFoundError
    from glider_client.cluster.paths import templates
    from glider_core.api.template_names import task_selector

    try:
        return cluster.get(templates(cluster.namespace, name))
    except NotFoundError as error:
        if type(error) is not NotFoundError:
            raise
        found = list(cluster.items(templates(cluster.namespace), query={"labelSelector": task_selector(name)}))
        if not found:
            raise
        return max(found, key=lambda one: (one["metadata"]["creationTimestamp"], one["metadata"]["name"]))


def of_execution(cluster: Cluster, execution: Json, *, code: Path | None = None, task: Json | None = None) -> Task:
    """The task of `execution`; with `code`, a folder or a file, what that makes of it. `task`: the task where that is known.

    Raises:
        RegistrationError: the code doesn't have it, or Glider can't run it.
        NotFoundError: its template has been deleted.
    """
    from glider_client.history.related import task_of

    base, task = str(execution["metadata"]["name"]), task if task is not None else task_of(cluster, execution)
    if code is None:
        return Task(base=base, interface=task.get("interface") or {})
    from glider_client.sdk.recoding import with_code

    return replace(of_code(with_code(task, code)), base=base)


def start(
    cluster: Cluster,
    task: Task,
    *,
    inputs: Json | None = None,
    inputs_uri: str = "",
    name: str | None = None,
    resumes: bool = False,
    overrides: Overrides | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    version: str | None = None,
    packages: Sequence[str] = (),
    storage: str | None = None,
) -> Json:
    """A new execution of `task`, as the API server has it.

    Args:
        cluster: where to, with its namespace.
        task: what to run.
        inputs: the value of each input as plain JSON.
        inputs_uri: the inputs as a file in the store, in place of `inputs`.
        name: its name. The default is the task's, with a suffix.
        resumes: take up the one of that `name` which an interrupted command has created; see `create_once`.
        overrides: what it sets in place of its task.
        labels: its labels.
        annotations: its annotations.
        version: the version that code is registered as. The default is made of its content.
        packages: what is installed before a task of code starts.
        storage: where code goes.

    Raises:
        RegistrationError: the code can't be registered.
        ClusterError: the API server refuses.
    """
    template = task.template
    if task.found is not None:
        template = _registered(cluster, task.found, namespace=cluster.namespace, version=version, packages=packages, storage=storage)
    document = execution_document(
        name=name or new_name(task.base),
        namespace=cluster.namespace,
        template=template,
        inputs=inputs,
        inputs_uri=inputs_uri,
        overrides=overrides,
        labels=labels,
        annotations=annotations,
    )
    return _created(cluster, document, base=None if name else task.base, resumes=resumes)


def start_again(
    cluster: Cluster,
    execution: Json,
    task: Task,
    *,
    inputs: Json,
    name: str | None = None,
    labels: Mapping[str, str] | None = None,
    storage: str | None = None,
    repeats: bool = False,
) -> Json:
    """A new execution that repeats `execution`, as the API server has it.

    Args:
        cluster: where to.
        execution: what is repeated.
        task: its task, from `of_execution`.
        inputs: plain JSON in place of the inputs of these names.
        name: its name. The default is the first one's, with another suffix.
        labels: labels to add.
        storage: where code goes.
        repeats: the same request may have been sent before; see `create_once`. It needs a `name`.

    Raises:
        FieldError: an input doesn't fit, or none can be changed.
        RegistrationError: the code can't be registered.
        ClusterError: the API server refuses.
    """
    from glider_client.sdk.reruns import check_inputs, rerun_of
    from glider_core.api.task import parse_interface

    name_of_it = name or new_name(task.base)
    document = rerun_of(execution, name=name_of_it, inputs=inputs, labels=labels)
    check_inputs(document, parse_interface(task.interface, path="spec.interface"))
    if task.found is not None:  # once it is certain that it can run
        template = _registered(cluster, task.found, namespace=document["metadata"]["namespace"], storage=storage)
        document = rerun_of(execution, name=name_of_it, inputs=inputs, labels=labels, template=template)
    return _created(cluster, document, base=None if name else task.base, repeats=repeats)


def _registered(
    cluster: Cluster, found: FoundTask, *, namespace: str, storage: str | None, version: str | None = None, packages: Sequence[str] = ()
) -> str:
    """The name of its TaskTemplate."""
    from glider_client.registration.registering import register

    [published] = register(cluster, [found], namespace=namespace, version=version, packages=packages, storage=storage)
    return published.name


def _created(cluster: Cluster, document: Json, *, base: str | None, resumes: bool = False, repeats: bool = False) -> Json:
    """`document` on the cluster; where its name is taken it gets another one, made of `base`."""
    from glider_client.sdk.creating import create_once

    if base is None:
        return create_once(cluster, document, resumes=resumes, repeats=repeats)
    return create_once(cluster, document, renamed=lambda: new_name(base))
