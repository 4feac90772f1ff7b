"""The results of a run: its database, which is also its journal, and the queries on it."""
