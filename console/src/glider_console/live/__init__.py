"""Watches that viewers share, so that a hundred viewers cost the API server as much as one.

streams     the ways of the viewers to the API server for answers that go on
pod_logs    the log of a pod's container
rows        one execution as a row
queries     filters and an order
views       the rows of a query, kept up to date
changes     that something has changed among a few objects
table       the rows of one scope, and its views
deltas      what a window shows, and what changes in it, as JSON
beside      rows of another source beside those that are watched
relay       carries a watch by the way of one viewer after the other
scopes      what viewers watch together, and who may
live        the scopes that are watched now: pages, and streams of changes
sources     what every source of executions offers
tasks       which templates are versions of a task
namespaces  which namespaces a viewer may choose
"""
