"""The operator: watches TaskExecutions, and runs each as pods.

startup         the `glider-operator` command and the process
server          probes, metrics and the debug page
kopf_adapter    kopf and its workarounds
controller      reconciles one key: caches -> plan -> calls to the API server
archive         writes the history of executions that have ended
cache           objects as the watches have shown them
leaderelection  the Lease: which replica acts
sweep           lists everything from time to time, and corrects the caches
telemetry       metrics, statsd, logs
queue           the work queue
"""
