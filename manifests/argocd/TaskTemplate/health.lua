-- A TaskTemplate never changes, and nothing has to happen to it.
hs = {}
hs.status = "Healthy"
hs.message = "It can be run."
return hs
