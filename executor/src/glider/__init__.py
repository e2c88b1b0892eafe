"""Glider, inside the pod: runs one Flyte task, and is the library that task authors import."""
