"""The screens, one module for each place; `base` holds what all have in common."""
