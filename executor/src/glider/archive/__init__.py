"""Keeps the log of an attempt in the store, from the parent process, so that it outlives the pod.

buffer    what isn't stored yet, cut into parts, within the log's bound
keeper    takes what passes, and stores it every so often and at the end
parts     parts in the store
handover  the child stores what a short task has written: its client is warm, and the parent has none
"""
