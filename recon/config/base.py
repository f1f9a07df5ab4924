"""What every section of ``recon.toml`` has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Base of all sections: unknown keys are refused, values are never echoed by pydantic itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
