"""The checker's own arithmetic: minutes and counters, nothing shared with the maker."""
