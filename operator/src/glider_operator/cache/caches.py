"""All that is known of the cluster, in one place for those who keep it and those who read it."""

from __future__ import annotations

from glider_operator.cache.admission import Admission
from glider_operator.cache.executions import Executions
from glider_operator.cache.pods import Pods
from glider_operator.cache.refusals import Refusals
from glider_operator.cache.resolutions import Resolutions
from glider_operator.cache.templates import Templates


class Caches:
    """Empty at first. `home` is the operator's own namespace, if it runs in one."""

    def __init__(self, *, home: str | None = None) -> None:
        self.executions = Executions()
        self.templates = Templates()
        self.pods = Pods()
        self.resolutions = Resolutions(home=home)
        self.admission = Admission()
        self.refusals = Refusals()
