"""Files: uploads, code, inputs and outputs, in a store or in ConfigMaps.

files       what files are served with: the store, the keys, the bounds
store       the object store, for small writes and signed URLs
presigning  URLs for one request to S3, with headers that it must have
names       where uploads go; what their sender calls them leads nowhere else
seals       addresses that are capabilities: sealed for uploads, signed for files
parts       ConfigMaps that hold a file
keeping     writes those ConfigMaps
attached    those files, as pods get them
bundles     code that was uploaded through the front, as a template's own
values      inputs and outputs, from the document or from the store
urls        flyte:// URLs
calling     what this package needs of a call
"""
