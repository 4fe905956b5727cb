"""The web chat and the pages, over HTTP: what people send, and what nobody should."""
