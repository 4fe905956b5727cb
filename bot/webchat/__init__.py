"""The web chat: a real third channel, and what the demo shows. Its words come from files, never from Python."""
