"""Names that the operator and the executor agree on, in one place so that they can't drift apart.

File names are Flyte's (flyteplugins, ioutils/paths.go); variables that start with GLIDER_ are ours.
"""

from __future__ import annotations

from enum import IntEnum

INPUTS_FILE = "inputs.pb"
OUTPUTS_FILE = "outputs.pb"
FUTURES_FILE = "futures.pb"
ERROR_FILE = "error.pb"
DECK_FILE = "deck.html"
TASK_FILE = "task.pb"
CHECKPOINT_DIR = "_flytecheckpoints"

#: What propeller renders for `{{.prevCheckpointPrefix}}` when there is none: two quote characters.
NO_CHECKPOINT = '""'

#: `<namespace>/<name>` of the TaskExecution. Where it is set, the executor runs under Glider.
ENV_EXECUTION = "GLIDER_EXECUTION"
#: The file that takes the termination summary.
ENV_TERMINATION_LOG = "GLIDER_TERMINATION_LOG"
DEFAULT_TERMINATION_LOG = "/dev/termination-log"
#: Seconds from SIGTERM to SIGKILL, the pod's terminationGracePeriodSeconds: an attempt reports its end before they have passed.
ENV_GRACE_PERIOD = "GLIDER_TERMINATION_GRACE_PERIOD_SECONDS"
DEFAULT_GRACE_PERIOD = 30.0
#: Why SIGTERM ends an attempt where it runs, in words for its message: on a user's own machine there is no pod.
ENV_SIGTERM_MEANS = "GLIDER_SIGTERM_MEANS"
DEFAULT_SIGTERM_MEANS = "the pod is being deleted, preempted or evicted"
#: Seconds for which threads and exit handlers may go on that are left when an attempt is reported.
ENV_LINGER = "GLIDER_LINGER_SECONDS"
DEFAULT_LINGER = 10.0
#: base64 of a serialised LiteralMap: inputs that travel in the pod instead of the object store.
ENV_INLINE_INPUTS = "GLIDER_INLINE_INPUTS"
#: Where the inputs are that stand in the task's command line, for the executor to fill in: the pod may read them, and not the operator.
ENV_INPUTS_URI = "GLIDER_INPUTS_URI"
#: What such places in the command line begin with (`wire.arguments`), since whatever else looks like one is somebody's data.
ENV_INPUTS_MARK = "GLIDER_INPUTS_MARK"
#: The outputs that the execution's interface promises, with commas between: `name:type` where the type is one of
#: PRIMITIVES, else the name alone. Unset where it promises none.
ENV_OUTPUTS = "GLIDER_OUTPUTS"
#: The types of single values, by their field in a flyteidl Primitive.
PRIMITIVES = {
    "integer": "integer",
    "float_value": "float",
    "string_value": "string",
    "boolean": "boolean",
    "datetime": "datetime",
    "duration": "duration",
}
#: "none" where no object store is configured: then nothing may be offloaded.
ENV_STORAGE = "GLIDER_STORAGE"
STORAGE_NONE = "none"

#: For the processes that a task starts: the option of that name, since they have the task's variables and not its command line.
ENV_RAW_OUTPUT_PREFIX = "GLIDER_RAW_OUTPUT_DATA_PREFIX"

#: The folder of the store in which the attempt's log is kept; unset: it isn't. How many bytes of it at most, and after how many seconds
#: what is new is stored while the task runs.
ENV_LOGS = "GLIDER_LOGS"
ENV_LOGS_MOST_BYTES = "GLIDER_LOGS_MOST_BYTES"
DEFAULT_LOGS_MOST_BYTES = 100 << 20
ENV_LOGS_INTERVAL = "GLIDER_LOGS_INTERVAL_SECONDS"
DEFAULT_LOGS_INTERVAL = 30.0

#: The task's code, where it isn't in the image: the SHA-256 of the archive in hexadecimal, and where that is: a URI, or a folder with its
#: consecutive slices as files 0, 1, and so on.
ENV_CODE_SHA256 = "GLIDER_CODE_SHA256"
ENV_CODE_URI = "GLIDER_CODE_URI"
ENV_CODE_PARTS = "GLIDER_CODE_PARTS"
#: A folder of the attempt's own that it may write to: the code is unpacked there, and packages are installed there.
ENV_SCRATCH = "GLIDER_SCRATCH"
#: flytekit's name for the packages that are installed before the task is loaded, with spaces between.
ENV_RUNTIME_PACKAGES = "_F_RUNTIME_PACKAGES"

#: Seconds that the attempt may take, counted from the container's start; the operator ends it then. Unset: no limit.
ENV_ATTEMPT_TIMEOUT = "GLIDER_ATTEMPT_TIMEOUT_SECONDS"

#: Kubernetes and Flyte number attempts from 0, and so do we.
ENV_ATTEMPT = "FLYTE_ATTEMPT_NUMBER"

#: What Linux takes as one argument or one `NAME=value` with the NUL at its end (MAX_ARG_STRLEN, with pages of 4 KiB).
MAX_ARGUMENT_BYTES = 32 * 4096
#: What fits there as base64, beside the variable's name.
MAX_INLINE_INPUTS_BYTES = (MAX_ARGUMENT_BYTES - len(f"{ENV_INLINE_INPUTS}=") - 1) // 4 * 3


class ExitCode(IntEnum):
    """How the executor's process ends under Glider, so that `kubectl get pods` shows the truth.

    Without GLIDER_EXECUTION (under FlytePropeller) it exits 0 once error.pb is written, as Flyte expects.
    """

    OK = 0
    USER = 1
    SYSTEM = 2
    RECOVERABLE = 3
