"""Reasons in one CamelCase word: of the condition, of `status.error` and of Events.

While an execution runs, the reason is its phase, or what its pod waits for in Kubernetes' own words (ImagePullBackOff,
Unschedulable, …). When it fails, the reason is the error's code if that is such a word already.
"""

from __future__ import annotations

import re

from glider.wire.errors import Origin

COMPLETED = "Completed"
#: It went well, and what it left is futures.pb: nodes for a workflow engine to run, in place of outputs.
FUTURES_WRITTEN = "FuturesWritten"
#: The specification can't be run; the message names field, expected and found.
INVALID_SPEC = "InvalidSpec"
USER_ERROR = "UserError"
SYSTEM_ERROR = "SystemError"

#: The task's container was killed for its memory; Kubernetes' word.
OOM_KILLED = "OOMKilled"
#: The task's container ended with an exit code and no summary.
CONTAINER_FAILED = "ContainerFailed"
#: The task's container could not be started at all; Kubernetes' words.
START_ERROR = "StartError"
CANNOT_RUN = "ContainerCannotRun"
INVALID_IMAGE_NAME = "InvalidImageName"
#: An init container of the task's pod failed, or was killed for its memory.
INIT_FAILED = "InitContainerFailed"
INIT_OOM_KILLED = "InitContainerOOMKilled"
#: The init container that brings the executor failed.
INJECTION_FAILED = "ExecutorInjectionFailed"
#: The executor's image can't be mounted: the node has no image volumes.
EXECUTOR_NOT_MOUNTED = "ExecutorNotMounted"
#: The container ended well and left no outputs, though its interface promises some.
OUTPUTS_NOT_FOUND = "OutputsNotFound"
#: The store refuses the operator, which has to read or write it for this execution.
STORE_DENIED = "StoreDenied"
#: The store doesn't answer the operator for now.
STORE_UNAVAILABLE = "StoreUnavailable"
#: Somebody else deleted the pod.
POD_DELETED = "PodDeleted"
#: Kubernetes ended the pod and gave no reason.
POD_FAILED = "PodFailed"
#: The API server refuses the pod, and would refuse it again.
POD_REJECTED = "PodRejected"
#: The API server refuses the pod for now.
QUOTA_EXCEEDED = "QuotaExceeded"
ADMISSION_DENIED = "AdmissionDenied"
FORBIDDEN = "Forbidden"
API_SERVER_UNAVAILABLE = "APIServerUnavailable"
#: Something that the pod needs isn't there yet; no pod is made before it is.
SECRET_NOT_FOUND = "SecretNotFound"
CONFIG_MAP_NOT_FOUND = "ConfigMapNotFound"
SERVICE_ACCOUNT_NOT_FOUND = "ServiceAccountNotFound"
POD_TEMPLATE_NOT_FOUND = "PodTemplateNotFound"
PRIORITY_CLASS_NOT_FOUND = "PriorityClassNotFound"
RUNTIME_CLASS_NOT_FOUND = "RuntimeClassNotFound"
#: A pod of the wanted name is there, and isn't ours.
POD_NAME_TAKEN = "PodNameTaken"
#: The operator met an unexpected error, whenever it reconciled the execution.
INTERNAL_ERROR = "InternalError"
#: The API server doesn't let the operator write the execution's status.
STATUS_NOT_WRITTEN = "StatusNotWritten"
#: No record can be made of the finished execution, or the store takes none, although it takes others.
NOT_ARCHIVED = "NotArchived"
#: The TTL has passed, and the store of the history has not taken the execution yet.
WAITS_FOR_HISTORY = "WaitsForHistory"
#: Entries of the configuration that are both for its namespace don't fit together.
CONFIGURATION_REFUSED = "ConfigurationRefused"

#: Kubernetes' words for a container that is on its way.
CONTAINER_CREATING = "ContainerCreating"
POD_INITIALIZING = "PodInitializing"
IMAGE_PULL_BACK_OFF = "ImagePullBackOff"
ERR_IMAGE_PULL = "ErrImagePull"

IMAGE_INSPECT_ERROR = "ImageInspectError"
ERR_IMAGE_NEVER_PULL = "ErrImageNeverPull"
REGISTRY_UNAVAILABLE = "RegistryUnavailable"
CONFIG_ERROR = "CreateContainerConfigError"
CREATE_ERROR = "CreateContainerError"
RUN_ERROR = "RunContainerError"
CRASH_LOOP = "CrashLoopBackOff"
SANDBOX_ERROR = "FailedCreatePodSandBox"
FAILED_MOUNT = "FailedMount"
FAILED_ATTACH = "FailedAttachVolume"
SCHEDULING_GATED = "SchedulingGated"
UNSCHEDULABLE = "Unschedulable"
#: What the Events of a pod without a node report.
FAILED_SCHEDULING = "FailedScheduling"
FAILED_RESOURCE_CLAIM = "FailedResourceClaimCreation"
#: A node refuses a pod that asks for what no node takes unless somebody changes its configuration.
SYSCTL_FORBIDDEN = "SysctlForbidden"
APP_ARMOR = "AppArmor"
POD_OS_NOT_SUPPORTED = "PodOSNotSupported"

#: An image couldn't be pulled for as long as that may take: the image's fault, or the registry's.
IMAGE_PULL_FAILED = "ImagePullFailed"
#: A pod that a node was given, and never reported anything about.
NODE_NOT_RESPONDING = "NodeNotResponding"
#: The pod's own activeDeadlineSeconds; Kubernetes' word.
DEADLINE_EXCEEDED = "DeadlineExceeded"
#: The operator couldn't read the attempt's outputs.pb or error.pb.
STORE_UNREADABLE = "StoreUnreadable"
#: Why an attempt is ended from our side, and what it has then ended for.
QUEUED_TIMEOUT = "QueuedTimeout"
ATTEMPT_TIMEOUT = "AttemptTimeout"
TOTAL_TIMEOUT = "TotalTimeout"
SUSPENDED = "Suspended"
RESUMED = "Resumed"
CANCELLED = "Cancelled"
#: Somebody deleted it, and somebody else's finalizer keeps it.
DELETED = "Deleted"
#: The pod of an earlier attempt isn't gone yet, and the next one waits for that.
POD_TERMINATING = "PodTerminating"
#: maxConcurrent lets no other one run for now.
CONCURRENCY_LIMIT = "ConcurrencyLimit"
#: Something in the specification has no effect; the condition Warning states what.
CHECK_SPEC = "CheckSpec"

CREATED = "Created"
RETRYING = "Retrying"
SUCCEEDED = "Succeeded"
STOPPING = "Stopping"

#: A reason is one word for people, and the value of a metric's label.
_LONGEST = 64
_WORD = re.compile(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")


def reason_of(code: str, origin: Origin) -> str:
    """The reason for an error's `code`: the code itself, or who is to blame where it is no CamelCase word (USER:RuntimeError)."""
    if len(code) <= _LONGEST and _WORD.fullmatch(code):
        return code
    return USER_ERROR if origin is Origin.USER else SYSTEM_ERROR
