"""Text to verdict: what a Thai message is about. Knows no database and no channel."""
