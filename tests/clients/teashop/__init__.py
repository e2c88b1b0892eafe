"""A project of somebody who comes from Flyte: for flytekit 1.13 and newer. Tests copy it, and run clients in the copy."""
