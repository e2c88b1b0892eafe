"""Where data lies: one small API over S3, Google Cloud Storage, Azure, local files and everything that fsspec knows.

errors       what can go wrong, in words that name the URI
uris         taking URIs apart and putting them together
local        files of this machine, written whole or not at all
objects      obstore: s3, gs, az on the hot path
clients      how obstore's clients are made: endpoint, credentials, limits
credentials  what users of AWS', Google's and Azure's own libraries have set
retrying     when a request that failed is sent again
problems     what obstore's errors mean, which may pass, and how long a busy store wants to wait
parts        how large objects are cut
web          http(s), to read from
streams      a remote file that comes while it is read
objectfiles  fsspec's view of this storage, for flytekit, pandas and pyarrow
filesystems  fsspec: the fallback for every other protocol, and for every one when GLIDER_STORAGE_ENGINE=fsspec
folders      whole folders, file by file
removal      what is in a folder and since when, page by page, and its removal
localremoval the same of files, without following links
traffic      what moves, while it moves: bytes, time, and a place for whoever shows progress
store        Storage: picks the engine by the URI
access       what a running task may use: the storage, the raw output prefix, a scratch folder; whose an object is
"""
