"""The operator under fire: killed anywhere, and with an API server that misbehaves.

stage       a control plane, the proxy, the operator as a process that can be killed, and a kubelet that follows a script
kubelet     the scripted kubelet
lives       what executions are to live through, and how that has to end
invariants  what must be so afterwards, whatever happened
"""
