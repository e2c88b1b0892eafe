"""All settings for people: each by its variable, with the value that holds and where it comes from.

FLYTE_AWS_ENDPOINT            http://minio:9000     environment
FLYTE_AWS_SECRET_ACCESS_KEY   ********              /root/.flyte/config.yaml
FLYTE_AWS_RETRIES             -                     default
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from glider.settings.entries import ENTRIES, Entry, Kind
from glider.settings.sources import Sources, candidates, find_config_file
from glider.wire import contract

_MASK = "********"
_NOTHING = "-"
_MOST_CHARACTERS = 100
_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/@]*@")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One setting as it is shown."""

    variable: str
    value: str
    origin: str


#: What is read from the environment only, with its default; of several names the first that is there counts.
_VARIABLES: tuple[tuple[tuple[str, ...], str], ...] = (
    ((contract.ENV_EXECUTION,), ""),
    ((contract.ENV_TERMINATION_LOG,), contract.DEFAULT_TERMINATION_LOG),
    ((contract.ENV_GRACE_PERIOD,), f"{contract.DEFAULT_GRACE_PERIOD:g}"),
    ((contract.ENV_SIGTERM_MEANS,), ""),
    ((contract.ENV_LINGER,), f"{contract.DEFAULT_LINGER:g}"),
    ((contract.ENV_INLINE_INPUTS,), ""),
    ((contract.ENV_INPUTS_URI,), ""),
    ((contract.ENV_INPUTS_MARK,), ""),
    ((contract.ENV_STORAGE,), ""),
    ((contract.ENV_RAW_OUTPUT_PREFIX,), ""),
    ((contract.ENV_LOGS,), ""),
    ((contract.ENV_LOGS_MOST_BYTES,), f"{contract.DEFAULT_LOGS_MOST_BYTES}"),
    ((contract.ENV_LOGS_INTERVAL,), f"{contract.DEFAULT_LOGS_INTERVAL:g}"),
    (("GLIDER_STORAGE_ENGINE",), "obstore"),
    (("GLIDER_LAZY_IMPORTS",), "true"),
    (("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1"),
    (("FLYTE_INTERNAL_EXECUTION_PROJECT", "_F_PRJ"), ""),
    (("FLYTE_INTERNAL_EXECUTION_DOMAIN", "_F_DM"), ""),
    (("FLYTE_INTERNAL_EXECUTION_ID", "_F_NM"), ""),
    (("FLYTE_INTERNAL_EXECUTION_WORKFLOW", "_F_WF"), ""),
    (("FLYTE_INTERNAL_EXECUTION_LAUNCHPLAN", "_F_LP"), ""),
    (("FLYTE_INTERNAL_TASK_PROJECT", "_F_TK_PRJ"), ""),
    (("FLYTE_INTERNAL_TASK_DOMAIN", "_F_TK_DM"), ""),
    (("FLYTE_INTERNAL_TASK_NAME", "_F_TK_NM"), ""),
    (("FLYTE_INTERNAL_TASK_VERSION", "_F_TK_V"), ""),
    ((contract.ENV_ATTEMPT,), "0"),
    (("FLYTE_INTERNAL_DIST_ERROR_STRATEGY", "_F_DES"), ""),
    (("FLYTE_INTERNAL_WORKER_NAME", "_F_WN"), ""),
    (("FLYTE_FAIL_ON_ERROR",), "false"),
    (("_F_SS_C",), ""),
    ((contract.ENV_RUNTIME_PACKAGES,), ""),
    ((contract.ENV_CODE_SHA256,), ""),
    ((contract.ENV_CODE_URI,), ""),
    ((contract.ENV_CODE_PARTS,), ""),
    ((contract.ENV_SCRATCH,), ""),
    (("_F_L_MIN_SIZE_MB",), ""),
    (("_F_L_MAX_SIZE_MB",), "1000"),
    (("FLYTE_USE_OLD_DC_FORMAT",), "false"),
    (("FLYTE_SDK_LOGGING_LEVEL",), "30"),
    (("FLYTE_SDK_DEV_LOGGING_LEVEL",), "20"),
    (("FLYTE_SDK_LOGGING_FORMAT",), "json"),
    (("FLYTE_SDK_RICH_TRACEBACKS",), ""),
    (("GLIDER_LOG_LEVELS",), ""),
    ((contract.ENV_ATTEMPT_TIMEOUT,), ""),
    ((contract.ENV_OUTPUTS,), ""),
    (("BATCH_JOB_ARRAY_INDEX_VAR_NAME",), ""),
    (("BATCH_JOB_ARRAY_INDEX_OFFSET",), "0"),
)


def shown(environment: Mapping[str, str]) -> str:
    """The whole table.

    Raises:
        SettingsError: the config file can't be read.
    """
    sources = Sources(environment=environment, file=find_config_file(environment))
    lines = [*(_of_entry(entry, sources) for entry in ENTRIES), *_of_variables(environment)]
    width, value_width = (max(len(getattr(line, name)) for line in lines) for name in ("variable", "value"))
    table = [f"{line.variable:{width}}  {line.value:{value_width}}  {line.origin}" for line in lines]
    places = ", ".join(str(place) for place in candidates(environment))
    return "\n".join([f"config file: {sources.file.path or f'none; looked for {places}'}", "", *table])


def _of_entry(entry: Entry, sources: Sources) -> Line:
    found = sources.find(entry)
    if found is None or not (found.text or entry.kind is Kind.FLAG):
        return Line(variable=entry.variable, value=entry.default or _NOTHING, origin="default")
    text = _MASK if entry.secret else _presentable(found.text)
    if entry.kind is Kind.FLAG:
        text = "true" if sources.flag(entry) else "false"
    origin = "environment" if found.where == entry.variable else str(sources.file.path)
    return Line(variable=entry.variable, value=text, origin=origin)


def _of_variables(environment: Mapping[str, str]) -> Iterator[Line]:
    for names, default in _VARIABLES:
        name = next((name for name in names if name in environment), None)
        if name is None:
            yield Line(variable=names[0], value=default or _NOTHING, origin="default")
        else:
            yield Line(variable=name, value=_presentable(environment[name]) or _NOTHING, origin="environment")


def _presentable(text: str) -> str:
    """In one line, not too long, and without the password of a URL."""
    line = _PASSWORD.sub(rf"\1:{_MASK}@", text.replace("\n", "\\n"))
    return line if len(line) <= _MOST_CHARACTERS else f"({len(text)} characters)"
