"""Executions, whether they are on the cluster or in the history alone, since their TaskExecutions are gone.

source    where the history is
finding   one execution, by name or UID, wherever it is
families  executions that belong together: reruns, and what eager tasks have started
stored_logs  the log of an attempt in the store
related   what stands beside one on the cluster: its pods, its template, Events
"""
