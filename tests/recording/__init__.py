"""Records what a real kubelet, scheduler and API server make of a pod, for the table of verdicts.

python -m tests.recording       # with the local cluster up; rewrites tests/unit/glider_core/diagnose/recorded.yaml
"""
