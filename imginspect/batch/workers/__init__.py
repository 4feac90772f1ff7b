"""The workers: engines, tasks, and the limits on them."""
