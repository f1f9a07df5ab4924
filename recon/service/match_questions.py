"""What screens and commands ask about products, payment channels, charges and documents of others, and what they set there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from recon.service.lazily import Lazily

if TYPE_CHECKING:
    import polars as pl

    from recon.match.catalog_search import CatalogList
    from recon.proof.tax_invoices import Entry
    from recon.service import channel_table, charge_rules, match_undo, matching, product_table, return_table, tax_table
    from recon.service.adopting import Others
    from recon.service.context import Context
    from recon.service.match_said import MatchEdits
    from recon.service.tills import Tills
    from recon.summaries.match import MatchReport
    from recon.summaries.things import SeenLine, ThingLine
else:
    _ROOMS = ("channel_table", "charge_rules", "match_undo", "matching", "product_table", "return_table", "tax_table")
    channel_table, charge_rules, match_undo, matching, product_table, return_table, tax_table = (
        Lazily(f"recon.service.{room}") for room in _ROOMS
    )


class MatchQuestions:
    """The Match step of an open workspace."""

    _context: Context

    def _reload(self) -> None:
        """Read recon.toml again after a step that may have written it."""
        self._context = replace(self._context, settings=self._context.workspace.settings())

    @property
    def others(self) -> Others:
        """Which entries of the ledger are orders that somebody else posted."""
        from recon.service.adopting import Others

        return Others(self._context)

    @property
    def tills(self) -> Tills:
        """Accounts of a till's groups, what is missing, and counted cash."""
        from recon.service.tills import Tills

        return Tills(self._context)

    def match(self, connection: str | None, edits: MatchEdits | None = None, *, dry_run: bool = False) -> MatchReport:
        """Carry out edits of mappings and report what is open."""
        from recon.service.match_said import MatchEdits

        report = matching.match(self._context, connection, edits or MatchEdits(), dry_run=dry_run)
        self._reload()
        return report

    def set_mappings(self, connection: str | None, edits: MatchEdits) -> tuple[str, ...]:
        """Carry out edits of mappings and say what was set; for who reads the lists by `products` and `channels`."""
        done = matching.carry_out(self._context, connection, edits)
        self._reload()
        return done

    def export_mappings(self, path: Path, *, connection: str | None = None) -> Path:
        """Write all mappings to a workbook for editing."""
        return matching.export_mappings(self._context, connection, path)

    def products(
        self, connection: str | None = None, *, suggestions: bool = True, found: pl.DataFrame | None = None
    ) -> product_table.ProductTable:
        """Return every SKU of the orders; without ``suggestions``, or with those of an earlier table, at once."""
        return product_table.product_table(self._context, connection, suggestions=suggestions, found=found)

    def product_detail(self, connection: str | None, sku: str) -> product_table.ProductDetail:
        """Return what a SKU might be, who linked it when, and the newest orders that hold it."""
        return product_table.product_detail(self._context, connection, sku)

    def catalog(self, connection: str | None = None) -> CatalogList:
        """Return the ledger's products as last read, ready to be searched."""
        return product_table.catalog(self._context, connection)

    def channels(self, connection: str | None = None) -> channel_table.ChannelTable:
        """Return every payment channel with where it lands, and what the ledger has to land in."""
        return channel_table.channel_table(self._context, connection)

    def charges(self, connection: str | None = None) -> charge_rules.ChargeTable:
        """Return what happens to charges beside the goods, per sales channel."""
        return charge_rules.charge_table(self._context, connection)

    def taxes(self, connection: str | None = None) -> tax_table.TaxTable:
        """Return every name of a tax with the ledger's item that works it out; none unless it works tax out by items."""
        return tax_table.tax_table(self._context, connection)

    def open_returns(self, connection: str | None = None) -> tuple[return_table.OpenReturn, ...]:
        """Return the returns that wait for a person, each with the sales it may belong to."""
        return return_table.open_returns(self._context, connection)

    def match_open(self, connection: str | None = None) -> dict[str, int]:
        """Return how much waits for a person: SKUs (products), payment channels (payment), kinds of charges (charges), taxes, returns.

        Where tills are booked: accounts, payment, vat, counts and setup, what is missing in all.
        """
        from recon.service.till_missing import till_open
        from recon.service.till_table import is_till

        name, rules = self._context.connection(connection)
        if is_till(rules):
            return till_open(self._context, name, rules)
        products = self.products(connection, suggestions=False).frame["state"]
        return {
            "products": int(products.is_in(["unlinked", "suggested"]).sum()),
            "payment": int((self.channels(connection).frame["state"] == "unmapped").sum()),
            "charges": int(self.charges(connection).frame["is_open"].sum()),
            "taxes": int((self.taxes(connection).frame["state"] == "unmapped").sum()),
            "returns": return_table.waiting_count(self._context, connection),
        }

    def new_things(self, connection: str | None = None) -> tuple[ThingLine, ...]:
        """Return what no earlier file had and nobody has answered, what holds orders first."""
        from recon.service.seen_words import open_things

        return open_things(self._context, connection)

    def beginning(self, connection: str | None = None) -> dict[str, int]:
        """Return how many channels, words, taxes and SKUs the first files show, until a first batch was approved."""
        from recon.service.seen_words import beginning

        return beginning(self._context, connection)

    def say_seen(
        self, connection: str | None, words: Sequence[tuple[str, str]], *, dry_run: bool = False
    ) -> tuple[str, ...]:
        """Take a person's word that new things (kind and value, ``*`` or ``all``) are all right."""
        from recon.service.seen_words import say_seen

        return say_seen(self._context, connection, words, dry_run=dry_run)

    def say_gaps(
        self, connection: str | None, words: Sequence[tuple[str, str]], *, dry_run: bool = False
    ) -> tuple[str, ...]:
        """Take a person's word why order numbers are missing; an empty reason takes it back."""
        from recon.service.known_gaps import say_gaps

        return say_gaps(self._context, connection, words, dry_run=dry_run)

    def say_tax_invoices(
        self, connection: str | None, entries: Sequence[Entry], file: Path | None = None, *, dry_run: bool = False
    ) -> tuple[str, ...]:
        """Keep the suppliers' tax invoices of purchases as a person enters them, one by one and from a list in a file."""
        from recon.service.tax_invoice_file import entries_of
        from recon.service.tax_invoices import say_tax_invoices

        listed = () if file is None else entries_of(file)
        return say_tax_invoices(self._context, connection, [*entries, *listed], dry_run=dry_run)

    def say_means(
        self, connection: str | None, words: Sequence[tuple[str, str]], *, dry_run: bool = False
    ) -> tuple[str, ...]:
        """Say what status words mean; the files are read anew by it."""
        from recon.service.word_meanings import say_means

        said = say_means(self._context, connection, words, dry_run=dry_run)
        self._reload()
        return said

    def seen_things(self, connection: str | None = None) -> tuple[SeenLine, ...]:
        """Return everything the files of a connection ever showed, and who answered."""
        from recon.service.seen_words import seen_register

        return seen_register(self._context, connection)

    def undo_match(self, connection: str | None = None) -> match_undo.MappingUndo:
        """Take back what was linked or mapped last."""
        return match_undo.undo(self._context, connection)

    def redo_match(self, connection: str | None = None) -> match_undo.MappingUndo:
        """Do again what was undone last."""
        return match_undo.redo(self._context, connection)
