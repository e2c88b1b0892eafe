"""Executions and templates as the front's own watches see them: a client that polls costs the API server nothing.

cache      the caches of both
transport  carries the watches
"""
