# shellcheck shell=bash
# Times as people say them: now, +1h30m, 2026-11-20T12:00:00Z; and spans: 30m, 90s, 1h.

# seconds_of SPAN: 5400 for 1h30m.
seconds_of() {
  local rest=$1 total=0
  [[ -n "$rest" ]] || return 1
  while [[ "$rest" =~ ^([0-9]{1,6})([smhd])(.*)$ ]]; do
    case ${BASH_REMATCH[2]} in
      s) total=$((total + 10#${BASH_REMATCH[1]})) ;;
      m) total=$((total + 10#${BASH_REMATCH[1]} * 60)) ;;
      h) total=$((total + 10#${BASH_REMATCH[1]} * 3600)) ;;
      d) total=$((total + 10#${BASH_REMATCH[1]} * 86400)) ;;
    esac
    rest=${BASH_REMATCH[3]}
  done
  [[ -z "$rest" ]] && printf '%s' "$total"
}

# epoch_of TIME: seconds since 1970; + counts from now. A time without a zone would mean another moment on another
# machine, so it is refused.
epoch_of() {
  local span
  case $1 in
    now) printf '%s' "$EPOCHSECONDS" ;;
    +*)
      span=$(seconds_of "${1#+}") || return 1
      printf '%s' "$((EPOCHSECONDS + span))"
      ;;
    *)
      [[ "$1" =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})$ ]] || return 1
      date -d "$1" +%s 2>/dev/null
      ;;
  esac
}

# instant EPOCH: as the services read it.
instant() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }
