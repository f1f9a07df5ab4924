"""Ledgers and shops to try things on: loopback servers with documented refusals, quirks and switchable faults."""
