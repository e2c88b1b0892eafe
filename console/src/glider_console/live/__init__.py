"""Watches that viewers share, so that a hundred viewers cost the API server as much as one.

streams     the way to the API server for answers that go on, with a viewer's credential
"""
