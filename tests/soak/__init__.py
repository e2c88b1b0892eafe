"""A soak on the real node: executions with a fate each, while operator, node and API server are disturbed.

fates          what each execution does and comes to, by a seed
acting         the task that all of them run, in their pods
deeds          what somebody does to single executions meanwhile: cancel, suspend, delete …
disturbances   what befalls everybody: operators killed, drains, upgrades, a restart of the API server
site           Glider installed on the cluster, and how it is reached
chronicle      what the API server told while it went on | audit: what it wrote down | witness: the operators' logs and memory
checking       whether each execution came to what was foretold, and the invariants
soaking        all of it, in order
"""
