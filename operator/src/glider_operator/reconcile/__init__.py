"""What to do about an execution: a plan, from what is known of it, its pods and the time. Pure.

plan         what is to be done, as a value
sightings    what is known of an execution's pods
backoff      how long to wait before another attempt
retries      whether there is another attempt
statuses     the status that follows from a finding
events       what is told as Kubernetes Events
reconciling  puts these together
"""
