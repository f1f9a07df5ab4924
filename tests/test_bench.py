"""`make bench` on a small file: every part runs, all three programs come to the same sums, nothing is judged."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os

import pytest

from bench.excel import make_workbook
from bench.generate import generate
from bench.measure import Figure, NotInstalled, Steps, child, median
from bench.report import AIMS, Report, verdict
from bench.run import main

ROWS = (
    "bare scan of the 38 columns", "keep the file", "read", "normalize", "store the orders", "import in all",
    "make the plan", "store the plan", "plan in all", "FILE TO STORED PLAN", "the same file again",
    "polars.read_excel alone", "read and normalize", "python -c pass", "recon --help", "append 200 bytes, fdatasync",
    "intent, before sending", "result, after the answer", "documents a second",
    "join both, insert into SQLite", "ADOPTING",
)  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, object], int]:
    folder = tmp_path_factory.mktemp("bench")
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr(Report, "line", lambda self, text="": lines.append(text))
        given = [
            "2000",
            "--rounds",
            "1",
            "--only",
            "chain,excel,help,durable,upload,adopting",
            "--data",
            str(folder / "data"),
        ]
        code = main([*given, "--json", str(folder / "figures.json")])
    return "\n".join(lines), json.loads((folder / "figures.json").read_text(encoding="utf-8")), code


@pytest.mark.slow
def test_every_promised_figure_is_printed(run):
    text, _, code = run
    assert code == 0
    assert [row for row in ROWS if row not in text] == []
    assert "difference 0.00" in text


@pytest.mark.slow
@pytest.mark.parametrize("library", ["duckdb", "pandas"])
def test_the_plain_programs_come_to_our_sums(run, library):
    text, facts, _ = run
    name = {"duckdb": "DuckDB", "pandas": "pandas"}[library]
    if importlib.util.find_spec(library) is None:
        assert f"{library}: " in text
        assert "is not installed" in text
        return
    at = next(i for i, figure in enumerate(facts["figures"]) if figure.get("name") == f"the same job plainly in {name}")
    assert facts["figures"][at + 1]["agrees"] is True


@pytest.mark.slow
def test_figures_for_programs_carry_part_seconds_and_ratio(run):
    _, facts, _ = run
    whole = next(figure for figure in facts["figures"] if figure.get("name") == "FILE TO STORED PLAN")
    scan = next(figure for figure in facts["figures"] if figure.get("name") == "bare scan of the 38 columns")
    assert whole["part"] == scan["part"] == "chain 2000"
    assert scan["ratio"] == 1
    assert whole["seconds"] > scan["seconds"] > 0
    assert whole["peak_mib"] >= scan["peak_mib"] > 0


@pytest.mark.slow
def test_the_workbook_is_measured_against_xlsxwriter(tmp_path, capsys):
    pytest.importorskip("xlsxwriter")
    assert main(["500", "--only", "workbook", "--data", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "ours, " in printed and "xlsxwriter, " in printed


def test_verdicts_judge_nothing_but_the_figure():
    assert [verdict(value, 4) for value in (3, 4, 5, None)] == ["ok", "ok", "over", "not measured"]
    assert all(aim > 0 for aim in AIMS.values())


def test_steps_in_steps_keep_time_and_the_largest_peak():
    steps = Steps()
    with steps.step("whole"):
        with steps.step("part"):
            held = bytearray(32 << 20)
        del held
        with steps.step("part"):
            pass
    whole, part = steps.spent["whole"], steps.spent["part"]
    assert whole.seconds >= part.seconds > 0
    assert whole.peak_mib >= part.peak_mib > 0


def test_steps_time_a_function_where_it_is_called():
    class Work:
        def answer(self) -> int:
            return 42

    steps = Steps()
    steps.wrap(Work, "answer", "answering")
    assert Work().answer() == 42
    assert isinstance(steps.spent["answering"], Figure)


def test_a_job_that_fails_says_why(tmp_path):
    with pytest.raises(RuntimeError, match="nowhere"):
        child("scan", tmp_path / "nowhere.csv")


def test_a_missing_library_is_said_and_nothing_else_stops(tmp_path):
    (tmp_path / "pandas.py").write_text("raise ModuleNotFoundError(name='pandas')\n")
    path = tmp_path / "orders.csv"
    generate(20, path)
    with pytest.raises(NotInstalled, match=r"(pandas|numpy) is not installed"):
        child("pandas", path, tmp_path, env={"PYTHONPATH": str(tmp_path), "PYTHONSAFEPATH": ""})


def test_generated_files_are_the_same_bytes_every_time(tmp_path):
    assert generate(300, tmp_path / "a.csv") == generate(300, tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.csv").read_bytes().count(b"\n") >= 301
    for name in ("a.xlsx", "b.xlsx"):
        assert make_workbook(50, tmp_path / name) == {"rows": 50, "columns": 40}
    digests = {hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("a.xlsx", "b.xlsx")}
    assert len(digests) == 1


def test_median_of_nothing_is_nothing():
    assert (median([]), median([3, 1, 2])) == (0, 2)


def test_an_unknown_part_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "chain,speed"])
    assert "no such part: speed" in capsys.readouterr().err


@pytest.mark.parametrize("market", ["shopee", "lazada", "tiktok"])
def test_the_marketplaces_exports_are_read_to_the_end(market, tmp_path):
    from bench.marketplaces import MARKETS, bare_read, make, run_chain

    path = tmp_path / f"{market}.{MARKETS[market]}"
    made = make(market, 300, path)
    os.utime(path, (path.stat().st_mtime - 60,) * 2)  # intake waits for files that were written a moment ago
    assert made["rows"] == bare_read(path, market) == 300
    (tmp_path / "books").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        steps, facts = run_chain(path, tmp_path / "books", market)
    assert facts["difference"] == "0.00"
    assert 150 < facts["documents"] < facts["orders"] == 187
    assert steps.spent["file to stored plan"].seconds > 0


@pytest.mark.parametrize("shape", ["full", "short"])
def test_a_tills_file_is_read_to_the_end(shape, tmp_path):
    from bench.saft import YARDS, bare_parse, make, run_chain

    path = tmp_path / "till.xml"
    assert make(shape, 300, path) == {"rows": 300}
    os.utime(path, (path.stat().st_mtime - 60,) * 2)
    for yard in YARDS:
        bare_parse(path, yard)
    (tmp_path / "books").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        steps, facts = run_chain(path, tmp_path / "books")
    assert (facts["orders"], facts["difference"]) == (31, "0.00")
    assert steps.spent["file to stored plan"].seconds > 0
