"""Disasters that are tried, not thought out: `python -m tests.drills NAME` lets one happen, and checks what docs/operations.md promises.

site              the control plane of a drill, its operator, which is restarted as a kubelet does it, and its executions
etcd_backup       etcd is restored from an older backup
lost_crds         the CRDs are deleted by accident, and restored
resources_backup  our resources are saved as YAML, and restored on an empty cluster
long_outage       no operator for a while, with hundreds of live executions
lost_store        the object store is gone for a while, on the real node
"""
