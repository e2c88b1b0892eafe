"""Servers that speak what Azure and Google Cloud Storage speak, for tests; each is started by the test that wants it.

npm        programs from npm, installed once per pinned version
azurite/   which version of Azurite, and of all that it needs
azure      Azurite, Microsoft's own emulator of Azure Blob Storage
google     Google Cloud Storage's XML API, by a translator in front of an S3 server
"""
