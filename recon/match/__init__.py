"""Match: which product of the ledger a SKU is, and which bank, cash or clearing channel a payment channel lands in.

A link is made by exact key (after the declared folding) or by a person; suggestions carry their reason and are never
taken by themselves. Nothing here touches a file, a socket or the store.
"""
