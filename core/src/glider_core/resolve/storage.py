"""Where an execution's files are: Flyte's layout below the two prefixes.

    <metadata prefix>/<namespace>/<name>-<uid8>/inputs.pb
    <metadata prefix>/<namespace>/<name>-<uid8>/<attempt>/{outputs,error}.pb
    <raw prefix>/<shard>/<namespace>-<name>-<uid8>-<attempt>

The UID keeps two executions of one name apart, and the attempt keeps attempts from overwriting each other. The shard
spreads the raw data over an S3 bucket's partitions, by the same hash as propeller's.
"""

from __future__ import annotations

from dataclasses import dataclass

from glider.wire.contract import CHECKPOINT_DIR, INPUTS_FILE, OUTPUTS_FILE, TASK_FILE
from glider_core.api.execution import Execution
from glider_core.api.task import Storage

#: Where the same layout lives in the pod when there is no store.
POD_DATA = "/var/run/glider-data"

_SHARDS = 36 * 36
#: In propeller's order (flyteplugins ioutils, createAlphabetAndNumerals).
_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, kw_only=True, slots=True)
class Paths:
    """The paths of one execution. `stored` is False where they lead into the pod, since no store is configured."""

    metadata: str
    raw: str
    unique: str
    inputs: str
    stored: bool

    @property
    def task_template(self) -> str:
        """The task itself, a serialised flyteidl TaskTemplate; only there for tasks whose command line asks for it."""
        return f"{self.metadata}/{TASK_FILE}"

    def output_prefix(self, attempt: int) -> str:
        """Where the attempt leaves outputs.pb or error.pb."""
        return f"{self.metadata}/{attempt}"

    def outputs(self, attempt: int) -> str:
        """The attempt's outputs.pb."""
        return f"{self.output_prefix(attempt)}/{OUTPUTS_FILE}"

    def raw_output(self, attempt: int) -> str:
        """Where the attempt puts files, tables and other large values."""
        unique = f"{self.unique}-{attempt}"
        return f"{self.raw}/{shard(unique)}/{unique}"

    def checkpoint(self, attempt: int) -> str:
        """Where the attempt saves checkpoints."""
        return f"{self.raw_output(attempt)}/{CHECKPOINT_DIR}"


def paths_of(execution: Execution, storage: Storage, *, inputs_uri: str | None) -> Paths:
    """The paths of `execution` below the prefixes of `storage`; one prefix serves for both, and none leads into the pod."""
    metadata = storage.metadata_prefix or storage.raw_output_data_prefix
    raw = storage.raw_output_data_prefix or storage.metadata_prefix
    directory = f"{_trimmed(metadata or POD_DATA)}/{execution.namespace}/{execution.unique_name}"
    return Paths(
        metadata=directory,
        raw=_trimmed(raw or POD_DATA),
        unique=f"{execution.namespace}-{execution.unique_name}",
        inputs=inputs_uri or f"{directory}/{INPUTS_FILE}",
        stored=metadata is not None,
    )


def shard(text: str) -> str:
    """Two base-36 digits from the 32-bit FNV-1a hash of `text`."""
    number = fnv32a(text.encode()) % _SHARDS
    return _DIGITS[number // 36] + _DIGITS[number % 36]


def fnv32a(data: bytes) -> int:
    """The 32-bit FNV-1a hash, that of Go's hash/fnv."""
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def _trimmed(prefix: str) -> str:
    return prefix.rstrip("/")
