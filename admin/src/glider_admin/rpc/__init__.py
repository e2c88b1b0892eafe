"""flyteidl's services over gRPC: who calls, which function answers, and what an error becomes.

services     flyteidl's servicers, made of the handlers
credentials  the token of a call
errors       a failure as a gRPC status
"""
