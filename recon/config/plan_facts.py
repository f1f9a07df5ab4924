"""What of the settings a plan depends on; a change of anything else leaves plans and approvals as they are."""

from __future__ import annotations

import json
from typing import Any, Final

from recon.config.settings import Settings
from recon.domain.providers import source_facts

_NOT_IN_PLANS: Final = {"base_url", "environment", "signature_encoding", "lookup_grace_seconds", "timeout_seconds"}
"""Ledger settings that say how it is reached; all others (rounding, length of numbers) change documents."""
_HOW_IT_IS_REACHED: Final = {"port", "tls", "wait_minutes", "poll_minutes", "company_file"}
"""The same of QuickBooks."""
_HOW_GO_IS_REACHED: Final = {"import_url", "read_imports", "requests_per_second", "attach"}
"""The same of PowerOffice Go, and what is put on its vouchers afterwards."""


def settings_facts(settings: Settings, connection: str) -> str:
    """Return everything a plan depends on in the settings, as canonical JSON for digests."""
    one = settings.connections[connection]
    is_till = source_facts(one.source).is_till  # plans of shops of before there were tills stay what they were
    tills: dict[str, object] = {"poweroffice": _HOW_GO_IS_REACHED} if is_till else {"till": True, "poweroffice": True}
    left_out: Any = {"ledger": _NOT_IN_PLANS, "source_api": True, "quickbooks": _HOW_IT_IS_REACHED, **tills}
    rules = one.model_dump(mode="json", exclude=left_out)
    if is_till and not one.till.projects:
        del rules["till"]["projects"]  # what was approved before projects could be set stays approved
    if is_till and one.till.counting != "till":
        del rules["till"]["recorded_difference"]  # nothing depends on it
    company = settings.company.model_dump(mode="json", exclude={"workbook_language"})
    return json.dumps(
        {"company": company, "connection": connection, "rules": rules}, sort_keys=True, ensure_ascii=False
    )
