"""How large a workbook may be that is sent to us; apart from what reads it, which no serving process loads at start."""

LARGEST = 4 * 1024 * 1024  # bytes of a file
