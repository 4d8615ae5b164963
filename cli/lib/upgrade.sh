# shellcheck shell=bash
# upgrade: from the version that runs in the home to that of this checkout, one part after the other, while it sells. docs/upgrade.md says
# what has to hold for that, and what is not held up by it.

# Who reads comes before who writes: the stores, the consumer, which migrates the tables and reads what a new backend sends, the backend,
# which loads the functions that a new edge calls, the edge, and last the CMS, which publishes pages that ask the new edge. The stores are replaced
# only where they changed themselves.
UPGRADE_ORDER=(namesrv broker redis mysql consumer backend sandbox edge cms)
declare -A UPGRADE_SERVICE=([consumer]=order-consumer [backend]=backend [cms]=cms-admin [sandbox]=payment-sandbox)
declare -A UPGRADE_SENTENCE=(
  [namesrv]='Name server: nobody notices.'
  [broker]='Broker: until it is back, buyers hear that it is busy, or that their order is on its way.'
  [redis]='Redis: nothing is sold until the backend has built its contents anew from MySQL.'
  [mysql]='MySQL: orders wait in the queue until it is back.'
  [consumer]='Consumer: it migrates the tables; orders wait in the queue until it is back.'
  [backend]='Backend: until it is back, buyers hear that it is busy; a new function library costs a rebuild of Redis as well.'
  [cms]='CMS: operators wait until it is back.'
  [sandbox]='Payment sandbox: payments wait until it is back.'
  [edge]='Edge: connections are closed, and let in again at once.'
  [prometheus]='Prometheus: nobody notices.'
)

verb_upgrade() {
  local yes=0 back=0 began argument part
  local -a flags=() asked=() plan=()
  for argument in "$@"; do
    if [[ "$argument" == --* ]]; then flags+=("$argument"); else asked+=("$argument"); fi
  done
  parse_flags yes back -- "${flags[@]}"
  ! monitored || UPGRADE_ORDER+=(prometheus)
  for part in "${asked[@]}"; do
    [[ " ${UPGRADE_ORDER[*]} " == *" $part "* ]] || misuse "'$part' is no part; they are: ${UPGRADE_ORDER[*]}."
  done
  check_profile
  any_part_lives || die "Nothing runs under $FLASHSALE_HOME." 'Run ./flashsale up: it starts the version of this checkout with the data that are there.'
  began=$(now_ms)
  prepare_home
  lock_home
  ensure_packages "$yes" "$NEEDED_TO_RUN"
  claim_all_ports
  make_secrets
  clean_environment
  build_jars
  exec 7>&-
  mapfile -t plan < <(upgrade_plan "$back" "${asked[@]}")
  for part in "${plan[@]}"; do upgrade_part "$part" "$back"; done
  say "Upgraded to $(checkout_version) after $(seconds_since "$began") s."
}

any_part_lives() {
  local part
  for part in "${PARTS[@]}"; do ! part_lives "$part" || return 0; done
  return 1
}

# upgrade_plan BACK [PART…]: the parts in their order, a line each. Back to an older version it is the other way round.
upgrade_plan() {
  local back=$1 part
  local -a order=()
  shift
  for part in "${UPGRADE_ORDER[@]}"; do
    [[ $# -eq 0 || " $* " == *" $part "* ]] || continue
    if [[ "$back" == 1 ]]; then order=("$part" "${order[@]}"); else order+=("$part"); fi
  done
  printf '%s\n' "${order[@]}"
}

# upgrade_part PART BACK. A service's program is taken only now: those that were not replaced yet keep theirs.
upgrade_part() {
  local part=$1 back=$2 BEFORE_REPLACING=${UPGRADE_SENTENCE[$1]}
  [[ -z "${UPGRADE_SERVICE[$part]:-}" ]] ||
    take_service "$(cat -- "$ROOT/target/built/fingerprint")" "${UPGRADE_SERVICE[$part]}"
  [[ "$part:$back" != backend:1 ]] || ! library_is_newer || forget_library
  ensure_part "$part"
  [[ "$part" != broker ]] || make_topic
}

# A backend neither loads its library over a newer one nor rebuilds under it, since a newer backend is there then; after a way back there
# is none.
library_is_newer() {
  local there own
  there=$(redis_client FCALL_RO version 0 2>/dev/null) && [[ "$there" =~ ^[0-9]+$ ]] || return 1
  own=$(sed -n 's/^local VERSION = \([0-9]*\)$/\1/p' "$ROOT/edge-lua/redis/flashsale.lua")
  [[ "$there" -gt "$own" ]]
}

forget_library() {
  say 'The function library in Redis is of a newer version: it is taken away, and the backend loads its own.'
  end_part backend 10
  redis_client -e FUNCTION DELETE flashsale >/dev/null || die 'Redis did not let it go.' 'See ./flashsale logs redis.'
}
