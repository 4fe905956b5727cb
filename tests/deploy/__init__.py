"""Files an operator installs from: read by the tools that will read them there."""
