"""Completion scripts for bash, zsh, fish and PowerShell: each asks `recon __complete` what may stand next.

The scripts know no command themselves, so that they are right for whatever version of recon answers.
"""

from __future__ import annotations

import argparse
from typing import Final

from tui.output import Output, put

BASH: Final = r"""# bash completion for recon
_recon() {
  local current="${COMP_WORDS[COMP_CWORD]}" line
  [[ "$current" == "=" ]] && current=""
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :files) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current") ;;
      :folders) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$current") ;;
      *) COMPREPLY+=("${line%%$'\t'*}") ;;
    esac
  done < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD-1}" "+$current" 2>/dev/null)
}
complete -o filenames -F _recon recon
"""

ZSH: Final = r"""#compdef recon
_recon() {
  local line word tab=$'\t'
  local -a found
  for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT-1]}" "+${words[CURRENT]}" 2>/dev/null)}"; do
    word="${line%%$tab*}"
    case "$line" in
      '') ;;
      :files) _files ;;
      :folders) _files -/ ;;
      *$tab*) found+=("${word//:/\\:}:${line#*$tab}") ;;
      *) found+=("${word//:/\\:}") ;;
    esac
  done
  (( $#found )) && _describe -V 'recon' found
}
if [[ "$funcstack[1]" == _recon ]]; then _recon "$@"; else compdef _recon recon; fi
"""

FISH: Final = r"""# fish completion for recon
function __recon_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in ($words[1] __complete $words[2..-1] "+$current" 2>/dev/null)
    switch $line
      case :files
        __fish_complete_path "$current"
      case :folders
        __fish_complete_directories "$current"
      case '*'
        echo $line
    end
  end
end
complete -c recon -f -a '(__recon_complete)'
"""

POWERSHELL: Final = r"""# PowerShell completion for recon
Register-ArgumentCompleter -Native -CommandName recon -ScriptBlock {
  param($word, $ast, $position)
  $parts = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($word -ne '' -and $parts.Count -gt 0) { $parts = @($parts | Select-Object -SkipLast 1) }
  & recon __complete @parts "+$word" 2>$null | Where-Object { $_ -notlike ':*' } | ForEach-Object {
    $found, $meaning = $_ -split "`t", 2
    if (-not $meaning) { $meaning = $found }
    [System.Management.Automation.CompletionResult]::new($found, $found, 'ParameterValue', $meaning)
  }
}
"""

SCRIPTS: Final = {"bash": BASH, "zsh": ZSH, "fish": FISH, "powershell": POWERSHELL}


def completion(args: argparse.Namespace) -> int:
    """Print the script for one shell."""
    script = SCRIPTS[args.shell]
    Output(as_json=args.json).document("completion", {"shell": args.shell, "script": script})
    if not args.json:
        put(script)
    return 0
