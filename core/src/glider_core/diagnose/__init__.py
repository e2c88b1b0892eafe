"""The state of an attempt, from its pod alone: in progress, or finished with an outcome.

findings      the answers: Progress, Outcome, or Unread (the outcome is in the store)
evidence      what an attempt left in the store
waiting       what a pod waits for, and for how long it may
disruptions   pods that Kubernetes ended
exitcodes     containers without a summary
ending        the outcome of a pod that ended; the precedence of its sources
diagnosis     puts these together
"""
