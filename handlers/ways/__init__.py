"""The ways a message may take, one file each; in which order they are tried is the router's."""
