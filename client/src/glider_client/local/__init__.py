"""Runs executions without a cluster: a pod becomes a process, and everything that decides is the operator's own.

documents   TaskExecutions and TaskTemplates from YAML files
process     the process of one attempt, told as the pod that it stands for
sources     values that a cluster keeps in Secrets and ConfigMaps
storing     what the operator does in the store before and after an attempt
differences what only a cluster acts on
running     the loop around resolve, render, diagnose and reconcile
telling     what a person sees of it
"""
