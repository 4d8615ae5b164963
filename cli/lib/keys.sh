# shellcheck shell=bash
# keys list|rotate|drop: the keys of session tokens, while everything goes on. The first line of secrets/session-keys signs, all verify: a new
# key is known everywhere before it signs anything, and an old one verifies until it is dropped. The edge reads the file when it is told
# to reload, the backend each second; both say in their metrics which keys they know.

verb_keys() {
  local action=${1:-}
  [[ $# -eq 0 ]] || shift
  case $action in
    list) keys_list "$@" ;;
    rotate) keys_rotate "$@" ;;
    drop) keys_drop "$@" ;;
    '') misuse 'keys takes list, rotate or drop.' ;;
    *) misuse "keys does not know '$action'; it takes list, rotate or drop." ;;
  esac
}

key_lines() { grep -vE '^[[:space:]]*(#|$)' -- "$SECRETS/session-keys"; }
key_ids() { key_lines | awk '{ print $1 }'; }

lock_keys() {
  [[ -s "$SECRETS/session-keys" ]] || die 'There are no keys here yet.' 'Run ./flashsale up first.'
  lock_home
}

keys_list() {
  no_arguments "$@"
  [[ -s "$SECRETS/session-keys" ]] || die 'There are no keys here yet.' 'Run ./flashsale up first.'
  table $'KID\tUSE' "$(key_ids | awk -v OFS='\t' '{ print $1, NR == 1 ? "signs and verifies" : "verifies" }')"
}

keys_rotate() {
  local kid old
  no_arguments "$@"
  lock_keys
  printf -v kid 'k%(%Y%m%dT%H%M%S)T' -1
  old=$(key_ids | head -n 1)
  ! key_ids | grep -qxF -- "$kid" || die "There is a key of this second already." 'Try again.'
  { key_lines && printf '%s %s\n' "$kid" "$(openssl rand -base64 48 | tr -d '\n')"; } | keep_secret session-keys
  tell_keys
  await_key "$kid" 1
  { key_lines | grep -- "^$kid " && key_lines | grep -v -- "^$kid "; } | keep_secret session-keys
  await_signing "$kid"
  say "$kid signs now; $old and older keys verify still, so nobody is logged out."
  say "When a session lasts no longer ($(session_span)), or at once if it is not secret any more: ./flashsale keys drop $old"
}

keys_drop() {
  local kid=${1:-}
  [[ $# -eq 1 ]] || misuse 'keys drop takes the name of a key; ./flashsale keys list has them.'
  lock_keys
  key_ids | grep -qxF -- "$kid" || die "There is no key '$kid'." './flashsale keys list has those that there are.'
  [[ "$kid" != "$(key_ids | head -n 1)" ]] || die "$kid signs: without it nobody could log in." 'Rotate first: ./flashsale keys rotate'
  key_lines | grep -v -- "^$kid " | keep_secret session-keys
  tell_keys
  await_key "$kid" 0
  say "$kid is not known any more. Whoever's token it signed logs in again."
}

session_span() { printf '%s' "${FLASHSALE_ACCOUNT_SESSION_TTL:-30d}"; }

# tell_keys: until the workers that began before are gone, who answer what they have in hand by the keys that they know.
tell_keys() {
  local pid worker deadline=$((EPOCHSECONDS + 30))
  local -a before
  pid=$(part_pid edge) || return 0
  mapfile -t before < <(session_pids "$pid" "$(edge_ticks)" | grep -vxF -- "$pid")
  kill -HUP "$pid"
  for worker in "${before[@]}"; do
    while lives "$worker" && [[ $EPOCHSECONDS -lt $deadline ]]; do pause 0.2; done
  done
}

edge_ticks() {
  local _ ticks
  read -r _ ticks _ <"$PIDS/edge" && printf '%s' "$ticks"
}

# settle_keys: an edge that runs and has not heard of the file's keys, as after somebody put back an older one, is told.
settle_keys() {
  local known
  part_lives edge || return 0
  known=$(curl -fsS --noproxy '*' --max-time 2 "http://127.0.0.1:$FLASHSALE_EDGE_PORT/metrics" 2>/dev/null | sed -n 's/^flashsale_edge_session_keys{kid="\([^"]*\)"}.*/\1/p') || return 0
  [[ "$(LC_ALL=C sort <<<"$known")" == "$(key_ids | LC_ALL=C sort)" ]] || tell_keys
}

# await_key KID 0|1: until every part that runs knows it, or none does.
await_key() {
  local kid=$1 wanted=$2 deadline=$((EPOCHSECONDS + 30)) known part
  for part in edge backend; do
    part_lives "$part" || continue
    until known=$(keys_known "$part" "kid=\"$kid\"") && [[ "$known" == "$wanted" ]]; do
      [[ $EPOCHSECONDS -lt $deadline ]] || die "The $part has not taken up its keys within 30 s." "Its log: $LOGS/$part.log. Nothing signs by a key that is not known everywhere."
      pause 0.2
    done
  done
}

await_signing() {
  local deadline=$((EPOCHSECONDS + 30)) known
  part_lives backend || return 0
  until known=$(keys_known backend "kid=\"$1\",signs=\"true\"") && [[ "$known" == 1 ]]; do
    [[ $EPOCHSECONDS -lt $deadline ]] || die 'The backend has not taken up its keys within 30 s.' "Its log: $LOGS/backend.log"
    pause 0.2
  done
}

# keys_known PART LABELS: of its metrics, how many keys it has with these.
keys_known() {
  local port="FLASHSALE_${1^^}_PORT" text
  text=$(curl -fsS --noproxy '*' --max-time 2 "http://127.0.0.1:${!port}/metrics" 2>/dev/null) || return 1
  grep -c "^flashsale_\(edge_\)\?session_keys{$2" <<<"$text" || true
}
