"""Runs executions without a cluster: a process stands for the pod, and all decisions are the operator's own code.

documents   TaskExecutions and TaskTemplates from YAML files
process     the process of one attempt, represented as a pod
sources     values that are in Secrets and ConfigMaps on a cluster
storing     what the operator does in the store before and after an attempt
differences what only a cluster acts on
running     the loop around resolve, render, diagnose and reconcile
reporting   what the user sees of a run
"""
