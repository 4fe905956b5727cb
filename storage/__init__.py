"""Rows: tables, queries and the two queues. Knows no channel, no wording and no rule of the flow."""
