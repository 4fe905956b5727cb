"""Figures: what the digest, the check and the metrics page tell, as plain values."""
