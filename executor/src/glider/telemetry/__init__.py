"""What the executor emits while it works: logs, metrics, progress, and what an attempt took.

logs       logging set up from the environment, and what a line looks like
stats      the statsd handle of a task, with flytekit's names
client     the statsd package's client over our sink
sink       datagrams to one host, delaying nobody
metrics    the executor's own metrics
stopwatch  time by phase
progress   how far large transfers are
process    memory, CPU and age of this process and its descendants, and the memory of its cgroup
stacks     where every thread is, on SIGUSR1 and before the deadline
"""
