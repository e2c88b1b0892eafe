"""Executions and templates as the front's own watches see them: a client that polls costs the API server nothing.

cache       the caches of both, and whether they are up to date
executions  executions by namespace
templates   templates by namespace, task and version
objects     the objects of one resource, with their documents as bytes
rows        what is kept of an object for indices, filters and order
index       rows by a key, in the order in which they were created
transport   carries the watches
"""
