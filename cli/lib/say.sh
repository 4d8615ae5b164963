# shellcheck shell=bash
# How the command speaks: steps with their times on stdout, errors as a sentence and a mend on stderr.

say() { printf '%s\n' "$*"; }

warn() { printf 'flashsale: %s\n' "$*" >&2; }

# die SENTENCE [MEND…]: what is wrong, then what to do about it.
die() {
  printf 'flashsale: %s\n' "$1" >&2
  shift
  local mend
  for mend in "$@"; do printf '           %s\n' "$mend" >&2; done
  exit 1
}

# misuse SENTENCE: the caller's mistake.
misuse() {
  printf 'flashsale: %s\n' "$1" >&2
  printf '           ./flashsale help shows what can be said.\n' >&2
  exit 2
}

now_ms() {
  local us=${EPOCHREALTIME/[.,]/}
  printf '%s' "$((us / 1000))"
}

# seconds_since MS: like 3.2
seconds_since() {
  local ms=$(($(now_ms) - $1))
  printf '%d.%d' "$((ms / 1000))" "$((ms % 1000 / 100))"
}

# done_line WHAT MS: a step that is done, and how long it took.
done_line() { printf '  %-58s %6s s\n' "$1" "$(seconds_since "$2")"; }

# pause [SECONDS]: the one place that waits between two looks at a condition; without a process, on a pipe in which nothing ever is.
pause() {
  [[ -n "${PAUSE_FD:-}" ]] || exec {PAUSE_FD}<> <(:)
  read -rt "${1:-0.1}" -u "$PAUSE_FD" _ || true
}

on_terminal() { [[ -t 0 && -t 1 ]]; }

# table HEAD LINES: fields between tabs, as columns.
table() {
  printf '%s\n' "$1" "$2" | awk -F '\t' '
    { row[NR] = $0; for (i = 1; i < NF; i++) if (length($i) > width[i]) width[i] = length($i) }
    END { for (r = 1; r <= NR; r++) {
      n = split(row[r], field, "\t")
      for (i = 1; i < n; i++) printf("%-" width[i] "s  ", field[i])
      print field[n] } }'
}
