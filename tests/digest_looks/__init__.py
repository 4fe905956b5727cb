"""How a digest looks: figures of an invented week, and the same week as a board, a page and a paper."""
