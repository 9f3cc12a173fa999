"""Two toy assays, found by entry point like those of a third party."""
