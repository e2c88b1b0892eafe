"""Every call to the Kubernetes API, and the only place that knows a status code.

requests    calls, as values
errors      one table: status codes -> exceptions with a meaning
throttle    the rate limit of calls
observer    what counts the calls
credentials address, certificates and tokens, from the kubernetes client's configuration
jsonbytes   JSON, decoded and encoded
pages       large pages of lists, decoded item by item
clock       the time, by the API server's answers
latency     how slowly it answers writes now
transport   sends a request, on the event loop
watching    lists all objects of a kind, and follows their changes
watch_state whether a watch works
"""
