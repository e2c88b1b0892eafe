"""Executions that are in the history alone, since their TaskExecutions are gone."""
