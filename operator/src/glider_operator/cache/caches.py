"""All that is known of the cluster, in one place for those who keep it and those who read it."""

from __future__ import annotations

from glider_operator.cache.admission import Admission
from glider_operator.cache.executions import ExecutionCache
from glider_operator.cache.parents import ParentCache
from glider_operator.cache.pods import PodCache
from glider_operator.cache.refusals import Refusals
from glider_operator.cache.resolutions import ResolutionCache
from glider_operator.cache.templates import TemplateCache
from glider_operator.cache.uses import TemplateUses


class Caches:
    """Empty at first. `home` is the operator's own namespace, if it runs in one."""

    def __init__(self, *, home: str | None = None) -> None:
        self.executions = ExecutionCache()
        self.parents = ParentCache(self.executions)
        self.templates = TemplateCache()
        self.uses = TemplateUses()
        self.pods = PodCache()
        self.resolutions = ResolutionCache(home=home)
        self.admission = Admission()
        self.refusals = Refusals()
