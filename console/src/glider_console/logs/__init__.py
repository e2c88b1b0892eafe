"""Lines of logs, cut and batched for a browser. Pure.

lines       bytes, in pieces of any size -> lines; a long one is cut, so that memory stays the same whatever a task prints
batches     lines -> batches, with the position to go on from
positions   where a viewer's connection broke, and what is asked for
choosing    which log of an execution is meant, whether there is one, and why not
sources     where logs are read: the protocol for a pod's log, and for what the store keeps of it
"""
