"""values: the data types of plans, tasks and results of a batch run."""
