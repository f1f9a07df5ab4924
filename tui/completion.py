"""Completion scripts for bash, zsh, fish and PowerShell, written from the parser itself."""

from __future__ import annotations

import argparse
import sys

from tui.grammar import build_parser


def completion(args: argparse.Namespace) -> int:
    """Print the script for one shell."""
    words = _words()
    script = {"bash": _bash, "zsh": _zsh, "fish": _fish, "powershell": _powershell}[args.shell](words)
    sys.stdout.write(script)
    return 0


def _words() -> dict[str, tuple[str, list[str]]]:
    """Return each command with its summary and options."""
    parser = build_parser()
    chooser = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))  # noqa: SLF001
    summaries = {choice.dest: choice.help or "" for choice in chooser._choices_actions}  # noqa: SLF001
    words = {}
    for name, command in chooser.choices.items():
        options = [option for action in command._actions for option in action.option_strings if option.startswith("--")]  # noqa: SLF001
        words[name] = (summaries.get(name, summaries.get(f"{name} (preview)", "")), sorted(set(options)))
    return words


def _bash(words: dict[str, tuple[str, list[str]]]) -> str:
    cases = "\n".join(f'    {name}) words="{" ".join(options)}" ;;' for name, (_, options) in words.items())
    return f"""# bash completion for recon
_recon() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" command="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${{COMP_WORDS[i]}}" in -C|--workspace) ((i++)) ;; -*) ;; *) command="${{COMP_WORDS[i]}}"; break ;; esac
  done
  case "$command" in
    "") words="{" ".join(words)} --help --version --json" ;;
{cases}
  esac
  if [[ "$current" == -* || -z "$command" ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}}
complete -o filenames -F _recon recon
"""


def _zsh(words: dict[str, tuple[str, list[str]]]) -> str:
    commands = "\n".join(f"    '{name}:{summary.replace(chr(39), '')}'" for name, (summary, _) in words.items())
    cases = "\n".join(f"    {name}) compadd -- {' '.join(options)}; _files ;;" for name, (_, options) in words.items())
    return f"""#compdef recon
_recon() {{
  local -a commands
  commands=(
{commands}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  case "${{words[2]}}" in
{cases}
    *) _files ;;
  esac
}}
_recon "$@"
"""


def _fish(words: dict[str, tuple[str, list[str]]]) -> str:
    lines = ["# fish completion for recon"]
    for name, (summary, options) in words.items():
        lines.append(f"complete -c recon -n __fish_use_subcommand -f -a {name} -d '{summary.replace(chr(39), '')}'")
        lines += [f"complete -c recon -n '__fish_seen_subcommand_from {name}' -l {option[2:]}" for option in options]
    return "\n".join(lines) + "\n"


def _powershell(words: dict[str, tuple[str, list[str]]]) -> str:
    table = "\n".join(
        f"    '{name}' = @({', '.join(repr(option) for option in options)})" for name, (_, options) in words.items()
    )
    return f"""# PowerShell completion for recon
Register-ArgumentCompleter -Native -CommandName recon -ScriptBlock {{
  param($word, $ast, $position)
  $options = @{{
{table}
  }}
  $parts = $ast.CommandElements | ForEach-Object {{ $_.ToString() }}
  $list = if ($parts.Count -gt 1 -and $options.ContainsKey($parts[1])) {{ $options[$parts[1]] }} else {{ $options.Keys }}
  $list | Where-Object {{ $_ -like "$word*" }} | Sort-Object | ForEach-Object {{ [System.Management.Automation.CompletionResult]::new($_) }}
}}
"""
