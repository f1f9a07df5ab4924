"""What the key of every order of a connection begins with: platform and shop. It is fixed by the first file taken in.

With another beginning the same orders would be other orders: what was posted would be forgotten, and all of it planned once
more under other numbers.
"""

from __future__ import annotations

from recon.errors import SettingsError
from recon.frames.parquet import read_facts
from recon.service.context import Context
from recon.sources.base import ReadOptions

_LOCKED = "order_keys"


def key_beginning(context: Context, name: str) -> tuple[str, str] | None:
    """Return platform and shop of the orders taken in so far; None: nothing was.

    Workspaces from before this was noted have it beside the frames of their first file.
    """
    noted = context.store.mappings.current(name, "setting").get(_LOCKED)
    if noted is not None:
        platform, _, shop = str(noted).partition(":")
        return platform, shop
    for intake in context.store.files.intakes(name, superseded=True):
        folder = context.workspace.private / intake.frames
        if folder.is_dir():
            options = read_facts(folder)["options"]
            return str(options["platform"]), str(options["shop"])
    return None


def require_same_keys(context: Context, name: str, options: ReadOptions) -> None:
    """Refuse to read with another platform or shop than the orders that are known.

    Raises:
        SettingsError: One of both changed; the text says where to set it back.
    """
    known = key_beginning(context, name)
    if known is None or known == (options.platform, options.shop):
        return
    platform, shop = known
    if shop != options.shop:
        raise SettingsError(
            f"connections.{name}.shop is {options.shop!r}, but its orders were taken in as {shop!r}. It is part of every order's key: under "
            f"another one everything that was posted would be planned a second time. Set it back to {shop!r}; another shop needs a connection of its "
            "own. Nothing was read, planned or sent."
        )
    raise SettingsError(
        f"This file would be read as platform {options.platform!r}, but the orders of {name} were taken in as {platform!r}. The platform is "
        f"part of every order's key: the same orders would be planned a second time. If it is the same shop, write platform = {platform!r} "
        "into the profile; if it is another one, make a connection for it. Nothing was read, planned or sent."
    )


def lock_keys(context: Context, name: str, options: ReadOptions) -> None:
    """Note platform and shop with the first file."""
    if context.store.mappings.current(name, "setting").get(_LOCKED) is None:
        platform, shop = key_beginning(context, name) or (options.platform, options.shop)
        context.store.mappings.set(name, "setting", {_LOCKED: f"{platform}:{shop}"}, reason="first file")


def platform_for(context: Context, name: str) -> str:
    """Return what a new profile's keys begin with: as those of the only connection it can be for, else its own name.

    A second profile for the same shop must not make other orders of the same ones.
    """
    everyone = list(context.settings.connections)
    readers = [each for each in everyone if context.settings.connections[each].source == "profile"] or everyone
    known = key_beginning(context, readers[0]) if len(readers) == 1 else None
    return known[0] if known else name
