"""The client's way to a cluster: light enough for a command that answers at once, hence without the `kubernetes` package.

client      requests, watches and log streams, as JSON
operators   which operators there are, and their configuration
paths       where objects are in the API, and what a path is about
discovery   where objects of any kind are
errors      a failed request as one sentence and a next step
retrying    which requests are sent again, and when
transport   one request, sent again where that makes sense
connections TLS, proxies and pools of connections
credentials tokens and client certificates, renewed before they expire
bearer      the token of the kubeconfig's user, for other servers
plugins     programs that issue credentials
kubeconfig  kubeconfig files, merged as kubectl does
in_cluster  a pod's service account
config      what these two give
"""
