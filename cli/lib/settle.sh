# shellcheck shell=bash
# settle PROMO: what a promo came to when it is over, as JSON; as a page and as the list of its orders where a file is named.

verb_settle() {
  local promo=${1:-} page='' orders='' report
  [[ "$promo" =~ ^[1-9][0-9]{0,17}$ ]] || misuse "settle takes the id of a promo, as promo publish told it, not '$promo'."
  shift
  while [[ $# -gt 0 ]]; do
    [[ $# -ge 2 ]] || misuse "$1 needs a value."
    case $1 in
      --page) page=$2 ;;
      --orders) orders=$2 ;;
      *) misuse "settle does not know '$1'; it takes --page and --orders, each with a file." ;;
    esac
    shift 2
  done
  report=$(settlement "$promo" 'application/json') || exit 1
  if [[ -n "$page" ]]; then settlement "$promo" 'text/html' >"$page" || exit 1; fi
  if [[ -n "$orders" ]]; then
    settlement "$promo/orders" 'text/csv' >"$orders" || exit 1
    [[ "$report" == *"\"sha256\":\"$(sha256sum <"$orders" | cut -d ' ' -f 1)\"}"* ]] ||
      die "$orders is not the list that the report speaks of." 'Something happened to an order meanwhile: settle again.'
  fi
  printf '%s\n' "$report"
  [[ "$report" == *'"differences":[]'* ]] || die 'The books do not add up: see "differences".'
}

# settlement PROMO[/orders] TYPE
settlement() {
  local path="${1%%/*}/settlement"
  [[ "$1" == */orders ]] && path+=/orders
  call "$FLASHSALE_CMS_PORT" curl-operator -H "Accept: $2" "http://127.0.0.1:$FLASHSALE_CMS_PORT/api/admin/promos/$path"
}
