"""What the workspace remembers, in one SQLite file: files, mappings, batches, approvals, outbox, event log."""
