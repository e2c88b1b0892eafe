"""What a server needs that acts for others with their own rights: the console, and the front for flytekit's clients.

It needs aiohttp, anyio and uvicorn, which those servers' own distributions require; the command line doesn't import it.

clusters   the clusters of those who are served: questions that are answered at once, in threads
way        the way to the API server for answers that go on, such as watches and logs
rights     what is to be allowed, in RBAC's words
answers    keeps the API server's answers for a moment
listening  what listens for HTTP requests, and leaves clients that send none
"""
