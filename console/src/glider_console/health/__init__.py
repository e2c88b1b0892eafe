"""The operators, as they see themselves. Pure.

replicas    the operators with their pods as a document
forwarding  HTTP through Kubernetes' port-forward, whose WebSocket carries a pod's own loopback
"""
