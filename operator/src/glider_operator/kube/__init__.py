"""Every call to the Kubernetes API, and the only place that knows a status code.

requests    what is to be called, as values
errors      one table: status codes -> exceptions with a meaning
throttle    how often we may call
metrics     how often we did
transport   sends a request with the kubernetes client's configuration and credentials
lookups     whether what a pod refers to is there
cluster     the calls that the operator makes
"""
