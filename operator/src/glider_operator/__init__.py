"""Glider, outside the pod: the operator and the glider command line."""
