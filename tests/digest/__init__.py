"""The figures of a period, and the digest made of them."""
