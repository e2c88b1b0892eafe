"""One execution as a document. Pure but for its reads.

reading     reads all that there is to show; the only effects
document    the document
timeline    what each attempt spent its time with; steps: the names of these steps
waiting     why it isn't further, in words
advice      what to do about a reason
origins     where each value of a pod is from
errors      why it failed, with the user's own lines apart
"""
