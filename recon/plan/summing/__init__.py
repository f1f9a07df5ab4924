"""Summaries: the receipts and credit notes of a day, sales channel and account of money as one document of many orders.

The plan is made order by order as always; `fold` then puts together what goes out together and keeps what each order put
into it (`recon.plan.inputs.Parts`), so that every later step of an order's life is judged by its own part.
"""
