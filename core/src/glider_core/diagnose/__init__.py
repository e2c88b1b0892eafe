"""How an attempt is doing, from its pod alone: on its way, or over and how.

findings      the answers: Progress, Outcome, or Unread: only the store can tell
evidence      what the store told
waiting       what a pod waits for, and for how long it may
disruptions   what Kubernetes did
exitcodes     what the container did
ending        how a pod ended; the precedence of evidence
diagnosis     puts these together
"""
