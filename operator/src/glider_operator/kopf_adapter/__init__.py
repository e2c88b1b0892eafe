"""kopf and its workarounds, and nowhere else.

handlers     what kopf calls: each notes what happened and names the execution that it concerns
login        the kubernetes client's credentials for kopf
tracing      what kopf's own calls show of its watches
persistence  keeps kopf from keeping anything on our objects
"""
