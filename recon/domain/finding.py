"""Findings: what we tell the accountant about the data, each with a stable code, a cause and a remedy.

A finding of severity ``refused`` kept a row out, ``hold`` keeps the order from becoming documents, ``warning``
goes through and is shown, ``note`` explains. ``docs/errors.md`` is generated from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FindingCode:
    """One kind of problem."""

    severity: str
    """refused, hold, warning or note."""
    title: str
    """What is the matter, a short sentence without figures."""
    remedy: str
    """What the person does next; names the command or the setting."""


_MATCH = "Map it with `recon match`, then run `recon plan` again."

FINDING_CODES: Final[dict[str, FindingCode]] = {
    # intake and normalize
    "amount-unreadable": FindingCode("refused", "An amount is not a number we can read exactly", "Correct the cell in the source and export again, or declare the number form in the profile."),
    "date-unreadable": FindingCode("refused", "A date is not of the declared form", "Correct the cell, or declare the date form and era in the profile."),
    "quantity-unreadable": FindingCode("refused", "A quantity is not a number we can read exactly", "Correct the cell in the source and export again."),
    "order-id-missing": FindingCode("refused", "A row has no order number", "Give the row its order number in the source, or leave it out of the export."),
    "id-damaged": FindingCode("refused", "An order or product number was damaged by a spreadsheet", "Export again and import the file as it came, without opening it in a spreadsheet."),
    "order-repeated": FindingCode("hold", "The same order stands twice in the file, apart from each other", "The file was joined or edited by hand; export again."),
    "number-repeated": FindingCode("warning", "Two different orders carry the same number", "Both go on; their document numbers are told apart by the order id."),
    "does-not-foot": FindingCode("hold", "Lines, discounts, shipping and tax do not add up to the order's total", "Open the order in the shop; edited orders often do not foot. Correct it there, or enter it by hand."),
    "vat-does-not-tie": FindingCode("hold", "The VAT stated by the source fits no way of calculating it", "Check the VAT of the order in the source."),
    "status-unknown": FindingCode("hold", "A status we do not know", "Say what the word means for the order: `recon match --means WORD=STATE`, e.g. WORD=open (`status_words` of the connection), or in the profile; it is never guessed."),
    "payment-status-unknown": FindingCode("hold", "A payment status we do not know", "Say what the word means for the payment: `recon match --means WORD=STATE`, e.g. WORD=unpaid; what it means for the order stays (`status_words` of the connection), or in the profile; it is never guessed."),
    "order-edited": FindingCode("note", "The order was changed after it was placed", "Its document is over what was sold in the end. Where it was posted before, the difference is a changed amount or a refund."),
    "order-on-hold": FindingCode("hold", "The source itself holds the order or its delivery failed", "Settle the order in the source first."),
    "deposit-order": FindingCode("hold", "The source marks the order as paid by deposit", "Post it by hand: the deposit may already have a tax invoice of its own."),
    "overpaid": FindingCode("hold", "More was paid than the order's total", "Settle the excess in the source, or post the order by hand."),
    "paid-but-outstanding": FindingCode("hold", "Marked as paid although the whole sum is still outstanding", "Check in the shop whether money was received; correct the status there."),
    "partly-paid": FindingCode("hold", "Only part of the sum has been paid", "Wait for the rest, or post the part by hand."),
    "test-payment": FindingCode("hold", "Paid through a test payment gateway: not a sale", "Cancel the test order in the shop."),
    "currency-foreign": FindingCode("hold", "The order is in another currency than the company's books", "Post it by hand with the rate of the day."),
    "tax-rate-unknown": FindingCode("hold", "A tax that is neither 0 nor the set VAT rate", "If the rate has changed, post what is left of the old rate, then set `vat_rate_percent` of the connection; else post the order by hand."),
    "date-far-off": FindingCode("hold", "A date far from all others of the file", "Check the year (Buddhist or Gregorian) in the source."),
    "mixed-scripts": FindingCode("warning", "A number mixes letters of different alphabets that look alike", "Compare it with the source before you map it."),
    "columns-unused": FindingCode("note", "Columns of the file that nothing uses", "Nothing to do; add them to the profile if they matter."),
    "columns-new": FindingCode("warning", "Columns that earlier files of this kind did not have", "Check whether the new columns hold amounts that matter."),
    "new-thing": FindingCode("hold", "A channel no earlier file had, which only a default of the settings would book", "Say where it belongs (`recon match --channel`, or charges and contacts of the sales channel in recon.toml), or that the default is right: `recon match --seen KIND=VALUE`. It is asked once."),
    "first-seen": FindingCode("warning", "A status, tax, channel or SKU that no earlier file had", "Look at one of its orders. Approving the batch answers it, and so does `recon match --seen KIND=VALUE`. If the VAT rate has changed, set `vat_rate_percent` of the connection."),
    "taxes-beyond-columns": FindingCode("warning", "The order has more taxes than the export has columns for", "The whole tax is used; the rest is shown as other tax."),
    "file-resaved": FindingCode("warning", "The file was saved again by a spreadsheet", "Import the export as it came where you can; totals may no longer foot."),
    "tax-mode-mixed": FindingCode("hold", "Some orders of the file include tax in the price and others add it", "Set `prices` of the connection: by-order if the shop sells both ways, else with-vat or without-vat, which holds the orders that contradict it."),
    "prices-contradicted": FindingCode("hold", "The order's own arithmetic contradicts `prices`", "Correct the tax of the order in the shop, or set `prices` of the connection to by-order if the shop sells both ways."),
    "paid-undated": FindingCode("warning", "Paid, but without the day of the payment", "The receipt and its money take the day of the order. Enter the day of payment in the shop and export again, or approve it as it is."),
    "payment-days-not-stated": FindingCode("note", "The source states no day of payment for many paid orders", "Their receipts and their money take the day of the order; set document_date if another day is right."),
    "refund-undated": FindingCode("warning", "The export gives no date for the refund", "The credit note takes the day recon first saw it; change it before you approve if needed."),
    "refund-unclear": FindingCode("hold", "The payment status speaks of a refund that the refunded amount does not show", "Check in the shop what was paid back; export again when status and amount agree."),
    "paid-amount-differs": FindingCode("warning", "Marked as paid, but the paid amount is not the order's total", "Compare with the source; the order's total is used."),
    "gateways-not-split": FindingCode("warning", "Several payment channels without the amount of each", "The whole sum goes to the account mapped for the combination."),
    "last-row-open": FindingCode("warning", "The file does not end with a line break", "Compare the last order with the source: a download that was cut off ends like this too."),
    "repeated-value-differs": FindingCode("hold", "A value that belongs to the whole order differs between its rows", "Check the order in the source, or declare in the profile how the column repeats (equal, first, sum)."),
    "unit-repeated": FindingCode("hold", "The same piece stands twice in the file", "The file was joined or edited by hand; export again."),
    "unit-left-out": FindingCode("note", "A piece of the order was cancelled or came back", "Nothing to do: the order counts without it. If the order was posted with it before, its amount has changed and is held."),
    "return-amount-unknown": FindingCode("hold", "Pieces of the order came back, but this export does not say what was given back", "Import the marketplace's returns export too: it has the amounts."),
    "return-without-order": FindingCode("warning", "A refund of an order that was not imported", "Import the orders export that has the order, or write the credit note by hand if it is from before the start date."),
    "return-linked": FindingCode("note", "A return is taken off the sale it belongs to", "Nothing to do; if it is another sale's, say so: `recon match --return RETURN=SALE`."),
    "return-not-linked": FindingCode("hold", "A return, and it is not known which sale came back", "Say it: `recon match --return RETURN=SALE`; `recon match --returns` lists the sales it may be. For a sale from before the start date write the credit note by hand and say so: `recon match --decide RETURN=by-hand:NUMBER`."),
    "return-exceeds-sale": FindingCode("hold", "Returns are worth more than the sale they belong to", "Compare return and sale in the shop and correct there what is wrong; or name the right sale: `recon match --return RETURN=SALE`."),
    "return-of-unpaid-sale": FindingCode("hold", "A part of a sale that is not paid came back", "Reduce the sale in the shop, or write the credit note by hand and say so: `recon match --decide ORDER=by-hand:NUMBER`."),
    "return-of-cancelled-sale": FindingCode("note", "The sale of this return is cancelled, so all of it is taken back already", "Nothing to do."),
    "return-ignored": FindingCode("warning", "A sale came back, and sales returns are switched off", "No credit note is made. Switch sale_return on under record_kinds, or write the credit note by hand."),
    "return-requested": FindingCode("note", "The buyer has asked for a return; no money went back yet", "Nothing to do: a later returns export says how it ended."),
    "return-unclear": FindingCode("hold", "The returns export does not say whether money went back", "Look at the return in the marketplace; import its returns export again when it is settled, or decide with `recon match --decide ORDER=by-hand:NUMBER`."),
    "return-newer": FindingCode("hold", "More pieces were refunded than the orders export shows as returned", "Export the orders again and import them: which pieces still count is said there."),
    "refund-differs": FindingCode("warning", "The order and its returns state different refunds", "Compare both in the marketplace; the larger one is used."),
    "line-does-not-multiply": FindingCode("hold", "A line's amount is not its price times its quantity", "Compare the order with the marketplace's own screen; enter it by hand if the export is wrong."),
    "hidden-rows": FindingCode("warning", "Hidden rows were imported too", "Check that hidden rows belong into the books."),
    "control-total-differs": FindingCode("hold", "A total stated by the file is not the sum of its rows", "The file is incomplete or was edited; export again."),
    "count-differs": FindingCode("warning", "The service announced another number of rows than it delivered", "Pull again; rows move between pages while they are read."),
    "order-not-delivered": FindingCode("warning", "The service did not deliver an order that was asked for", "Check in the shop whether the order is there and belongs to this shop; what was known of it stays as it is."),
    "order-gone": FindingCode("warning", "An order of an earlier file is missing in the newer one of the same period", "It is kept; check in the source whether it was deleted."),
    "newer-version-refused": FindingCode("hold", "A newer file states this order, but cannot be read there", "Correct the newer file and import it again; or, if the older version is right, import its file once more. It is not posted meanwhile."),
    "order-went-back": FindingCode("hold", "A file taken in later says less than an earlier one, as an older export would", "Check the order in the source; nothing is undone by itself. If it is right, export once more and import that file."),
    # settlements of marketplaces
    "settlement-leg-unknown": FindingCode("hold", "A settlement has parts that nobody has named", "Look at such an order in the seller centre, then say what each part is under [connections.NAME.marketplace.settlement_legs] in recon.toml, by its name in the file, and run `recon plan` again."),
    "settlement-row-refused": FindingCode("hold", "A row of a settlement could not be read, so its cycle is not whole", "Export the settlement again and import it; the refused row says what was wrong."),
    "settlement-outside-period": FindingCode("hold", "A row of a settlement lies outside the period the file states", "The file was joined or edited by hand; export again."),
    "settlement-given-back": FindingCode("warning", "In this cycle the marketplace gave back more of a group of fees than it charged", "What the other groups charged is an expense as always. What came back is a supplier's credit of its own: enter the marketplace's credit note by hand, its money on the channel's account, then confirm it with `recon match --decide ORDER=by-hand:NUMBER`."),
    "settlement-repeated": FindingCode("hold", "The same settled transaction stands in two cycles", "Look in the marketplace which cycle it belongs to; import only files that do not overlap, or correct their day under marketplace.settled_on."),
    "settlement-without-order": FindingCode("note", "Parts of a settlement belong to no order", "Nothing to do: fees among them are booked with their cycle."),
    "settlement-tax-kept": FindingCode("warning", "The marketplace kept tax back from a payout", "It is no fee and is not booked here: enter it by hand with the marketplace's certificate."),
    "settlement-compensation": FindingCode("warning", "The marketplace paid a compensation", "It is no sale and no fee and is not booked here: enter it by hand."),
    "settlement-restated": FindingCode("hold", "A settlement's row stands with other amounts in another file", "Compare it with the marketplace. Where both rows are right, import a download that has both; where one was corrected, enter this payout by hand and say so: `recon match --decide PAYOUT=by-hand:NUMBER`."),
    "settled-order-unknown": FindingCode("warning", "A settlement pays orders that no file has", "Import the orders export that has them; orders from before the start date stay out."),
    "settled-differs": FindingCode("warning", "The marketplace settled another price than the order states", "Compare order and settlement in the marketplace; the order's own figures are used."),
    "settled-refund": FindingCode("hold", "A settlement shows a refund that neither the order nor a return states", "Import the returns export that has it; or look at the order in the marketplace and decide: `recon match --decide ORDER=credit` (the refund is right), `=by-hand:NUMBER` or `=leave`."),
    "settled-refund-differs": FindingCode("warning", "The settlement shows another refund than the order and its returns", "Compare both in the marketplace; what the order and its returns state is used."),
    "settled-not-taken-back": FindingCode("warning", "Money went back to the buyer, and the settlements paid for it without taking it back", "Import the newest settlement. Where none takes it back, ask the marketplace before you approve: either the buyer was not refunded, or the marketplace owes you an explanation."),
    "settled-cancelled": FindingCode("hold", "Cancelled, but a settlement paid for the order and none took the money back", "Import the newest settlement; or look at the order in the marketplace and decide: `recon match --decide ORDER=credit` (it is taken back), `=leave` (the money stays) or `=by-hand:NUMBER`."),
    "payout-waiting": FindingCode("note", "Transactions that are not paid out yet", "Nothing to do: they count once a later export has them in a payout; refunds among them are dated already."),
    "payout-does-not-foot": FindingCode("hold", "A payout's total is not the sum of its parts", "Compare the payout with the Shopify admin (Finance, Payouts) and import the export as it came. Nothing is filled in: enter this payout by hand and say so with `recon match --decide PAYOUT=by-hand:NUMBER`, or import its transactions."),
    "payout-differs": FindingCode("hold", "The transactions of a payout do not come to what the payout says", "Export the transactions of exactly this payout and import them; the difference is never filled in."),
    "payout-charge-differs": FindingCode("warning", "Shopify Payments charged another sum than the order's total", "Compare the order with its transactions in the Shopify admin; the order's own total is used."),
    "payout-refund-differs": FindingCode("warning", "The order and its transactions state different refunds", "Import a newer orders export and compare both; a larger sum that its transactions prove counts, up to the order's total."),
    "order-not-settled": FindingCode("warning", "Completed, and no settlement names it", "Import the newest settlement; if it is still missing there, ask the marketplace for the money."),
    # match
    "sales-account-missing": FindingCode("hold", "A line that goes as text has no account of income", "Choose accounts.sales in recon.toml from the ledger's chart of accounts (`recon connect` proposes one by name), or link the SKU to a product."),
    "product-not-linked": FindingCode("hold", "A product is not linked to the ledger", "Link it: `recon match --link-all`, `recon match --sku SKU --product CODE`, or let it go as text: `--text`."),
    "product-to-create": FindingCode("hold", "A product of this order is still to be created in the ledger", "Approve and upload the batch that creates it, then run `recon plan`: the order follows in the next batch, because only then the product's code is known."),
    "product-exists": FindingCode("note", "A product marked to be created is in the ledger already", "Link it: `recon match --link-all`, or take the mark away: `recon match --uncreate SKU`."),
    "list-full": FindingCode("warning", "A list of the ledger is nearly full, so nothing new is created in it", "Take entries that nobody needs out of the list there and read it again with `recon connect --refresh`, or go on with the standing customer and one product for all goods (`detail` of the connection)."),
    "customer-missing": FindingCode("hold", "No customer is named for the order's document", "Name a standing customer as `contacts.default` of the connection, then run `recon plan` again."),
    "buyer-not-told-apart": FindingCode("note", "Buyers without a name or an address go to the standing customer", "Nothing to do: a customer of one's own needs both, because two buyers may have one name (`detail.customers`)."),
    "product-not-created": FindingCode("warning", "A product marked to be created cannot be created by recon", "Create it in the ledger by hand, read its lists again with `recon connect --refresh`, and link the SKU."),
    "product-rejected": FindingCode("note", "A person rejected the creation of a product", "Put it back with `recon decide draft PRODUCT --as NAME`, or take the mark away: `recon match --uncreate SKU`."),
    "sku-missing": FindingCode("hold", "A line has no SKU", "Give the product a SKU in the shop, or set `products.without_sku` to text."),
    "sku-two-products": FindingCode("hold", "One SKU leads to two products of the ledger", "Give each product of the ledger its own code, or link the SKU by hand."),
    "payments-not-split": FindingCode("warning", "Several payments booked on one account", "Compare what each channel took with the ledger, and move there what came in elsewhere."),
    "channel-not-mapped": FindingCode("hold", "A payment channel has no account in the ledger", "Map it: `recon match --channel NAME --method CODE`, or set `channels.unmapped` to cash (never for gift cards: they need an account of their own)."),
    "channel-as-cash": FindingCode("warning", "Payment channels without an account are booked as cash", "Right if this money is cash in hand; else map the channel: `recon match --channel NAME --method CODE`. `channels.unmapped` of the connection decides it."),
    "channel-missing": FindingCode("hold", "A paid order names no payment channel", "Map the empty channel: `recon match --channel \"\" --method CODE`."),
    "charge-not-mapped": FindingCode("hold", "A charge of the order has no product or account in the ledger", "Set it under [charges] in recon.toml, per sales channel where it differs."),
    "shipping-billed-by-platform": FindingCode("warning", "A platform that bills shipping itself, and its shipping is booked like any other", "Say it: `recon match --charge CHANNEL:shipping=leave-out` (Lazada sends its own tax invoice for it), or `=book` if the shop bills it."),
    "voucher-not-decided": FindingCode("hold", "A discount paid by the platform: nobody has said how it is booked", "Set charges.platform_voucher to spread or other-income."),
    # plan
    "counted-as-paid": FindingCode("note", "Orders count as paid into the marketplace's account, which its export does not prove", "Compare with the settlements. `marketplace.counts_as_paid` of the connection says from which state on an order counts as paid."),
    "order-in-two-sources": FindingCode("hold", "The same marketplace order came through another connection first", "Say which one books it: name the other connection under `yields_to` here, or this one under `yields_to` there. The other only compares."),
    "booked-elsewhere": FindingCode("note", "The same marketplace order is booked by another connection", "Nothing to do; it is compared here and never booked twice."),
    "sources-differ": FindingCode("warning", "Two sources of the same order state different amounts, or only one says it is cancelled", "Compare the order in both; the connection that books it uses its own figures."),
    "posted-by-both": FindingCode("warning", "The same marketplace order was posted through two connections", "Look at both documents in the ledger and take one back there; then set `yields_to`, so that one connection books."),
    "before-start-date": FindingCode("note", "Before the connection's start date", "Nothing is ever posted before the start date."),
    "kind-off": FindingCode("note", "This kind of record is switched off", "Switch it on under record_kinds if it should be posted."),
    "channel-not-chosen": FindingCode("note", "The payment channel is not one of the chosen ones", "Add it to payment_channels if it should be sent."),
    "part-left-out": FindingCode("note", "A part of the order stays off its documents, as the settings or a person decided", "Nothing to do; charges with treatment leave-out are billed by the platform itself."),
    "not-due": FindingCode("note", "Nothing to post yet in this state", "It will be posted when it is paid or completed, as the connection's rules say."),
    "nothing-to-post": FindingCode("note", "Cancelled before anything was posted, or a total of zero", "Nothing to do."),
    "paid-became-unpaid": FindingCode("hold", "The ledger holds a receipt, but the source says unpaid", "Decide with the shop what is true; recon undoes nothing by itself."),
    "amount-changed": FindingCode("hold", "The amount changed after it was posted with a tax invoice", "Credit the old document and post the new amount: decide with `recon match --decide ORDER=repost` or `=leave`, then plan again."),
    "vat-mismatch": FindingCode("hold", "Our VAT differs from the source's by more than rounding", "Check VAT rate and price basis of the connection."),
    "vat-rounding": FindingCode("note", "VAT by line and by document differ by rounding", "The document's VAT is used; the figures stand beside it."),
    "partial-credit-by-hand": FindingCode("hold", "The ledger cannot take a partial credit note from us", "Write it by hand in the ledger, then confirm it with `recon match --decide ORDER=by-hand:NUMBER`."),
    "tax-id-invalid": FindingCode("warning", "The buyer's tax id fails its check digit", "The document goes to the channel's contact; correct the tax id for a full tax invoice."),
    "tax-id-foreign": FindingCode("note", "The buyer's id is no Thai tax id, but perhaps a passport's number", "The document goes to the channel's contact. `contacts.named_on` of the connection lets buyers on a channel have a tax invoice on their name and address instead."),
    "buyer-masked": FindingCode("warning", "The buyer's tax id, name or address is masked or missing", "A document whose buyer is not known goes to the channel's contact. Enter what the buyer gave for the tax invoice in the shop, and import again."),
    "branch-not-stated": FindingCode("warning", "A company buys, and it is not said for its head office or which branch", "A full tax invoice names head office or branch: ask the buyer, correct the order in the shop and import again."),
    "buyer-differs": FindingCode("warning", "Two orders give one tax id and branch different names or addresses", "Ask the buyer which is right, and correct the contact in the ledger: recon never changes a contact that is there."),
    "pending-elsewhere": FindingCode("note", "Already in an approved batch that is not finished", "Finish or void that batch first."),
    "ledger-cannot": FindingCode("hold", "The ledger would not accept the document as it stands", "See the detail; change the mapping or the order."),
    "refund-exceeds-total": FindingCode("hold", "More was refunded than the order's total", "Check the order in the source."),
    "refund-amount-missing": FindingCode("hold", "Marked as partly refunded, but the source does not say how much", "Export the refund amounts too, or post the order by hand."),
    "refund-does-not-tie": FindingCode("warning", "A refund's lines do not come to what was given back", "It is credited as one line with a share of the order's tax. Compare both figures with the refund in the shop before you approve."),
    "refund-tax-shared": FindingCode("warning", "The source does not say how much tax is in a refund", "The order's tax is shared by the refund's part of its total (cumulative, half up). Compare it with the shop before you approve."),
    "refund-to-record": FindingCode("warning", "The ledger is not told from which account a refund went back", "Record the refund on the credit note in the ledger, from the account named here; the postings and the journal have it already."),
    "returned-not-refunded": FindingCode("hold", "The goods came back, but the source states no refund", "Record the refund in the shop, or decide with `recon match --decide ORDER=by-hand:NUMBER`."),
    "cancelled-but-paid": FindingCode("warning", "Cancelled, but the source does not say that the money went back", "Refund the buyer in the shop; nothing stays posted for a cancelled order."),
    "cancelled-not-refunded": FindingCode("hold", "Cancelled and paid, but the shop does not say that the money went back", "Record the refund in the shop and import it, or decide: `recon match --decide ORDER=credit` (it went back), `=leave` (it was kept), `=by-hand:NUMBER`. `cancelled_paid` of the connection says it for all."),
    "posted-unclear": FindingCode("hold", "What the ledger holds for the order does not fit together", "Look at its documents in the ledger: two live ones, or a credit note without its document. Void what is wrong there, then run `recon verify`; a document we sent is ended with `recon settle`."),
    "credited-lines-unknown": FindingCode("warning", "The lines of the posted document that is taken back are not known here", "Compare the accounts with the document in the ledger before you approve. The plan it was approved in lies in .recon/frames/plans; put that folder back from a backup and plan again."),
    "kind-by-hand": FindingCode("hold", "This kind of record has to be posted by hand", "Post it in the ledger, then confirm it with `recon match --decide ORDER=by-hand:NUMBER`; or switch the kind off."),
    "supplier-not-mapped": FindingCode("hold", "Nobody has said which contact of the ledger the supplier is", "Set its code under `purchases.suppliers` of the connection, as the detail says, or give the record the supplier's 13-digit tax id; then plan again."),
    "supplier-not-there": FindingCode("hold", "The ledger has no contact with the code that is set for the supplier", "Correct the code under `purchases.suppliers` of the connection, or create the contact in the ledger and run `recon connect --refresh`; then plan again."),
    "supplier-tax-id-invalid": FindingCode("warning", "The supplier's tax id fails its check digit", "Correct the tax id in the source: until then only a code set for the supplier's name under `purchases.suppliers` says who it is."),
    "tax-invoice-not-told": FindingCode("warning", "The ledger is not told that the supplier's tax invoice is at hand", "Enter the tax invoice's number and date on the expense in the ledger: until then its VAT may stand there as not yet due, while the postings and `recon vat` have it as due."),
    "purchase-account-missing": FindingCode("hold", "A line of a purchase has no account", "Set `purchases.account`, or a table under `purchases.by_sku` with the account of this SKU or group of fees."),
    "purchase-changed": FindingCode("hold", "The purchase changed after its document was posted", "Correct the document in the ledger by hand, then confirm it with `recon match --decide ORDER=by-hand:NUMBER`, or leave it with `=leave`."),
    "purchase-cancelled": FindingCode("hold", "The purchase or return was cancelled after its document was posted", "Void the document in the ledger by hand, then confirm it with `recon match --decide ORDER=by-hand:NUMBER`."),
    "purchase-refunded": FindingCode("hold", "The supplier gave money back, and no return says for what", "Enter the supplier's credit note by hand, then confirm it with `recon match --decide ORDER=by-hand:NUMBER`."),
    "expense-became-unpaid": FindingCode("hold", "The ledger holds the payment of an expense, but the source says unpaid", "Find out what is true; take the payment back in the ledger by hand if need be. recon undoes nothing by itself."),
    "supplier-credit-by-hand": FindingCode("hold", "A supplier's credit: the ledger has no document for it that we can send", "Write it in the ledger by hand (payables debit; expense and input VAT credit), then confirm it with `recon match --decide ORDER=by-hand:NUMBER`; or set `purchases.supplier_credit` to journal."),
    "withholding-off": FindingCode("note", "Rates of withholding tax are set, and nothing is withheld", "Set `purchases.withholds` if the company is a juristic person that withholds tax; else take the rates out."),
    "account-not-chosen": FindingCode("warning", "An account used in postings has not been chosen", "Choose it under [accounts] in recon.toml; `recon connect` proposes one by name."),
    "refund-before-start": FindingCode("warning", "A refund of a sale from before the start date", "Write the credit note by hand against the earlier document."),
    "rejected-by-person": FindingCode("hold", "A person rejected the documents of this order", "Nothing is posted for it. Put it back with `recon decide draft ORDER --as NAME`, then run `recon plan` again."),
    "left-for-later": FindingCode("hold", "Left for a later batch, because a part of the draft was chosen to go first", "Run `recon plan`: its documents stand in the next draft."),
    "stands-in-ledger": FindingCode("hold", "It seems to stand in the ledger already: somebody else posted it", "Look with `recon others`. Take it as posted with `recon adopt ORDER --as NAME --reason TEXT`; if the entry is another sale's, add --not-the-same."),
    "stands-in-ledger-otherwise": FindingCode("hold", "The ledger holds something else under this order's number", "Look with `recon others`, correct it in the ledger, or take it as it stands with `recon adopt ORDER --accept-differences`; if the entry is another sale's, `--not-the-same`."),
    "maybe-in-ledger": FindingCode("hold", "An entry of the ledger has the same amount near the same day, and may be this order", "Look at the entry. `recon adopt ORDER --as NAME --reason TEXT` takes it as this order, `--not-the-same` lets the document be made."),
    # upload and verify
    "ledger-refused": FindingCode("hold", "The ledger refused the document", "See its words; fix the cause and plan again."),
    "outcome-unknown": FindingCode("hold", "It is not known whether the ledger took the document", "Run `recon upload` again later: it looks first and never sends twice. What it leaves to a person is ended with `recon settle` (`recon status` names the command)."),
    "read-back-differs": FindingCode("hold", "The ledger holds something else than we sent", "Compare both; correct it in the ledger."),
    "read-back-missing": FindingCode("hold", "The ledger does not show a document it confirmed", "Look for it in the ledger; it may have been voided by hand."),
    "stranger-in-ledger": FindingCode("warning", "The ledger holds a document in our number range that we did not send", "Find out who posted it."),
    "number-gap": FindingCode("warning", "Order numbers are missing between those that were taken in", "Look in the shop whether the orders were deleted there, or take in the file that has them. What is held or left out is no gap. If they were deleted: `recon match --gap NUMBER='deleted in the shop' --as NAME` says so."),
    "number-taken": FindingCode("hold", "Another document carries the number already", "Look in the ledger who wrote it. Void it there, or choose another `number_prefix`; then run `recon verify BATCH`, which reads the ledger's list again, and `recon plan`."),
    "number-twice": FindingCode("hold", "The ledger holds two live documents under one number", "Look at both in the ledger and void the one that is wrong there; then run `recon verify BATCH` again."),
    "number-used": FindingCode("hold", "The ledger holds something else under our number", "Compare both documents; correct ours there or free the number, then say what you found with `recon settle` (`recon status` names the command)."),
}  # fmt: skip
"""Every finding, by code."""


def severity(code: str) -> str:
    """Return the severity of a finding code."""
    return FINDING_CODES[code].severity
