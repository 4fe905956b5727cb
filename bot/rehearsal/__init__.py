"""What was said once is said again to another model, or other data, in a database of its own; nothing is sent."""
