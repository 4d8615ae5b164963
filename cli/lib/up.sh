# shellcheck shell=bash
# up: from a checkout to a system that sells.

verb_up() {
  local began yes=0
  parse_flags yes -- "$@"
  began=$(now_ms)
  prepare_home
  lock_home
  make_secrets
  clean_environment
  say "Starting under $FLASHSALE_HOME"
  together start_queue 'ensure_part redis' 'ensure_part mysql' || exit 1
  say "All is up after $(seconds_since "$began") s."
}

start_queue() {
  ensure_part namesrv
  ensure_part broker
  make_topic
}
