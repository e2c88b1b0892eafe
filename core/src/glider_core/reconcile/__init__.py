"""What to do about an execution: a plan, from what is known of it, its pods and the time. Pure.

plan         what is to be done, as a value
observed_pods  what is known of an execution's pods
retries      whether there is another attempt, and on whose account
backoff      how long to wait before it
memory       how much memory it gets
queueing     since when it has been queued, and what it waits for
replacing    when a pod may follow on an earlier one
timeouts     how long everything may take
lifecycle    suspend, cancel and deletion
parents      what becomes of those that an eager execution has started
admission    how many may run where only some may
refusals     why an attempt's pod couldn't be created when that was last tried
allowance    what may be asked of the API server beyond what has to be
launching    the next attempt's pod: created, or what it waits for
cleanup      deletes finished executions and their pods
retention    deletes templates that nobody uses
statuses     the status that follows from a finding
events       the Kubernetes Events
internal_errors  what becomes of an execution at an unexpected error
reconciling  puts these together
"""
