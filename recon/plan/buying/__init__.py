"""Buying: records of purchases and purchase returns become expenses, their payments and suppliers' credits.

The same steps as for sales, with a small lifecycle of its own (`recon.plan.buying.lifecycle`) and control totals of its
own: a sum that mixed what comes in with what goes out would explain nothing.
"""
