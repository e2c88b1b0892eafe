"""The Python client. What it does is documented in docs/python.md, with examples that the tests run."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, ParamSpec, TypeAlias, TypedDict, TypeVar, Unpack, cast, overload

from glider.wire.interface import Interface
from glider_client.cluster.client import Cluster
from glider_client.cluster.paths import executions
from glider_client.registration.discovery import describe, discover, find
from glider_client.registration.errors import RegistrationError
from glider_client.registration.found import FoundTask
from glider_client.registration.registering import register
from glider_client.sdk.documents import Overrides
from glider_client.sdk.execution import Execution
from glider_client.sdk.hints import Hints, function_of, hints_of
from glider_client.sdk.session import Session
from glider_client.sdk.starting import Task, of_code, of_template, start, template_called
from glider_client.sdk.values import STORAGE_PREFIX
from glider_core.api.task import parse_interface

P = ParamSpec("P")
R = TypeVar("R")

#: What can be registered: a file or folder, a module, a function or a task of flytekit's.
Source: TypeAlias = "str | Path | ModuleType | Callable[..., Any]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A task as it was registered. `outcome`: created, unchanged or updated; `task`: its full name."""

    name: str
    namespace: str
    task: str
    version: str
    outcome: str
    document: Mapping[str, Any] = field(repr=False)
    value: Any = field(default=None, repr=False)


class Options(TypedDict, total=False):
    """What `Glider.options` takes.

    Attributes:
        name: the name of the execution. The default is the task's, with a suffix.
        labels: labels of the execution.
        packages: what is installed before the task starts, in pip's words. For tasks that are registered by `run`.
        image: the image, in place of the task's.
        env: environment variables.
        cpu: the CPUs to ask for, such as 500m or 4; the limit too.
        memory: the memory to ask for, such as 2Gi; the limit too.
        gpu: the number of GPUs.
        retries: how often a recoverable failure is retried.
        timeout: how long an attempt may take.
        queue: the queue of Kueue.
        priority: executions of a higher one start first.
        service_account: the service account of the pod.
        storage: where its data goes, such as s3://bucket/prefix.
    """

    name: str
    labels: Mapping[str, str]
    packages: Sequence[str]
    image: str
    env: Mapping[str, str]
    cpu: str
    memory: str
    gpu: int
    retries: int
    timeout: timedelta
    queue: str
    priority: int
    service_account: str
    storage: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Options:
    name: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    overrides: Overrides = field(default_factory=Overrides)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Target:
    """What is to be run."""

    task: Task
    value: Any = None

    @property
    def interface(self) -> Interface:
        return parse_interface(self.task.interface, path="spec.interface")

    @property
    def hints(self) -> Hints | None:
        return None if self.value is None else hints_of(self.value)


class Glider:
    """A cluster with Glider, as one user.

    Args:
        namespace: where executions run. The default is the kubeconfig's, or the pod's own.
        context: the context of the kubeconfig. The default is its current one.
        kubeconfig: the kubeconfig. The default is $KUBECONFIG's files, ~/.kube/config, or the pod's service account.
        user: the user to act as, as kubectl's `--as` has it.
        groups: the groups of that user.
        storage: where files and large inputs are put, such as s3://bucket/prefix. The default is $GLIDER_STORAGE_PREFIX; without
            one, inputs have to travel in the execution itself.
        allow_pickle: load results that are pickles, or formats that hold some. They run code of whoever wrote them.
        history: where executions are that are gone from the cluster. The default is $GLIDER_HISTORY_PREFIX, else as the operator has it.

    Raises:
        ClusterConfigError: there is no such cluster in the kubeconfig. Nothing is sent yet.
    """

    def __init__(
        self,
        *,
        namespace: str | None = None,
        context: str | None = None,
        kubeconfig: str | Path | None = None,
        user: str | None = None,
        groups: Sequence[str] = (),
        storage: str | None = None,
        allow_pickle: bool = False,
        history: str | None = None,
    ) -> None:
        path = None if kubeconfig is None else Path(kubeconfig).expanduser()
        cluster = Cluster.connect(kubeconfig=path, context=context, namespace=namespace, user=user, groups=groups)
        prefix = os.environ.get(STORAGE_PREFIX, "") if storage is None else storage
        self._session = Session(cluster=cluster, storage=prefix.rstrip("/"), allow_pickle=allow_pickle, history=history)
        self._options = _Options(overrides=Overrides(storage=self._session.storage or None))

    def __repr__(self) -> str:
        return f"<Glider {self._session.cluster.server}, namespace {self.namespace}>"

    @property
    def namespace(self) -> str:
        """Where executions run."""
        return self._session.cluster.namespace

    def options(self, **options: Unpack[Options]) -> Glider:
        """The same client with other options for `run`: `glider.options(cpu="4", retries=2).run(train, rate=0.1)`.

        What isn't given stays as it is; `Options` lists them.
        """
        before = self._options
        overriding = {name: value for name, value in options.items() if name not in ("name", "labels", "packages")}
        other = object.__new__(type(self))
        other._session = self._session
        other._options = _Options(
            name=options.get("name", before.name),
            labels={**before.labels, **options.get("labels", {})},
            packages=(*before.packages, *options.get("packages", ())),
            overrides=replace(before.overrides, **cast(dict[str, Any], overriding)),
        )
        return other

    def register(
        self, *sources: Source, image: str | None = None, version: str | None = None, packages: Sequence[str] = ()
    ) -> list[Template]:
        """Write the TaskTemplates of tasks, with their code.

        Args:
            sources: files or folders, in which all tasks are found, modules, functions, and tasks of flytekit's.
            image: the image of tasks that name none.
            version: the version of the tasks. The default is made of their content: the same code is the same version.
            packages: what is installed before a task starts, in pip's words.

        Raises:
            RegistrationError: a source can't be imported, or has no task.
            ClusterError: the API server refuses.
        """
        found = [task for source in sources for task in _found(source)]
        storage, namespace = self._session.storage or None, self.namespace
        published = register(
            self._session.cluster, found, namespace=namespace, image=image, version=version, packages=packages, storage=storage
        )
        values = {task.full_name: task.value for task in found}
        return [
            Template(
                name=one.name,
                namespace=one.namespace,
                task=one.task,
                version=one.version,
                outcome=one.outcome,
                document=one.document,
                value=values[one.task],
            )
            for one in published
        ]

    @overload
    def run(self, task: Callable[P, R], /, *args: P.args, **inputs: P.kwargs) -> Execution[R]: ...
    @overload
    def run(self, task: Template | str, /, **inputs: Any) -> Execution[Any]: ...
    def run(self, task: Callable[..., Any] | Template | str, /, *args: Any, **inputs: Any) -> Execution[Any]:
        """Start an execution, and return at once. `result()` waits for what it returns.

        Args:
            task: a function or a task of flytekit's, which is registered with its code; one in a file (`"train.py:fit"`) or a
                module (`"app.train:fit"`); a Template; or the name of one, or of its task.
            args: its inputs by position.
            inputs: its inputs by name.

        Raises:
            RegistrationError: the function can't be a task, or a pod couldn't import it.
            FieldError: an input is missing, unknown or of another type.
            ClusterError: the API server refuses.
        """
        target = self._target(task)
        hints, options = target.hints, self._options
        values = _by_name(target, args, inputs)
        sent = self._session.sent(values, interface=target.interface, hints=hints)
        created = start(
            self._session.cluster,
            target.task,
            inputs=sent.inputs,
            inputs_uri=sent.uri,
            name=options.name,
            overrides=options.overrides,
            labels=options.labels,
            packages=options.packages,
            storage=self._session.storage or None,
        )
        return Execution(self._session, created, hints=hints)

    def get(self, name: str, *, task: Callable[..., R] | None = None) -> Execution[R]:
        """The execution of that name; one that is gone from the cluster as the history has it.

        Args:
            name: its name, or its UID.
            task: its function, by whose type hints `result` converts; without it results are plain JSON.

        Raises:
            NotFoundError: there is none.
            ClusterError: the API server refuses.
        """
        found = self._session.find(name)
        return Execution(self._session, found.execution, hints=None if task is None else hints_of(task), record=found.record)

    def executions(
        self, *, phase: str | None = None, labels: Mapping[str, str] | str = "", all_namespaces: bool = False
    ) -> list[Execution[Any]]:
        """The executions that are there, the newest first.

        Args:
            phase: only those in this phase, such as Failed.
            labels: only those with these labels; also as kubectl's `-l` has them.
            all_namespaces: those of all namespaces.

        Raises:
            ClusterError: the API server refuses.
        """
        selector = labels if isinstance(labels, str) else ",".join(f"{name}={value}" for name, value in labels.items())
        query = {"fieldSelector": f"status.phase={phase}"} if phase else {}
        query |= {"labelSelector": selector} if selector else {}
        found = self._session.cluster.items(executions("" if all_namespaces else self.namespace), query=query)
        newest = sorted(found, key=lambda one: str(one["metadata"]["creationTimestamp"]), reverse=True)
        return [Execution(self._session, document) for document in newest]

    def _target(self, task: Callable[..., Any] | Template | str) -> _Target:
        if isinstance(task, str) and ":" not in task:
            return _Target(task=of_template(template_called(self._session.cluster, task)))
        if isinstance(task, Template):
            return _Target(task=of_template(task.document), value=task.value)
        found = _named(task) if isinstance(task, str) else _described(task)
        return _Target(task=of_code(found), value=found.value)


def _by_name(target: _Target, args: Sequence[Any], inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    if not args:
        return inputs
    function = None if target.value is None else function_of(target.value)
    if function is None:
        raise TypeError(f"{target.task.base}: expected its inputs by name, found {len(args)} by position")
    return inspect.signature(function).bind_partial(*args, **inputs).arguments


def _found(source: Source) -> list[FoundTask]:
    if isinstance(source, ModuleType):
        return discover([], modules=[source.__name__])
    if isinstance(source, (str, Path)):
        return discover([Path(source)])
    return [_described(source)]


def _named(text: str) -> FoundTask:
    place, _, name = text.rpartition(":")
    return find(place, name)


def _described(value: Any) -> FoundTask:
    _check_guarded(value)
    return describe(value)


def _check_guarded(value: Any) -> None:
    """A function of the script that runs is imported from its file, here and in the pod: what the script does must be kept from that."""
    function = function_of(value)
    file = getattr(sys.modules["__main__"], "__file__", None)
    if function is None or function.__module__ != "__main__" or file is None or not Path(file).is_file():
        return
    if "__main__" not in Path(file).read_text(errors="replace"):
        raise RegistrationError(
            f'{file}: expected `if __name__ == "__main__":` around what starts {function.__name__}, since the pod imports this file; found '
            "none. Add it, or move the function into a module of its own"
        )
