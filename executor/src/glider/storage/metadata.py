"""What every object that an execution writes carries as its metadata, so that whoever finds it knows whose it is."""

from __future__ import annotations

from glider.settings.model import Identity


def execution_metadata(identity: Identity) -> dict[str, str]:
    """With flytekit's names (bin/entrypoint.py, setup_execution)."""
    return {
        "flyte-execution-project": identity.execution_project,
        "flyte-execution-domain": identity.execution_domain,
        "flyte-execution-launchplan": identity.launch_plan,
        "flyte-execution-workflow": identity.workflow,
        "flyte-execution-name": identity.execution_name,
    }
