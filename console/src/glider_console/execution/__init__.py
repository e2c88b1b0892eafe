"""One execution as a document for its page. Pure."""
