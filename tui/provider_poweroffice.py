"""How PowerOffice Go is opened on this machine, and the one to try things on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from recon.config.connection import Connection
from recon.domain.providers import keys_of
from recon.targets.base import Capabilities, Target
from tui.access import Access

if TYPE_CHECKING:
    from recon.targets.poweroffice import PowerOfficeOptions

_KEY_OF_TOKENS = "client_key"
"""Beside which the tokens are kept: they belong to the company it stands for."""


def _options(access: Access) -> PowerOfficeOptions:
    from recon.targets.poweroffice import PowerOfficeOptions

    rules, ledger = access.connection.poweroffice, access.connection.ledger
    return PowerOfficeOptions(
        tax_id=access.settings.company.tax_id,
        route=rules.route,
        draft_lines=rules.draft_lines,
        clearing_account=rules.clearing_account,
        order_prices=rules.order_prices,
        invoices=_invoices(access.connection),
        reads_imports=_reads_imports(access.connection),
        has_projects=bool(access.connection.till.projects),
        attach=rules.attach,
        requests_per_second=rules.requests_per_second,
        timeout_seconds=ledger.timeout_seconds,
        lookup_grace_seconds=ledger.lookup_grace_seconds,
    )


def _invoices(connection: Connection) -> Literal["off", "order", "issued"]:
    """Return what becomes of credit sales there; nothing, where nobody decided or others send them."""
    wanted = connection.till.invoices
    return "off" if wanted in {"hold", "others"} or "till_invoice" not in connection.record_kinds else wanted  # type: ignore[return-value]


def _reads_imports(connection: Connection) -> Literal["no", "try", "must"]:
    """Return whether others' imports are looked for: a comparison needs them, a warning of double booking can do without."""
    if not connection.poweroffice.read_imports:
        return "no"
    return "try" if connection.writers == "recon" else "must"


def poweroffice_capabilities(access: Access) -> Capabilities:
    """Return what PowerOffice Go can do as it is set."""
    from recon.targets.poweroffice import capabilities

    return capabilities(_options(access))


@contextmanager
def poweroffice(access: Access) -> Iterator[Target]:
    """Open PowerOffice Go: its demo system where the connection is a test, else the real one."""
    from recon.targets.poweroffice.options import DEMO_URL, DEMO_V1_URL, PRODUCTION_URL, PRODUCTION_V1_URL

    ledger, is_test = access.connection.ledger, access.connection.ledger.environment == "test"
    published = (DEMO_V1_URL if is_test else PRODUCTION_V1_URL) if ledger.base_url is None else ""
    with _opened(
        access,
        base_url=ledger.base_url or (DEMO_URL if is_test else PRODUCTION_URL),
        v1_url=access.connection.poweroffice.import_url or published,
        credentials=access.keys(keys_of("poweroffice")),
    ) as target:
        yield target


@contextmanager
def sandbox_poweroffice(access: Access) -> Iterator[Target]:
    """Open the PowerOffice Go that is kept inside the workspace's folder."""
    from recon.sandbox.poweroffice import SandboxPowerOffice, sandbox_company

    own = access.settings.company
    company = sandbox_company(name=own.name, **({"organisation": own.tax_id} if own.tax_id else {}))
    path = access.workspace.sandbox_poweroffice
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        SandboxPowerOffice(path=path, company=company, clock=access.clock, durable=access.durable) as server,
        _opened(access, base_url=server.url, v1_url=server.v1_url, credentials=server.credentials) as target,
    ):
        yield target


@contextmanager
def _opened(access: Access, *, base_url: str, v1_url: str, credentials: Mapping[str, str]) -> Iterator[Target]:
    from recon.targets.poweroffice import PowerOfficeTarget

    is_sandbox = access.connection.environment == "sandbox"
    with PowerOfficeTarget(
        base_url=base_url,
        v1_url=v1_url,
        environment=access.connection.environment,
        credentials=credentials,
        clock=access.clock,
        options=_options(access),
        token_cache=None if is_sandbox else access.tokens(_KEY_OF_TOKENS),
    ) as target:
        yield target
