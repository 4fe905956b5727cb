"""Telegram: their updates to our shape, our parts to their messages. Nobody else knows what a callback query is."""
