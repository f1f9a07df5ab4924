"""The themes: dark, light and high contrast; every colour text is written in is named here, so that contrast can be computed.

One accent colour; red only for blocked, refused and LIVE; blue and orange where two states meet, so that they differ for
everybody. Signs and words carry the meaning; colour only repeats it. The pairs a test computes are in `PAIRS`.
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

from tui.i18n import N_

STATUS_COLOURS: Final = {
    "ready": "recon-ready",
    "check": "recon-check",
    "blocked": "recon-bad",
    "approved": "recon-ready",
    "open": "recon-check",
    "posted": "recon-done",
    "unsure": "recon-check",
    "refused": "recon-bad",
    "rejected": "recon-dim",
}
"""Status to the colour its word is written in."""
SIGNS: Final = {
    "ready": "+",
    "check": "?",
    "blocked": "!",
    "approved": "✓",
    "open": "o",
    "posted": "=",
    "unsure": "~",
    "refused": "!",
    "rejected": "x",
}
"""Status to its sign; none of them is of unsure width in any terminal."""

_TEXTS: Final = ("recon-text", "recon-dim", "recon-accent", "recon-ready", "recon-check", "recon-bad", "recon-done")
PAIRS: Final = (
    *((text, ground) for text in _TEXTS for ground in ("recon-ground", "recon-panel", "recon-cursor")),
    ("recon-on-accent", "recon-accent"),
    ("recon-on-bad", "recon-bad"),
    ("recon-on-check", "recon-check"),
)
"""Every text and ground that meet on a screen."""


def _theme(name: str, *, dark: bool, **colours: str) -> Theme:
    variables = {f"recon-{key.replace('_', '-')}": value for key, value in colours.items()}
    text, ground, accent = colours["text"], colours["ground"], colours["accent"]
    return Theme(
        name=name,
        primary=accent,
        secondary=colours["dim"],
        accent=accent,
        warning=colours["check"],
        error=colours["bad"],
        success=colours["done"],
        foreground=text,
        background=ground,
        surface=ground,
        panel=colours["panel"],
        dark=dark,
        text_alpha=1.0,
        variables=variables
        | {
            "block-cursor-foreground": colours["on_accent"],
            "block-cursor-background": accent,
            "input-cursor-background": text,
            "input-cursor-foreground": ground,
            "input-selection-background": f"{accent} 40%",
            "border": accent,
            "scrollbar": colours["line"],
            "scrollbar-hover": accent,
            "scrollbar-active": accent,
            "scrollbar-background": colours["panel"],
            "scrollbar-background-hover": colours["panel"],
            "scrollbar-background-active": colours["panel"],
            "scrollbar-corner-color": colours["panel"],
            "footer-background": colours["panel"],
        },
    )


DARK: Final = _theme(
    "recon-dark",
    dark=True,
    text="#e8eaed",
    dim="#a9b3bd",
    ground="#11161b",
    panel="#1a2129",
    cursor="#26384a",
    line="#4a5763",
    accent="#5cb8e6",
    on_accent="#08121a",
    ready="#8ccbf0",
    check="#f2b155",
    on_check="#1a1000",
    bad="#ff8f85",
    on_bad="#1f0300",
    done="#8fd19a",
)
LIGHT: Final = _theme(
    "recon-light",
    dark=False,
    text="#16191d",
    dim="#4d565f",
    ground="#ffffff",
    panel="#f1f3f5",
    cursor="#d9e8f3",
    line="#9aa5af",
    accent="#075985",
    on_accent="#ffffff",
    ready="#0b4f7a",
    check="#7a4300",
    on_check="#ffffff",
    bad="#a3160f",
    on_bad="#ffffff",
    done="#1d5c2c",
)
CONTRAST: Final = _theme(
    "recon-contrast",
    dark=True,
    text="#ffffff",
    dim="#e0e0e0",
    ground="#000000",
    panel="#000000",
    cursor="#00395c",
    line="#ffffff",
    accent="#ffe14d",
    on_accent="#000000",
    ready="#8fdcff",
    check="#ffb84d",
    on_check="#000000",
    bad="#ff9d94",
    on_bad="#000000",
    done="#8dffa3",
)
THEMES: Final = {theme.name: theme for theme in (DARK, LIGHT, CONTRAST)}
THEME_WORDS: Final = {
    "recon-dark": N_("Dark"),
    "recon-light": N_("Light"),
    "recon-contrast": N_("High contrast"),
}
