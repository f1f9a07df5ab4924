"""A QuickBooks Desktop (US) to try things on: a company file that reads qbXML as strictly as the real one, in one file on disk.

It knows what the reference states of QuickBooks (order, lengths, references, status codes, message sets, iterators) and nothing
beyond; where QuickBooks' behaviour is not certain it does the plain thing, and docs/unverified.md says so.
"""
