"""The checks of `glider doctor`: each is a pure function of what one effectful reader has read. But for `probing` they change nothing.

examining   all of them, one group after the other
server      the API server, its version, the user, the clock
crds        Glider's API, with all fields that this client knows
serving     operators, their leaders, and executions that none serves
operators   which operators there are, and what each serves
namespaces  whether the namespace takes executions
rights      the user's rights, verb by verb
stores      the store, from here
histories   whether finished executions are kept
probing     what a pod sees, by a small task | in_pod: that task
check       the result of a check
"""
