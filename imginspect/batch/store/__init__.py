"""What a run has found out: its database, which is its journal too, and the questions that it is asked afterwards."""
