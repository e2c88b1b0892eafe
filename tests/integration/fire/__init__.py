"""The operator under fire: killed anywhere, and with an API server that misbehaves.

stage       a control plane, the proxy, the operator as a process that can be killed, and a kubelet that follows a script
kubelet     the scripted kubelet
lives       what executions are to live through, and how that has to end
scenes      what a life consists of, as the API server sees it
acts        several stages that play at the same time
crashing    kills the operator at each write of a life
situations  what may go on around lives
prometheus  a real Prometheus that reads the operator's metrics
replicas    several operators in place of a stage's own
invariants  what must be so afterwards, whatever happened
"""
