"""The commands, one module per kind of work; each returns an exit code."""
