"""An API server that misbehaves on demand: a proxy in front of the real one, and rules that say which call meets which fault.

calls   a request in Kubernetes' own terms: verb, resource, name
rules   what can happen to a call or to an event of a watch, and to which of them it does
proxy   the proxy
watches the events of a watch on their way through it
"""
