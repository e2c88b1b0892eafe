"""Watches that viewers share, so that a hundred viewers cost the API server as much as one.

streams     the way to the API server for answers that go on, with a viewer's credential
pod_logs    the log of a pod's container
rows        one execution as a row
selectors   label selectors
queries     filters and an order
views       the rows of a query, kept up to date
table       the rows of one scope, and its views
"""
