# shellcheck shell=bash
# shellcheck disable=SC2034 # the tests read them
# What the tests say about what they see. SCRATCH is a test's own folder, removed afterwards.

for part in "$ROOT"/cli/lib/*.sh; do
  # shellcheck source=/dev/null
  source "$part"
done

# cli ARGUMENT…: runs the command; OUT is all it said, CODE how it ended.
cli() {
  CODE=0
  OUT=$("$ROOT/flashsale" "$@" 2>&1) || CODE=$?
}

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

equals() { [[ "$1" == "$2" ]] || fail "expected: $2
but was:  $1"; }

says() { [[ "$OUT" == *"$1"* ]] || fail "expected to be said: $1
but said: $OUT"; }

ends_with() { [[ "$CODE" == "$1" ]] || fail "expected exit code $1, but was $CODE; said: $OUT"; }

# fails_saying WORDS COMMAND…: in a shell of its own.
fails_saying() {
  local words=$1
  shift
  if OUT=$("$@" 2>&1); then fail "it went on, saying: $OUT"; fi
  says "$words"
}

# within SECONDS COMMAND…: becomes true in time.
within() {
  local deadline=$((EPOCHSECONDS + $1))
  shift
  until "$@"; do
    [[ "$EPOCHSECONDS" -lt "$deadline" ]] || fail "did not come true in time: $*"
    pause
  done
}

gone() { ! lives "$1"; }

# load [NAME=VALUE…]: the settings, as a verb sees them.
load() {
  local assignment
  for assignment in "$@"; do export "${assignment?}"; done
  load_settings
}
