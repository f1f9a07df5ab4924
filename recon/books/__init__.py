"""Books read back: what a ledger itself says stands in it, from a file that the ledger exported.

Neither a source of orders nor a ledger we send to: such a file is in a format that many ledgers write, and it only answers.
"""
