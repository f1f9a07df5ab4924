"""Norwegian organisation numbers: nine digits, the last of which checks the others (weights 3 2 7 6 5 4 3 2, modulus 11)."""

from __future__ import annotations

import re
from typing import Final

DIGITS: Final = 9
_WEIGHTS: Final = (3, 2, 7, 6, 5, 4, 3, 2)
_MODULUS: Final = 11
_AROUND: Final = re.compile(r"^\s*(?:NO)?\s*|\s*(?:MVA)?\s*$", re.IGNORECASE)
"""What stands around the digits on paper: ``NO 999 999 999 MVA``."""


def plain_number(text: str) -> str:
    """Return the nine digits of an organisation number as people write it; any other text as it stands, without outer spaces."""
    bare = re.sub(r"[\s.]", "", _AROUND.sub("", text))
    return bare if len(bare) == DIGITS and bare.isascii() and bare.isdigit() else text.strip()


def has_right_check_digit(number: str) -> bool:
    """Return whether nine digits are an organisation number by their last one."""
    if not (len(number) == DIGITS and number.isascii() and number.isdigit()):
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % _MODULUS
    return (_MODULUS - rest) % _MODULUS == int(number[-1])
