"""Settings of tills: departments and projects, the business day, cash counts, and what happens to invoices a till writes."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, field_validator, model_validator

from recon.config.source import SourceRules
from recon.domain.providers import LedgerFacts
from recon.domain.till_roles import unfit_columns

SIGNATURE_SECRET: Final = "signature_secret"  # noqa: S105 - a name, no secret
"""Name under which the secret of a till's signatures is kept."""


class Till(SourceRules):
    """Tills whose Z reports become settlement vouchers (source = saft or z-reports)."""

    departments: dict[str, str] = {}  # noqa: RUF012 - pydantic copies defaults
    """Place of a till (its location's name in the file, or its register where the location has none) to the ledger's code of the department."""
    projects: dict[str, str] = {}  # noqa: RUF012
    """Place of a till, as under `departments`, to the ledger's code of the project; only where the ledger books by projects, or an account there takes nothing without one."""
    voucher: Literal["report", "day"] = "report"
    """What one voucher holds. `report`: one Z report; `day`: all Z reports of one department and day that are planned together; of two projects two."""
    day_ends: str = Field(default="00:00", pattern=r"^(0[0-9]|1[01]):[0-5][0-9]$")
    """Until when a Z report made after midnight belongs to the day before, e.g. 06:00; 00:00: it belongs to its own date."""
    counting: Literal["hold", "warn", "till", "off"] = "hold"
    """What happens to a settlement whose cash nobody has counted yet. `hold`: it waits for the count; `warn`: it goes out without a cash difference, with a warning; `till`: the cash difference the till itself recorded is booked (SAF-T transactions of kind 11008; none recorded: none booked), unless a person counted; `off`: counts are neither asked for nor booked."""
    recorded_difference: Literal["unknown", "over", "short"] = "unknown"
    """What an amount above zero means where the till records a cash difference (counting = "till"). `over`: more lay in the drawer than should; `short`: less did. The file's description does not say, so it is compared with one day somebody counted; until then it is `unknown`, and counting = "till" is refused."""
    bank_deposits: Literal["settlement", "statement"] = "settlement"
    """Where cash taken to the bank is booked. `settlement`: with the settlement, as the count says; `statement`: by whoever books the bank statement."""
    bookkeeping_months: Literal[1, 2, 4] = 2
    """Months of a term of bookkeeping, counted from January: settlements of a term that is over and that the ledger does not have are shown as late. 2: current with two-monthly VAT, as is usual; 4: the law's outer limit."""
    invoices: Literal["hold", "order", "issued", "others"] = "hold"
    """Credit sales that a till reports. `hold`: nobody has decided yet, they wait; `order`: the till only took the order and the ledger is to issue the invoice, which becomes an order draft there; `issued`: the till has issued the invoice already, so it is booked as a voucher under its own number and no second invoice reaches the customer; `others`: the till's own integration or a person sends them, here they are ignored, visibly."""

    signatures: Literal["present", "public-key", "shared-key"] = "present"
    """How the signatures of SAF-T files are looked at. `present`: that they are there and receipts are numbered upwards; `public-key`: each is also checked by the till's public key (signature_key); `shared-key`: each is checked by the key shared with the till's maker, which `recon connect` asks for and keeps in the key store."""
    signature_key: str = Field(default="", max_length=200)
    """File of the till's RSA public key (PEM) inside the workspace, e.g. keys/till.pem; needed with signatures = "public-key"."""
    columns: dict[str, str] = {}  # noqa: RUF012
    """Columns of a till's own day export with one row per Z report (source = z-reports): its heading to its role. `register`, `z`, `date`, `time` and `place` say which report it is; `group [CODE] PERCENT` is an article group at a VAT rate, `payment [CODE]` a means of payment, `vat PERCENT` the VAT of a rate; `tip`, `rounding`, `pay-in [CODE]`, `pay-out [CODE]`, `customer-payment`, `opening-float`, `counted`, `to-bank`, `total`, `ignore`. Empty: files have the columns of the form `recon till form` writes."""

    @field_validator("columns")
    @classmethod
    def _roles(cls, value: dict[str, str]) -> dict[str, str]:
        if wrong := unfit_columns(value):
            raise ValueError(wrong)
        return value

    def reading_fields(self) -> tuple[tuple[str, str], ...]:
        """Return until when a Z report belongs to the day before, where that is not midnight, and what columns stand for."""
        from recon.sources.base import (  # slow to import
            DAY_ENDS_FIELD,
            DIFFERENCE_FIELD,
            SIGNATURES_FIELD,
            TILL_COLUMN_FIELD,
        )

        columns = ((f"{TILL_COLUMN_FIELD}{heading}", role) for heading, role in sorted(self.columns.items()))
        difference = self.recorded_difference if self.counting == "till" else ""
        said = {
            DAY_ENDS_FIELD: (self.day_ends, "00:00"), SIGNATURES_FIELD: (self.signatures, "present"),
            DIFFERENCE_FIELD: (difference, ""),
        }  # fmt: skip
        return (*((name, value) for name, (value, usual) in said.items() if value != usual), *columns)

    def secret_names(self) -> tuple[str, ...]:
        """Return the secret by which signatures are checked, where one is."""
        return (SIGNATURE_SECRET,) if self.signatures == "shared-key" else ()

    @model_validator(mode="after")
    def _knows_difference(self) -> Till:
        if self.counting == "till" and self.recorded_difference == "unknown":
            raise ValueError(
                'till.counting = "till" needs till.recorded_difference = "over" or "short": what an amount above zero means there. Look at one day'
                " on which somebody counted"
            )
        return self

    @model_validator(mode="after")
    def _has_key(self) -> Till:
        if (self.signatures == "public-key") != bool(self.signature_key):
            raise ValueError(
                'till.signatures = "public-key" and till.signature_key, the file of that key, belong together'
            )
        return self


def unfit_till(taxes: str, *, is_till: bool, takes_settlements: bool, summary: str) -> str:
    """Return why a connection cannot have these settings; empty: it can."""
    if is_till and not takes_settlements:
        return (
            "a till's settlement is one voucher whose lines carry VAT codes of the ledger, which this target does not take; use target = "
            '"poweroffice" or "sandbox-poweroffice"'
        )
    if takes_settlements and not is_till:
        return 'this target takes settlements and invoices of tills so far; use source = "saft" or "z-reports"'
    if (taxes == "codes") != is_till:
        return (
            'tills need taxes = "codes": every line carries the VAT code of the ledger for its own rate'
            if is_till
            else 'taxes = "codes" is for tills (source = "saft" or "z-reports"); use "vat", "line" or "items"'
        )
    if is_till and summary != "each":
        return 'settlements of one day are put together by till.voucher = "day"; set summary.sales = "each"'
    return ""


def unfit_currency(connection: str, facts: LedgerFacts, currency: str) -> str:
    """Return why settlements cannot go to a ledger whose books are kept in another currency; empty: they can."""
    if not facts.takes_settlements or facts.currency == currency:
        return ""
    return (
        f"company.currency is {currency}, and connection {connection} posts into books of {facts.label}, which are kept in "
        f'{facts.currency}; set currency = "{facts.currency}" and timezone = "{facts.timezone}" under [company]'
    )
