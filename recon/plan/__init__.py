"""Plan: desired documents less posted ones, as frames.

`recon.plan.plan.build_plan` is the door. One declared table (`recon.plan.lifecycle`) decides what an order needs; the
other modules work out amounts, VAT, numbers, dates and postings, column by column. Nothing here touches a file, a
socket, the store or the machine's clock, and the same inputs give the same bytes.
"""
