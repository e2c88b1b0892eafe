"""Specifications, templates and configurations that are nearly right, made from a seed: what becomes of each, and whether it may.

values   values of core/v1's shapes and of Flyte's types, and odd ones
cases    whole cases: an execution, templates, a configuration
ends     what becomes of a case
"""
