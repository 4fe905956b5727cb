"""What pratu does: turns, flows, actions, access, texts, messages, rules. Plain functions, no network."""
