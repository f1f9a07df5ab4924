"""The state file: the only place that opens SQLite."""
