"""The officers' desk: commands and buttons of those who work here, in their own chat or the agency's group."""
