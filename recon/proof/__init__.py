"""Proofs over what was read, planned and posted: no number is missing or used twice, no day and no order is lost."""
