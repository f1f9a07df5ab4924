"""Examples for the help of every command, and the exit codes: words only."""

from __future__ import annotations

from typing import Final

EXIT_CODES: Final = """exit codes:
  0    done, nothing open
  1    unexpected error (a defect of recon)
  2    wrong use, missing setting, or a question without a terminal
  3    input refused (file, encoding, layout)
  4    done, but a person is needed (held orders, approval, refused documents)
  5    ledger or shop refused or unreachable; nothing is unknown
  6    at least one outcome is unknown: do not repeat, `recon upload` looks first
  7    workspace locked by another process
  8    integrity: damaged state, broken chain, wrong company, newer version
  130  interrupted, state safe"""

STATUSES: Final = ("check", "blocked", "ready", "approved", "open", "unsure", "refused", "rejected", "posted")
"""What a document of the review is; a test holds them against the core."""
SETTLE_WORDS: Final = ("posted", "by-hand", "send-again", "cancelled")
SETTLE_MEANS: Final = (
    "posted: it stands in the ledger and is ours; by-hand: a person entered it there; send-again: it is certainly not "
    "there; cancelled: it is not there, and the next plan decides anew"
)
SETTLE_OPTIONS: Final = (
    "posted, by-hand: the number the ledger shows; once for each document, in the same order",
    "the ledger's own id, instead of the number or beside it",
    "go on although the ledger's document differs from ours; what differs is kept with the reason",
    "do not ask the ledger: the person's word alone counts (never with send-again)",
)

EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "init": (
        "recon init my-shop",
        "recon init my-shop --no-input --company 'Siam Shop Co., Ltd.' --source shopify --target sandbox --start-date 2026-01-01",
        "recon init my-shop --no-input --company 'X' --source profile --profile zort-export --target peak-file --start-date 2026-01-01",
    ),
    "connect": (
        "recon connect",
        "recon connect --connection shop --stdin < keys.json",
        "recon connect --keep file",
        "recon connect --refresh --dry-run",
        "recon connect --lists lists.iif --set-accounts",
    ),
    "import": (
        "recon import inbox/orders_export_1.csv",
        "recon import --profile zort-export orders.xlsx",
        "recon import --dry-run *.csv",
    ),
    "pull": (
        "recon pull --since 2026-10-01 --until 2026-10-31",
        "recon pull --orders 4410012,4410020-4410040",
        "recon pull --products",
        "recon pull --dry-run --since 2026-10-01",
    ),
    "profile": (
        "recon profile orders.xlsx",
        "recon profile orders.xlsx --save zort-export",
        "recon profile orders.csv --check profiles/zort-export.toml",
        "recon profile orders.csv --set read.era=BE --set columns.total=ยอดสุทธิ --save my-export",
        "recon profile sales.xlsx --start xcommerce --set columns.cod_fee=ค่าปลายทาง --save xcommerce",
        "recon profile purchase_orders.csv --start stocky",
        "recon profile",
        "recon profile --change my-export --set status_map.exact.คืนสินค้า=returned --save my-export",
    ),
    "files": ("recon files", "recon files --json", "recon files 1-orders_export_16-october.csv"),
    "match": (
        "recon match",
        "recon match --link-all --text --all-channels BSV001",
        "recon match --channel 'Shopee Wallet' --method EWL001",
        "recon match --search 'shirt black' --why TS-BLK-M",
        "recon match --charge Lazada:shipping=leave-out --charges",
        "recon match --tax-item 'California State Tax 7.25%=CA Sales Tax' --as Nok",
        "recon match --take-accounts --dry-run",
        "recon match --sku 'Kafé Torget/100@25' --account 3000 --vat-code 3 --as Nok",
        "recon match --department 'Kafé Torget=10'",
        "recon match --project 'Kafé Torget=P1'",
        "recon match --create TS-BLK-M='เสื้อยืด สีดำ M' --create CAP-01 --as Nok",
        "recon match --create SHIPPING=ค่าขนส่ง --service",
        "recon match --create-unlinked --dry-run",
        "recon match --create-services --as Nok",
        "recon match --returns",
        "recon match --return CN-202606001=SO-202606021 --as Nok",
        "recon match --seen 'sales-channel=TikTok Shop' --as Nok",
        "recon match --means in_review=unpaid",
        "recon match --gap '#1016=deleted in the shop' --as Nok",
        "recon match --tax-invoice 'PO-7=IV6906-112 2026-06-12' --as Nok",
        "recon match --tax-invoices june.csv --as Nok --dry-run",
        "recon match --undo --as Nok",
    ),
    "till": (
        "recon till",
        "recon till --waiting --json",
        "recon till count K1/214 '4 480,00' --to-bank 2980 --as Nok",
        "recon till count K1/214 --undo --as Nok",
        "recon till form z-reports.xlsx",
        "recon till days",
        "recon till attach",
        "recon till attach K1/214 --to z-reports",
    ),
    "plan": ("recon plan", "recon plan --json", "recon preview --dry-run"),
    "approve": (
        "recon approve B0001 --as Nok",
        "recon approve B0001 --as Nok --json",
        "recon approve B0001 --as Nok --dry-run",
        "recon approve --decided --as Lek",
    ),
    "decide": (
        "recon decide approve RT-1001 RT-1002 --as Nok",
        "recon decide approve --filter 'st:ready amt<=1000 ch:Shopee' --as Nok --json",
        "recon decide approve --like RT-1001 --below 500 --as Nok --dry-run",
        "recon decide reject RT-1003 --as Nok --reason 'sample, not sold'",
        "recon decide draft --status rejected --as Nok",
        "recon decide undo --as Nok",
    ),
    "upload": (
        "recon upload B0001",
        "recon upload B0001 --limit 10",
        "recon upload B0001 --no-input --log upload.log",
        "recon upload B0001 --state --json",
        "recon upload B0001 --stop",
    ),
    "run": ("recon run", "recon run shop", "recon run shop --if-due --json"),
    "schedule": (
        "recon schedule show",
        "recon schedule set --preset weekly",
        "recon schedule install --preset daily --connection shop",
        "recon schedule install --system cron --yes",
        "recon schedule remove --yes --json",
    ),
    "others": ("recon others", "recon others --connection shop --json", "recon others --undo"),
    "adopt": (
        "recon adopt --all-certain --as Nok --reason 'ZORT pushed them at 03:00'",
        "recon adopt SO-1001 --as Nok --reason 'entered with a typing error' --accept-differences",
        "recon adopt SO-1002 --as Nok --reason 'that one is a counter sale' --not-the-same",
        "recon adopt --all-certain --as Nok --reason 'first month' --dry-run --json",
    ),
    "settle": (
        "recon settle RT-1001 --as Nok --to posted --number RT-1001 --reason 'the second one was voided in PEAK'",
        "recon settle RT-1001 --as Nok --to by-hand --number RT-77 --reason 'entered at the counter' --dry-run",
        "recon settle RT-1001 RT-1002 --as Nok --to send-again --reason 'the test receipts were renamed' --json",
        "recon settle RT-1001 --as Nok --to cancelled --reason 'voided in PEAK, plan it anew'",
    ),
    "verify": (
        "recon verify B0001",
        "recon verify shop --offline",
        "recon verify audit/B0001.xlsx",
        "recon verify --chain",
        "recon verify till --books saft-2026-03.xml -o books-2026-03.xlsx",
        "recon verify till --books saldobalanse.xlsx --since 2026-03-01 --until 2026-03-31",
        "recon verify till --books saldo.csv --column account=Kontonummer --column movement=Endring --since 2026-03-01 --until 2026-03-31",
    ),
    "vat": (
        "recon vat --month 2026-06",
        "recon vat --month 2026-06 --connection web -o june.xlsx",
        "recon vat --month 2026-06 --dry-run --json",
    ),
    "audit": ("recon audit B0001", "recon audit B0001 -o month.xlsx", "recon audit B0001 --json"),
    "journal": (
        "recon journal --format hledger",
        "recon journal B0001 --format beancount -o b1.beancount",
        "recon journal --format hledger --json",
    ),
    "status": ("recon status", "recon status --days 7", "recon -C my-shop status --days all --json"),
    "show": ("recon show RT-1001", "recon show RT-1001 --json", "recon show '#1001'"),
    "documents": (
        "recon documents",
        "recon documents B0001 --json",
        "recon documents --kind receipt --jsonl",
        "recon documents --filter 'st:check amt>300'",
        "recon documents B0001 --status refused",
    ),
    "findings": ("recon findings", "recon findings --json", "recon findings --code product-not-linked"),
    "orders": ("recon orders", "recon orders --json", "recon orders --held --plain"),
    "demo": ("recon demo", "recon demo my-demo --leave-open", "recon demo --json"),
    "tui": ("recon tui", "recon tui --as Nok", "recon tui --read-only --place review"),
    "serve": (
        "recon serve",
        "recon serve --open --as Nok",
        "recon serve --port 8765 --read-only",
        "recon serve --json",
    ),
    "doctor": ("recon doctor", "recon doctor --json", "recon -C my-shop doctor"),
    "sandbox": (
        "recon sandbox peak",
        "recon sandbox zort --orders 240",
        "recon sandbox shopify --orders 240",
        "recon sandbox bentoweb --orders 240",
        "recon sandbox peak --port 8765 --file peak.db",
        "recon sandbox poweroffice --file go.db",
        "recon -C my-till sandbox poweroffice --post --saft books.xml",
        "recon sandbox quickbooks my-shop/shop.qwc",
    ),
    "qbwc": (
        "recon qbwc file",
        "recon qbwc password --generate",
        "recon qbwc serve",
        "recon qbwc status --json",
        'recon qbwc settle --to not-there --as "Kim Lee" --reason "The drive died; the copy of Monday does not hold it"',
    ),
    "completion": (
        "recon completion bash > ~/.local/share/bash-completion/completions/recon",
        "recon completion zsh",
        "recon completion fish",
    ),
}
