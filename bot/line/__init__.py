"""LINE: their events to our shape, our parts to their messages. Nobody else knows what a Flex bubble is."""
