"""A store that misbehaves on demand: a proxy in front of the real one, and plans that say which request meets which fault.

faults  what can happen to a request, and plans
proxy   the proxy

Beside it, for API servers:

relay         cuts connections
interrupting  interrupts the client at one of its requests
"""
