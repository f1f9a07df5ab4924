"""The VAT of a month as the service answers it: figures of the return, checks, and what is not in them. Whole minor units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VatFigures:
    """The figures of the return, in plain names; the form's box numbers are not verified and so not named."""

    sales_minor: int
    """Sales total: taxable, zero-rated and exempt, without VAT."""
    taxable_minor: int
    zero_minor: int
    exempt_minor: int
    output_vat_minor: int
    purchases_minor: int
    """Net of purchases whose input VAT can be claimed."""
    input_vat_minor: int
    """Input VAT that can be claimed."""
    waiting_vat_minor: int
    """Input VAT that cannot be claimed yet."""

    @property
    def payable_minor(self) -> int:
        """Output less input VAT: to be paid, or, negative, to be credited."""
        return self.output_vat_minor - self.input_vat_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class VatCheck:
    """A figure taken another way."""

    name: str
    listed_minor: int
    """From the lists."""
    other_minor: int
    """From where the name says."""
    proves: str
    unlike: int = 0
    """Documents that differ one by one, even where their differences cancel out."""

    @property
    def agrees(self) -> bool:
        """Whether both are the same to the minor unit, and every document of them."""
        return self.listed_minor == self.other_minor and not self.unlike


@dataclass(frozen=True, slots=True, kw_only=True)
class VatApart:
    """Documents or orders of the month that are not in the figures, for one reason."""

    what: str
    """held, left out, planned, approved, not due or unknown contents."""
    reason: str
    sold_count: int
    sold_minor: int
    """What it would add to sales."""
    bought_count: int
    bought_minor: int
    """What it would add to purchases; never summed with sales."""
