"""The manuals in deploy/manuals: what they name exists, what they quote is said, their pictures are taken anew."""
