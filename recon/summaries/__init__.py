"""What the service answers: frozen records a command prints and a screen shows, one module per step. Amounts are plain text, exact.

``as_facts`` gives the JSON shape documented in docs/json.md; ``lines`` what a person reads.
"""
