"""Keeps the log of an attempt in the store, from the parent process, so that it outlives the pod."""
