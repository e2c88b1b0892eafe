"""Files: uploads, links to the store, inputs and outputs."""
