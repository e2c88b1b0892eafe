"""What an installation is made of, on a control plane of its own: nobody else's CRDs are touched.

test_kustomize    the plain manifests
test_crd_versions objects stored under older and newer CRDs
"""
