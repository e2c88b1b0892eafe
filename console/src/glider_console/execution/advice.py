"""What to do about a reason, for those that somebody can do something about. docs/operator.md has what each means.

The condition's message has the details, and often advice of its own, so that a step here is one short sentence.
"""

from __future__ import annotations

from collections.abc import Mapping

from glider_core.api import reasons

_CREATE = "Create it, or correct its name. The operator tries again until then."
_PULL = "Check the image's name, and imagePullSecrets if it is private. If both are right, see the registry."
_MESSAGE = "The message has the words of the node."
_IMAGE = dict.fromkeys(
    (
        reasons.IMAGE_PULL_BACK_OFF,
        reasons.ERR_IMAGE_PULL,
        reasons.ERR_IMAGE_NEVER_PULL,
        reasons.IMAGE_INSPECT_ERROR,
        reasons.REGISTRY_UNAVAILABLE,
    ),
    _PULL,
)
_MISSING = dict.fromkeys(
    (
        reasons.SECRET_NOT_FOUND,
        reasons.CONFIG_MAP_NOT_FOUND,
        reasons.SERVICE_ACCOUNT_NOT_FOUND,
        reasons.POD_TEMPLATE_NOT_FOUND,
        reasons.PRIORITY_CLASS_NOT_FOUND,
        reasons.RUNTIME_CLASS_NOT_FOUND,
    ),
    _CREATE,
)

#: What an execution can wait for.
WHILE_WAITING: Mapping[str, str] = {
    **_IMAGE,
    **_MISSING,
    reasons.UNSCHEDULABLE: "Ask for less in spec.resources, or add nodes. timeouts.queued limits the wait.",
    reasons.FAILED_SCHEDULING: "The message has the scheduler's words. timeouts.queued limits the wait.",
    reasons.FAILED_RESOURCE_CLAIM: "The message has what the resource claim lacks.",
    reasons.SCHEDULING_GATED: "A queue such as Kueue holds the pod back. See that queue.",
    reasons.CONCURRENCY_LIMIT: "Wait, or raise maxConcurrent.",
    reasons.QUOTA_EXCEEDED: "Wait, or raise the namespace's quota. No attempt is used up.",
    reasons.ADMISSION_DENIED: "Satisfy the admission webhook, or repair it. The operator tries again until then.",
    reasons.FORBIDDEN: "A LimitRange, or the operator's rights, don't allow the pod. The operator tries again until they do.",
    reasons.CONFIGURATION_REFUSED: "Whoever runs the operator has to correct its configuration, namespaceDefaults.",
    reasons.API_SERVER_UNAVAILABLE: "The API server answers with an error. The operator tries again until it doesn't.",
    reasons.POD_NAME_TAKEN: "Delete the other pod that has this name.",
    reasons.STORE_DENIED: "Give the operator the right to use the store. It tries again until then.",
    reasons.STORE_UNAVAILABLE: "See whether the store answers. The operator tries again until it does.",
    reasons.CONFIG_ERROR: "Create the Secret, ConfigMap or key that the message names, or correct its name.",
    reasons.CREATE_ERROR: _MESSAGE,
    reasons.RUN_ERROR: _MESSAGE,
    reasons.CRASH_LOOP: "The task waits for a sidecar that crashes. See the sidecar's log.",
    reasons.FAILED_MOUNT: "Create what the volume refers to, or correct its name.",
    reasons.FAILED_ATTACH: "See the volume and its node.",
    reasons.SANDBOX_ERROR: "The node can't make the pod's network or sandbox. " + _MESSAGE,
    reasons.POD_TERMINATING: "The pod of the attempt before isn't gone yet. Check that its node is alive.",
    reasons.SUSPENDED: "Resume it to go on with another attempt.",
}

#: What it can have ended for.
AT_THE_END: Mapping[str, str] = {
    reasons.FUTURES_WRITTEN: "The task is dynamic, and left nodes in futures.pb. A workflow engine has to run them.",
    reasons.INVALID_SPEC: "Correct the field that the message names, and create another execution.",
    reasons.INTERNAL_ERROR: "This is a fault of Glider. Report it, with the message and the operator's log.",
    reasons.POD_REJECTED: "The API server refuses the pod. The message has its words.",
    reasons.OOM_KILLED: "Raise the memory limit, or set retries.oom.",
    reasons.CONTAINER_FAILED: "The message has the last lines of the container's output.",
    reasons.OUTPUTS_NOT_FOUND: "Check that the container's command runs pyflyte-execute.",
    reasons.STORE_UNREADABLE: "Give the operator the right to read the store, and see whether the store answers.",
    reasons.START_ERROR: "Check the container's command, and that the image has Python.",
    reasons.CANNOT_RUN: "Check the container's command, and that the image has Python.",
    reasons.INVALID_IMAGE_NAME: "Correct the image's name.",
    reasons.IMAGE_PULL_FAILED: _PULL,
    reasons.CONFIG_ERROR: "Create what the message names, or set securityContext.runAsUser if the image runs as root.",
    reasons.SYSCTL_FORBIDDEN: "Ask in podTemplate only for what nodes allow.",
    reasons.APP_ARMOR: "Ask in podTemplate only for what nodes allow.",
    reasons.POD_OS_NOT_SUPPORTED: "Ask in podTemplate only for what nodes allow.",
    reasons.CREATE_ERROR: _MESSAGE,
    reasons.RUN_ERROR: _MESSAGE,
    reasons.CRASH_LOOP: "A sidecar never came up. See its log.",
    reasons.FAILED_MOUNT: "Create what the volume refers to, or see the node.",
    reasons.FAILED_ATTACH: "Create what the volume refers to, or see the node.",
    reasons.SANDBOX_ERROR: "See the node.",
    reasons.NODE_NOT_RESPONDING: "Check that the node's kubelet is alive.",
    reasons.INIT_FAILED: "The message has the last lines of the init container's output.",
    reasons.INIT_OOM_KILLED: "Raise the init container's memory limit.",
    reasons.INJECTION_FAILED: "The executor couldn't be copied into the pod. Check whether the node's disk is full.",
    reasons.EXECUTOR_NOT_MOUNTED: "With executor.delivery Auto the next attempt has an init container instead.",
    reasons.DEADLINE_EXCEEDED: "Raise activeDeadlineSeconds, or use timeouts.attempt.",
    reasons.POD_FAILED: "See the pod's node.",
    "Evicted": "Ask for as much as the task uses.",
    reasons.QUEUED_TIMEOUT: "See what it waited for, or raise timeouts.queued.",
    reasons.ATTEMPT_TIMEOUT: "Raise timeouts.attempt. The executor has left the stacks of all threads in the log.",
    reasons.TOTAL_TIMEOUT: "Raise timeouts.total.",
}


def advice_for(reason: str, *, finished: bool) -> str:
    """What to do; empty where nothing has to be done, or nothing is known."""
    return (AT_THE_END if finished else WHILE_WAITING).get(reason, "")
