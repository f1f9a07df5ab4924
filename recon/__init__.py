"""recon: shop orders become the right accounting documents, once, with proof.

The pipeline, each step a module or package of this name::

    intake -> normalize -> match -> plan -> approve -> upload -> verify -> audit

``plan = desired(orders, mappings, settings) - posted(ledger)``: run everything again and the plan is empty.
Importing this package imports nothing else, so that ``recon --help`` stays quick.
"""

__version__ = "0.1.0"
