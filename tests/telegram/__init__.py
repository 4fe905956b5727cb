"""Telegram as a channel: updates in, calls out, whole conversations over the emulator."""
