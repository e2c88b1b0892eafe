"""How an attempt is doing, from its pod alone: on its way, or over and how.

findings   the answers: Progress or Outcome
waiting    what a pod waits for
ending     how a pod ended; the precedence of evidence
diagnosis  puts these together
"""
