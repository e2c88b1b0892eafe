"""Every call to the Kubernetes API, and the only place that knows a status code.

requests    what is to be called, as values
errors      one table: status codes -> exceptions with a meaning
throttle    how often we may call
observer    what is reported about the calls
credentials where the API server is and who we are, by the kubernetes client's configuration
jsonbytes   JSON to and from it
clock       what time it is by the API server's answers
transport   sends a request, on the event loop
watching    lists all objects of a kind, and follows what becomes of them
"""
