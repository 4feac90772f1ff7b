"""values: what plans, tasks and answers of a batch run are made of."""
