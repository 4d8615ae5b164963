# shellcheck shell=bash
# buyers: accounts with signed sessions, for load plans; stock: whether the two stores agree.

verb_buyers() {
  local count=${1:-} level=1 prefix=b
  check_whole 'the number of buyers' "$count" 1 1000000
  shift
  while [[ $# -gt 0 ]]; do
    case $1 in
      --level) level=${2:-} ;;
      --prefix) prefix=${2:-} ;;
      *) misuse "buyers does not know '$1'." ;;
    esac
    [[ $# -ge 2 ]] || misuse "$1 needs a value."
    shift 2
  done
  check_whole --level "$level" 0 1000000
  [[ "$prefix" =~ ^[A-Za-z0-9_-]{1,40}$ ]] || misuse "--prefix is '$prefix'; it is 1 to 40 of A-Z a-z 0-9 _ -."
  [[ "$FLASHSALE_PROFILE" != production ]] || die 'The production profile gives no sessions away without a login.' 'Use FLASHSALE_PROFILE=demo.'
  internal -X POST -H 'Content-Type: application/json' \
    --data "{\"count\":$count,\"level\":$level,\"prefix\":\"$prefix\"}" \
    "http://127.0.0.1:$FLASHSALE_BACKEND_PORT/internal/buyers"
}

verb_stock() {
  [[ $# -eq 1 ]] || misuse 'stock takes one SKU.'
  check_sku "$1"
  internal "http://127.0.0.1:$FLASHSALE_BACKEND_PORT/internal/stock/$1"
}

internal() { call "$FLASHSALE_BACKEND_PORT" curl-internal "$@"; }
