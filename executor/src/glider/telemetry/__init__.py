"""What the executor tells while it works: logs, metrics, and what an attempt took.

logs       logging set up from the environment
stats      the statsd handle of a task, and the executor's own metrics
stopwatch  time by phase
process    peak memory and age of this process
"""
