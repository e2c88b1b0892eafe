"""Runs executions without a cluster: a process stands for the pod, and all decisions are the operator's own code.

documents   TaskExecutions and TaskTemplates from YAML files
container   the container of one attempt, represented as a pod
process     a process for it
in_process  this process for it, for a debugger
debugging   the debugger at the user's own line
sources     values that are in Secrets and ConfigMaps on a cluster
storing     what the operator does in the store before and after an attempt
differences what only a cluster acts on
rendering   the pod of one attempt, and where its values are from
running     the loop around resolve, render, diagnose and reconcile
validating  all that the operator would report about files
mistakes    every mistake in a document
replaying   an execution of a cluster, to be run here
fetching    the code that it ran
venvs       a virtual environment with the packages that it asks for
reporting   what the user sees of a run
"""
