"""`recon run` and `recon schedule`: what happens while nobody looks, and the operating system's timer that begins it."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from recon import ports
from recon.config.schedule import last_due
from recon.config.schedule_presets import PRESETS, preset_of, preset_settings
from recon.errors import ReconError, UsageError
from recon.service import ReconService
from recon.service.scheduled import RunReport
from recon.store.moments import stamp
from recon.timers import System, Timer
from recon.workspace import find_workspace
from tui.asking import ask_yes, can_ask
from tui.commands.work import stop_after_this_one
from tui.notifying import tell
from tui.output import Output
from tui.timer_install import Steps, carry_out, install_steps, is_installed, remove_steps, this_system
from tui.told import tell_notes
from tui.wiring import open_service


def run(args: argparse.Namespace) -> int:
    """Do what is to be done now; 4: something waits for a person."""
    output = Output(as_json=args.json)
    name = args.name or args.connection
    with open_service(args) as service, stop_after_this_one(output) as stop:
        try:
            report = service.upkeep.run(name, if_due=args.if_due, stop=stop, on_progress=output.progress)
        except ReconError as error:
            _tell_somebody(service, name, error, output)
            raise
        _tell_somebody(service, name, report, output)
        tell_notes(service, output)
    output.progress_done()
    output.document("run", report.as_facts())
    for line in report.words:
        output.line(line)
    return _exit_code(report)


def _tell_somebody(service: ReconService, name: str | None, ended: RunReport | ReconError, output: Output) -> None:
    """Tell a person how the run ended, as the settings say; that this fails is said and noted, and fails nothing else."""
    try:
        notice = service.upkeep.run_notice(name, ended)
        schedule = service.settings.connection(name)[1].schedule
        if notice is None or schedule.notify == "off":
            return
        problem = tell(notice, schedule)
        service.upkeep.note_told(name, schedule.notify, problem)
    except ReconError as error:  # what could not be noted is no reason to lose how the run ended
        problem = str(error)
    if problem:
        output.note(f"Nobody could be told of this run: {problem}.")


def _exit_code(report: RunReport) -> int:
    if report.unclear:
        return 6
    return 4 if report.ended == "waits" else 0


def schedule(args: argparse.Namespace) -> int:
    """Show or set when a connection runs by itself, put its timer in or take it out.

    Raises:
        UsageError: Nothing is scheduled, or nobody said yes.
    """
    output = Output(as_json=args.json)
    _write_preset(args, output)
    workspace = find_workspace(Path(args.workspace or ".").resolve())
    settings = workspace.settings()
    name, rules = settings.connection(args.connection)
    timer = Timer(str(workspace.root), name, int(rules.schedule.at[3:]), (sys.executable, "-m", "tui.cli"))
    system: System = args.system or this_system()
    now = ports.SystemClock().now()
    zone = ZoneInfo(settings.company.timezone)
    due = last_due(rules.schedule, now, zone)
    steps = _steps(args.action, system, timer, starts=now.astimezone().replace(minute=timer.minute))
    if args.action == "install" and due is None:
        raise UsageError(
            f"{name} runs by hand only: give --preset {'|'.join(PRESETS)}, or set schedule.when under [connections.{name}.schedule] "
            "first. Nothing was done."
        )
    facts = {
        "connection": name,
        "when": rules.schedule.when,
        "at": rules.schedule.at,
        "preset": preset_of(rules.schedule),
        "last_due": None if due is None else stamp(due),
        "system": system,
        "timer": timer.name,
        "installed": is_installed(system, timer),
        "steps": steps.lines(),
        "done": False,
    }
    if args.action in {"install", "remove"} and _agreed(args, steps, output):
        carry_out(steps)
        facts |= {"done": True, "installed": is_installed(system, timer)}
    output.document("schedule", facts)
    _print(facts, steps, output, args)
    return 0


def _write_preset(args: argparse.Namespace, output: Output) -> None:
    """Write a usual schedule into recon.toml, where one was named."""
    if args.action == "set" and not args.preset:
        raise UsageError(f"Which schedule? Give --preset {'|'.join(PRESETS)}. Nothing was changed.")
    if not args.preset:
        return
    if args.action not in {"set", "install"}:
        raise UsageError(
            f"--preset is for `schedule set` and `schedule install`, not for {args.action}. Nothing was changed."
        )
    with open_service(args, write=not args.dry_run) as service:
        name, _rules = service.settings.connection(args.connection)
        if args.dry_run:
            words = ", ".join(f'{key} = "{value}"' for key, value in PRESETS[args.preset].items())
            output.line(f"Would write under [connections.{name}.schedule]: {words}. Nothing was changed.")
        else:
            written = service.upkeep.change_settings(preset_settings(name, args.preset))
            output.line(f"Saved in recon.toml: {', '.join(written)}")


def _steps(action: str, system: System, timer: Timer, *, starts: dt.datetime) -> Steps:
    if action == "remove":
        return remove_steps(system, timer)
    return install_steps(system, timer, starts=starts.strftime("%Y-%m-%dT%H:%M:00"))


def _agreed(args: argparse.Namespace, steps: Steps, output: Output) -> bool:
    """Show what would be done and ask; without a terminal only --yes counts."""
    if args.dry_run or not steps.lines():
        return False
    if args.yes:
        return True
    if not can_ask(no_input=args.no_input):
        raise UsageError(
            "This changes the operating system's timers: say --yes, or look with --dry-run. Nothing was done."
        )
    for line in steps.lines():
        output.line(line)
    return ask_yes("Do this", no_input=args.no_input, option="--yes")


def _print(facts: Mapping[str, object], steps: Steps, output: Output, args: argparse.Namespace) -> None:
    output.line(
        f"{facts['connection']}: {facts['when']} at {facts['at']}; timer {facts['timer']} ({facts['system']}) is {'in' if facts['installed'] else 'not in'}."
    )
    if not facts["done"] and args.action != "set":
        for line in steps.lines():
            output.line(f"  {line}")
    if facts["done"] and steps.note:
        output.line(steps.note)
    if not steps.lines() and args.action == "remove":
        output.line("Nothing was in; nothing was done.")
    if facts["when"] == "manual":
        output.line(
            f"next: recon schedule set --preset {'|'.join(PRESETS)}   (each at 05:00; weekly on Mondays, monthly on the 1st)"
        )
    elif args.action in {"show", "set"} and not facts["installed"]:
        output.line("next: recon schedule install")
