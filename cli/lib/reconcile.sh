# shellcheck shell=bash
# reconcile: proves that MySQL and Redis agree about every live item, order by order, or says where they do not.

verb_reconcile() {
  local lines
  if [[ "${1:-}" == --approve ]]; then
    reconcile_approve "${@:2}"
    return
  fi
  local dry=0
  case "$*" in
    '') ;;
    --dry-run) dry=1 ;;
    *) misuse 'reconcile takes --dry-run, or --approve and the id of a finding.' ;;
  esac
  lines=$(findings POST "/reconcile?dryRun=$([[ $dry -eq 1 ]] && printf true || printf false)") || exit 1
  if [[ -z "$lines" ]]; then
    say 'No item is live.'
  else
    table $'SKU\tOUTCOME\tKIND\tORDER\tDETAIL' "$lines"
  fi
  lines=$(findings GET /findings) || exit 1
  [[ -n "$lines" ]] || return 0
  say ''
  say 'These wait for a person; ./flashsale reconcile --approve ID repairs one, or takes it as it is:'
  table $'ID\tSKU\tKIND\tORDER\tDETAIL' "$lines"
  return 1
}

reconcile_approve() {
  local answer
  [[ $# -eq 1 && "$1" =~ ^[1-9][0-9]{0,17}$ ]] || misuse '--approve takes the id of a finding; ./flashsale reconcile shows them.'
  answer=$(call "$FLASHSALE_BACKEND_PORT" curl-internal -X POST -H 'Content-Type: application/json' \
    --data "{\"by\":$(json_string "$(id -un)")}" "http://127.0.0.1:$FLASHSALE_BACKEND_PORT/internal/findings/$1/approve") || exit 1
  say "$1 is $(json_field state "$answer")."
}

findings() {
  call "$FLASHSALE_BACKEND_PORT" curl-internal -X "$1" -H 'Accept: text/plain' "http://127.0.0.1:$FLASHSALE_BACKEND_PORT/internal$2"
}
