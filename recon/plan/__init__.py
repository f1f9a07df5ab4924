"""Plan: desired documents less what the ledger holds, as frames."""
