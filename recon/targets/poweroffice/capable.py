"""What PowerOffice Go takes from us under a connection's settings, as data."""

from __future__ import annotations

from recon.targets.base import Capabilities
from recon.targets.poweroffice.checks import TEXT_MAX
from recon.targets.poweroffice.customers import NAME_MAX
from recon.targets.poweroffice.held import ISSUED_KINDS
from recon.targets.poweroffice.options import CONTACT_CODE_MAX, CURRENCY, NUMBER_MAX, PowerOfficeOptions
from recon.targets.poweroffice.orders import KINDS as ORDERED
from recon.targets.poweroffice.payloads import SETTLEMENT


def kinds_of(options: PowerOfficeOptions) -> frozenset[str]:
    """Return the kinds that can be sent under these settings; the others are entered there by a person."""
    if options.invoices == "order":
        return frozenset({SETTLEMENT}) | ORDERED
    return frozenset({SETTLEMENT}) | (
        ISSUED_KINDS if options.invoices == "issued" and options.route == "import" else frozenset()
    )


def attaches(options: PowerOfficeOptions) -> bool:
    """Return whether sheets are put on vouchers; an entry of the Import list takes none."""
    return options.attach == "z-report" and options.route != "import"


def capabilities(options: PowerOfficeOptions) -> Capabilities:
    """Return what PowerOffice Go can do under these settings."""
    kinds = kinds_of(options)
    return Capabilities(
        kinds=kinds,
        own_number=False,  # drafts have no reference that Go would check
        number_max_length=NUMBER_MAX,
        partial_credit_note=True,
        refund_payment=False,
        searchable_by_number=True,
        look_first=kinds,
        text_max_length=TEXT_MAX,
        contact_code_max_length=CONTACT_CODE_MAX,
        contact_name_max_length=NAME_MAX,
        currencies=frozenset({CURRENCY}),
        lookup_grace_seconds=options.lookup_grace_seconds,
        needs_contact=kinds - {SETTLEMENT},
        attaches=frozenset({SETTLEMENT}) if attaches(options) else frozenset(),
    )
