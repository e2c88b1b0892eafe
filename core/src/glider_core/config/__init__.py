"""The operator's own settings: one YAML file, apiVersion glider.dev/v1alpha1, kind Configuration.

model      all settings, each declared with its description for the reference (by api.settings)
defaults   the defaults for tasks and executions
admin      how eager tasks reach the front for flytekit's clients
history    what stays in the store: logs, finished executions
history_prefix  where the history is, apart from data
retention  for how long that stays
leading    which of several operators acts
namespaces what differs in some namespaces
parsing    a document -> Config, or an error that names field, expected and found
loading    a file -> Config
logs       log lines, plain or JSON
"""

from glider_core.config.history_prefix import history_prefix
from glider_core.config.loading import load_config
from glider_core.config.model import Config
from glider_core.config.parsing import parse_config

__all__ = ["Config", "history_prefix", "load_config", "parse_config"]
