"""Pages behind links: each asks access first, then fills a template."""
