"""The defaults for tasks and executions. Each can be set for all namespaces, and differently for some."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from glider_core.api.fields import Fields
from glider_core.api.places import FOLDER, PLACE
from glider_core.api.platform import Platform
from glider_core.api.pod_settings import PodSettings
from glider_core.api.policies import Policies
from glider_core.api.restrictions import Restrictions
from glider_core.api.retrying import Retries
from glider_core.api.settings import FLAG, PORT, TEXT, Kind, as_in_task, choice, inline, parse_section, section, setting
from glider_core.api.task import Storage
from glider_core.config.admin import Admin
from glider_core.config.history import Logs


def _read_places(fields: Fields, name: str) -> tuple[str, ...] | None:
    return fields.texts(name, pattern=PLACE, what="URI in an object store, such as s3://bucket/prefix") or None


def _read_folder(fields: Fields, name: str) -> str | None:
    return fields.matching(name, FOLDER, expected="the absolute path of a folder, such as /data, other than / itself")


_PLACES = Kind(words="list of URIs", read=_read_places)
_FOLDER = Kind(words="path", read=_read_folder)


class Delivery(StrEnum):
    """How the executor comes into a task's pod. AUTO: by an image volume where the cluster has them."""

    AUTO = "Auto"
    IMAGE_VOLUME = "ImageVolume"
    INIT_CONTAINER = "InitContainer"


def _read_delivery(fields: Fields, name: str) -> Delivery | None:
    word = choice(*Delivery).read(fields, name)
    return None if word is None else Delivery(word)


_DELIVERY = Kind(words=" or ".join(Delivery), read=_read_delivery)
TASK_POD = Kind(words="fields of a TaskTemplate", read=lambda fields, name: parse_section(PodSettings, fields.object(name)))


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageAccess:
    """What the operator itself may do in object stores."""

    read: tuple[str, ...] = setting(
        "Prefixes such as s3://bucket/shared below which the operator may read for executions, beside those in `storage`.",
        _PLACES,
        default=(),
    )
    write: tuple[str, ...] = setting("Prefixes below which it may read and write for them.", _PLACES, default=())
    node_identity: bool = setting(
        "Whether the operator has the rights that the node's metadata service gives it: an instance profile of EC2, GKE's workload "
        "identity, a managed identity of Azure. Without this it never asks that service, and needs keys or a token in its environment.",
        FLAG,
        default=False,
    )
    files_root: str | None = setting(
        "The folder at which the operator's own pod has the volume that prefixes with file:// in `storage` are on. The operator uses only "
        "what is below both, for each namespace its part, and follows no links there. Without it, it uses no files.",
        _FOLDER,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Executor:
    """The executor that is brought into each pod."""

    image: str = setting("The image that the executor comes from.", TEXT, default="glider-executor:dev")
    image_pull_policy: str | None = setting("Its pull policy.", choice("Always", "IfNotPresent", "Never"), default_text="Kubernetes'")
    python: str = setting("The name of the interpreter in the tasks' images.", TEXT, default="python3")
    delivery: Delivery = setting(
        "How it comes into the pod: mounted as an image volume, or copied by an init container. Auto: mounted where the cluster has image "
        "volumes (docs/pods.md).",
        _DELIVERY,
        default=Delivery.AUTO,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Statsd:
    """Where tasks send their metrics."""

    host: str | None = setting("The server.", TEXT)
    port: int = setting("Its UDP port.", PORT, default=8125)


@dataclass(frozen=True, kw_only=True, slots=True)
class Defaults:
    """The defaults for tasks and executions."""

    storage: Storage = setting("Where data goes.", as_in_task("storage", Storage), default=Storage)
    storage_access: StorageAccess = setting(
        "What the operator itself may read and write in object stores for executions, where it has to (docs/security.md).",
        section(StorageAccess),
        default=StorageAccess,
    )
    retries: Retries = setting("How many further attempts a failed one gets.", as_in_task("retries", Retries), default=Retries)
    executor: Executor = setting("What runs in the tasks' containers.", section(Executor), default=Executor)
    default_image: str | None = setting(
        "The image of tasks that name none. In it, {python} is the version of Python that the task's code is for, such as 3.11.",
        TEXT,
        default_text="python:{python}-slim, for tasks with code.pythonVersion",
    )
    task_pod: PodSettings = setting(
        "What all pods of tasks have in common, in the fields of a TaskTemplate that are about its pod: env, envFrom, labels, annotations, "
        "securityContext, tolerations and so on. The task's own win. A security context replaces the restricted one as a whole.",
        TASK_POD,
        default=PodSettings,
        default_text="restricted security contexts, user 65532",
    )
    platform: Platform = setting("", inline(Platform), default=Platform)
    restrictions: Restrictions = setting("What executions may specify.", section(Restrictions), default=Restrictions)
    admin: Admin = setting("How eager tasks, which start others, reach the front for flytekit's clients.", section(Admin), default=Admin)
    logs: Logs = setting("Whether the logs of tasks outlive their pods.", section(Logs), default=Logs)
    statsd: Statsd = setting("Where tasks send their metrics.", section(Statsd), default=Statsd)
    policies: Policies = setting("", inline(Policies), default=Policies)
