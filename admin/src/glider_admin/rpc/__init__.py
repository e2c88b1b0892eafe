"""flyteidl's services over gRPC: who calls, which function answers, and what an error becomes.

server       the gRPC server: where it listens, and its limits
services     flyteidl's servicers, made of the handlers
answering    one call: whose it is, its turn, its message, its answer
health       gRPC's own check of health
credentials  the token of a call
errors       a failure as a gRPC status
"""
