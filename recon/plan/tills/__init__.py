"""What tills report: a Z report becomes one settlement, a sale on account an invoice, each line with a VAT code of the ledger.

The lifecycle is a table of its own (`lifecycle`): nothing that stands in the ledger is ever taken back by itself.
"""
