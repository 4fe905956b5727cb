"""Verbs: the only writers. Check, write, put out, record."""
