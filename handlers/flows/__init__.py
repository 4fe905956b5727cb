"""Conversations: each flow knows its own steps and no other flow. Where to go is the router's."""
