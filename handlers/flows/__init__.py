"""Conversations: each flow knows its own steps and no other flow. Where to go is for the ways to say."""
