"""Every call to the Kubernetes API, and the only place that knows a status code.

requests    calls, as values
errors      one table: status codes -> exceptions with a meaning
throttle    the rate limit of calls
observer    what counts the calls
credentials address, certificates and tokens, from the kubernetes client's configuration
jsonbytes   JSON, decoded and encoded
clock       the time, by the API server's answers
transport   sends a request, on the event loop
watching    lists all objects of a kind, and follows their changes
"""
