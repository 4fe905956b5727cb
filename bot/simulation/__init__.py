"""A made-up year: people, officers and the clock go through the real flows, and nothing leaves the machine."""
