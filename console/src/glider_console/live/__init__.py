"""Watches that viewers share, so that a hundred viewers cost the API server as much as one."""
