"""A resolved task and the number of an attempt become a Pod manifest. Pure: the same in, the same out.

template     {{.input}} and the like
environment  the container's variables
pod          the manifest
"""
