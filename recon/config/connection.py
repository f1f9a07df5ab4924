"""Settings of one connection: a shop system joined to one ledger, ``[connections.NAME]`` and its sub-tables."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from recon.config.accounts import Accounts, Contacts
from recon.config.address import OutsideUrl
from recon.config.base import Section
from recon.config.bentoweb import BentoWebApi
from recon.config.charges import Charges
from recon.config.detail import Detail, unfit_detail
from recon.config.documents import CreditNoteReasons, NumberPrefixes
from recon.config.marketplace import Marketplace
from recon.config.poweroffice import PowerOffice
from recon.config.purchases import Purchases
from recon.config.quickbooks import QuickBooks
from recon.config.schedule import AutoApproval, Schedule
from recon.config.shopify import ShopifyApi
from recon.config.source import SourceRules, unfit_rules
from recon.config.status_words import Meaning
from recon.config.summary import Summary, unfit_summary
from recon.config.taxes import unfit_taxes
from recon.config.till import Till, unfit_till
from recon.domain.providers import RecordKind, SourceName, TargetName, ledger_facts, source_facts


class SourceApi(Section):
    """How the shop system's API is reached (for `recon pull`)."""

    base_url: OutsideUrl | None = None
    """Base address; left out: the provider's published one."""
    login_url: OutsideUrl | None = None
    """Address that gives access tokens, where it is another one (BentoWeb); left out: the provider's published one."""
    page_size: int = Field(default=200, ge=1, le=500)
    """Documents per page; ZORT allows up to 500."""
    requests_per_second: int = Field(default=1, ge=1, le=20)
    """Upper bound of our own speed; ZORT publishes no limit, one per second is the safe default."""
    payment_channel_field: str = Field(default="", pattern=r"^(payments\.)?[A-Za-z0-9]{0,40}$")
    """Field of ZORT's answer that names the payment channel, e.g. saleschannel or payments.name; empty: docs/zort.md."""


class Ledger(Section):
    """How the ledger is reached."""

    base_url: OutsideUrl | None = None
    """Base address; left out: the ledger's published production address. Not with target = "sandbox", which is kept inside this folder."""
    environment: Literal["live", "test", "sandbox"] = "live"
    """What stands behind the address: shown on every screen; `live` asks for the company's short name."""
    signature_encoding: Literal["hex", "base64"] = "hex"
    """How PEAK's Time-Signature is written; hex is what live clients use (unverified in PEAK's own text)."""
    lookup_grace_seconds: int = Field(default=120, ge=1, le=3600)
    """How long an unclear send rests before it is looked up; never below twice the client's time-out."""
    timeout_seconds: int = Field(default=30, ge=1, le=300)
    """Time-out of one request."""
    vat_rounding: Literal["document", "line"] = "document"
    """Where the ledger rounds VAT (PEAK's rule is unverified: read back and compared)."""
    number_max_length: int = Field(default=30, ge=10, le=64)
    """Longest document number the ledger takes (PEAK's limit is unverified)."""


class Products(Section):
    """What happens to order lines without a linked product."""

    unlinked: Literal["hold", "text"] = "hold"
    """`hold` keeps the order back until the SKU is linked; `text` sends the line as text on the sales account."""
    without_sku: Literal["hold", "text"] = "hold"
    """The same for lines that have no SKU at all."""
    sku_is_code: bool = False
    """A SKU is the code of its product in the ledger (xCommerce: รหัสสินค้า = เลขที่สินค้า): whatever the ledger has under exactly this code is linked, unless a person linked it otherwise."""


class Channels(Section):
    """What happens to payments through a channel nobody has mapped."""

    unmapped: Literal["hold", "cash"] = "hold"
    """`hold` keeps the order back; `cash` books it on `cash_method`, visibly."""
    cash_method: str = ""
    """Ledger's code of the cash channel, e.g. CSH001."""


class Connection(Section):
    """One shop system joined to one ledger."""

    source: SourceName
    """Where orders come from: shopify (its exports), shopify-api, zort, bentoweb, shopee, lazada, tiktok, saft (SAF-T Cash Register files of tills), z-reports (Z reports in a table), or profile (any CSV or Excel export)."""
    target: TargetName = "peak"
    """Where documents go: peak (API), peak-file (Excel import file), sandbox (a PEAK to try things on), quickbooks (QuickBooks Desktop through its Web Connector), quickbooks-iif (QuickBooks Desktop by import file), sandbox-quickbooks (a QuickBooks Desktop to try things on), poweroffice (PowerOffice Go), sandbox-poweroffice (a PowerOffice Go to try things on)."""
    shop: str = Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")
    """Short name of the shop; part of every order's key, so it never changes."""
    profile: str = ""
    """Name of the column profile (source = profile)."""
    start_date: dt.date
    """Documents before this day are never made. Locked after the first upload."""
    numbering: Literal["source", "ledger"] = "source"
    """`source`: our own number from the order's number; `ledger`: the ledger numbers, ours goes to the reference."""
    record_kinds: tuple[RecordKind, ...] = ("sale",)
    """Kinds of records that are pulled and become documents: `sale`; `sale_return` (the credit note of its sale); `purchase` and `purchase_return` (expense and supplier's credit); of tills `settlement` (the voucher of a Z report) and `till_invoice` (a credit sale). A kind that is not named is not asked for, and ignored, visibly, where it is known."""
    writers: Literal["recon", "shared", "others"] = "recon"
    """Who posts these orders. `recon`: only we do. `shared`: the shop's own integration may too, so the ledger is read before every plan and upload. `others`: somebody else does; we compare and never send."""
    receipts: Literal["paid", "paid-and-completed"] = "paid"
    """When a sale gets its receipt / tax invoice."""
    invoices: Literal["off", "completed-unpaid", "awaiting-transfer-unpaid"] = "off"
    """When an unpaid sale gets an invoice first."""
    cancelled_paid: Literal["auto", "hold", "credit"] = "auto"
    """A paid order that is cancelled while the source states no refund. `hold`: a person decides; `credit`: cancelled means that the money went back, so what is posted gets its credit note. auto: `hold` where the source states refunds itself (shopify, a column profile with a refund column), `credit` where it never does (zort, bentoweb, marketplaces)."""
    tax_invoice_on: Literal["auto", "invoice", "payment"] = "auto"
    """Which document of an invoiced sale is the tax invoice; auto: the invoice once goods are delivered, else payment."""
    payment_channels: tuple[str, ...] = ("*",)
    """Chosen payment channels; `*` means all. Others are ignored, visibly."""
    taxes: Literal["vat", "line", "items", "codes"] = "vat"
    """How tax stands on documents. `vat`: VAT, worked out from the rate and compared with what the source states; `line`: the tax the source states (US sales tax) is a line of its own, booked by charges.tax, and nothing is worked out; `items`: the ledger works it out by its own tax item that the source's tax is mapped to (`recon match --tax-item`), and is told so only where that comes to the source's tax to the cent; `codes`: each line carries the ledger's VAT code, by which it works VAT out of the gross (tills)."""
    tax_differs: Literal["hold", "line"] = "hold"
    """An order whose tax the ledger would not come to, or whose tax has no item there (`taxes = "items"`). `hold`: it waits for a person; `line`: its tax is a line as with `taxes = "line"`."""
    discounts: Literal["in-prices", "line"] = "in-prices"
    """Where discounts stand on documents. `in-prices`: every line is less its share; `line`: lines keep their full price and one line, booked by charges.discount, takes all discounts off."""
    vat_registered: bool = True
    """A company that is not registered issues no tax invoices and no VAT."""
    vat_rate_percent: str = Field(default="7", pattern=r"^[0-9]{1,2}(\.[0-9]{1,2})?$")
    """VAT rate in percent."""
    status_words: dict[str, Meaning] = {}  # noqa: RUF012
    """Meaning of status words the source's own list does not know, word by word; it wins over that list. A word that speaks of the order and of its payment has both: `open/unpaid`. `recon match --means WORD=STATE` sets it."""
    prices: Literal["as-source", "by-order", "with-vat", "without-vat"] = "as-source"
    """Whether order prices include VAT. The order's own arithmetic decides, because any other basis would make its total wrong; the setting says which orders are expected. as-source: the way most orders of a file have, the others are held; by-order: the shop sells both ways; with-vat, without-vat: an order whose arithmetic shows the other is held."""
    neutral_orders: Literal["with-vat", "no-vat"] = "with-vat"
    """Orders that state no VAT at all: VAT is inside the price, or there is none."""
    timezone: str = ""
    """The shop's zone where it differs from the company's."""
    document_date: Literal["paid", "ordered", "completed"] = "paid"
    """Which day a receipt carries (the tax point the accountant chose); falls back to the order's day."""
    payment_terms_days: int = Field(default=0, ge=0, le=365)
    """Days from an invoice to its due date."""
    number_prefix: NumberPrefixes = NumberPrefixes()
    credit_note_reasons: CreditNoteReasons = CreditNoteReasons()
    source_api: SourceApi = SourceApi()
    bentoweb: BentoWebApi = BentoWebApi()
    shopify: ShopifyApi = ShopifyApi()
    marketplace: Marketplace = Marketplace()
    till: Till = Till()
    yields_to: tuple[str, ...] = ()
    """Connections that book an order which reaches both (the same marketplace order number); here such orders are only compared."""
    ledger: Ledger = Ledger()
    products: Products = Products()
    channels: Channels = Channels()
    quickbooks: QuickBooks = QuickBooks()
    poweroffice: PowerOffice = PowerOffice()
    summary: Summary = Summary()
    detail: Detail = Detail()
    purchases: Purchases = Purchases()
    charges: dict[str, Charges] = {"default": Charges()}  # noqa: RUF012
    """`default` and, where they differ, one table per sales channel."""
    contacts: Contacts = Contacts()
    accounts: Accounts = Accounts()
    schedule: Schedule = Schedule()
    auto_approve: AutoApproval = AutoApproval()
    gift_card_names: tuple[str, ...] = ()
    """Line names that are gift cards. A line named like one (gift card, e-gift, บัตรของขวัญ ...) that is not taxable is taken for one without being named here."""
    not_gift_card_names: tuple[str, ...] = ()
    """Line names that look like gift cards and are none: they are booked as goods."""

    @property
    def states_tax(self) -> bool:
        """Whether tax is taken as the source states it, and no VAT is worked out."""
        return self.taxes != "vat"

    @property
    def vat_rate_basis_points(self) -> int:
        """VAT rate in hundredths of a percent: 700 for 7 %."""
        whole, _, part = self.vat_rate_percent.partition(".")
        return int(whole) * 100 + int((part + "00")[:2])

    @property
    def environment(self) -> Literal["live", "test", "sandbox"]:
        """What stands behind the ledger's address; the sandbox is never live, whatever else is set."""
        return "sandbox" if ledger_facts(self.target).is_sandbox else self.ledger.environment

    def charges_for(self, sales_channel: str) -> Charges:
        """Return the charge rules of a sales channel, or the default ones."""
        return self.charges.get(sales_channel) or self.charges.get("default") or Charges()

    @model_validator(mode="after")
    def _consistent(self) -> Connection:
        if self.source == "profile" and not self.profile:
            raise ValueError(
                'source = "profile" needs `profile`, the name of a file in profiles/ (make one with `recon profile FILE`)'
            )
        if ledger_facts(self.target).is_sandbox and self.ledger.base_url:
            raise ValueError(
                f'target = "{self.target}" without ledger.base_url, because that sandbox is kept inside this folder and no address is '
                'asked. For the one at that address: target = "peak" and ledger.environment = "sandbox" (with `recon init`: '
                "--target peak --environment sandbox)"
            )
        facts = ledger_facts(self.target)
        if unfit := unfit_till(
            self.taxes,
            is_till=source_facts(self.source).is_till,
            takes_settlements=facts.takes_settlements,
            summary=self.summary.sales,
        ):
            raise ValueError(unfit)
        if unfit := unfit_rules(self.source, self.receipts, self.invoices, self.record_kinds):
            raise ValueError(unfit)
        if unfit := unfit_taxes(
            self.taxes, self.charges, has_tax_items=facts.has_tax_items, summary=self.summary.sales
        ):
            raise ValueError(unfit)
        takes, creates = facts.takes_summaries, facts.creates_customers
        if unfit := unfit_summary(self.summary, takes_summaries=takes, numbering=self.numbering, writers=self.writers):
            raise ValueError(unfit)
        if unfit := unfit_detail(self.detail, summary_sales=self.summary.sales, creates_customers=creates):
            raise ValueError(unfit)
        if unfit := self.purchases.unfit_suppliers(creates=creates):
            raise ValueError(unfit)
        if self.channels.unmapped == "cash" and not self.channels.cash_method:
            raise ValueError(
                'channels.unmapped = "cash" needs channels.cash_method, the ledger\'s code of the cash channel'
            )
        return self


def rules_of_source(connection: Connection) -> SourceRules:
    """Return the settings only this connection's source reads; those of a source without any say nothing."""
    table = source_facts(connection.source).settings
    found = getattr(connection, table) if table else SourceRules()
    assert isinstance(found, SourceRules)
    return found
