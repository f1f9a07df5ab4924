"""Settings of an order's charges beside its goods: shipping, fees, tips, gift cards, duties, rounding, vouchers."""

from __future__ import annotations

from typing import Final, Literal

from recon.config.base import Section

VatCodeName = Literal["vat7", "vat0", "none"]
SERVICE_NAMES: Final = {"shipping": "ค่าขนส่ง", "cod_fee": "ค่าบริการ COD"}
"""Kind of charge to the name of its service product in PEAK."""


class Charge(Section):
    """Where one kind of charge is booked."""

    treatment: Literal["book", "leave-out", "hold"] = "book"
    """`book` adds a line; `leave-out` keeps it off the document (the platform bills it itself); `hold` waits."""
    product: str = ""
    """Ledger's product or service code; wins over the account."""
    account: str = ""
    """Ledger's income account; empty: the sales account."""
    vat: VatCodeName | None = None
    """VAT code of the charge; left out: like the goods."""


class RefundAdjustment(Section):
    """Where money is booked that a refund gives back beyond its lines, or keeps of them; it always stands on the credit note."""

    product: str = ""
    """Ledger's product or service code; wins over the account."""
    account: str = ""
    """Ledger's account; empty: the sales account."""


class Charges(Section):
    """Charges of an order beside its goods, for one sales channel or for all (`default`)."""

    shipping: Charge = Charge()
    """Shipping charged to the buyer."""
    cod_fee: Charge = Charge()
    """Fee for cash on delivery."""
    tip: Charge = Charge(treatment="hold")
    """Tips; held until somebody says where they belong."""
    gift_card: Charge = Charge(treatment="hold")
    """Gift cards sold: no sale yet, held until an account is named."""
    duties: Charge = Charge(treatment="hold")
    """Import duties charged to the buyer."""
    rounding: Charge = Charge(vat="none")
    """Cash rounding."""
    discount: Charge = Charge(treatment="hold", vat="none")
    """Discounts, where they are a line of their own (`discounts = "line"`); held until somebody says where they belong."""
    tax: Charge = Charge(treatment="hold", vat="none")
    """Sales tax, where it is a line of its own (`taxes = "line"`); held until somebody says where it belongs. `leave-out`: others hand it in."""
    fee: Charge = Charge(treatment="hold")
    """What the shop asks for beside goods and shipping under a name of its own (Shopify: additional fees); held until an account is named."""
    adjustment: RefundAdjustment = RefundAdjustment()
    """What a refund gives back beyond its lines, or keeps of them; on the sales account unless another is named."""
    platform_voucher: Literal["hold", "spread", "other-income", "leave-out"] = "hold"
    """A discount the platform pays for: into the item prices, as other income, not booked, or held."""
