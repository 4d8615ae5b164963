# shellcheck shell=bash
# refund ORDER: gives the money of a paid order's units back, and the units to the sale where they came back, too.

verb_refund() {
  local order=${1:-} units=null restock=false reason='' key='' answer
  [[ "$order" =~ ^[0-9a-z]{1,13}-[0-9a-z]{1,18}$ ]] || misuse "'$order' is not the id of an order."
  shift
  while [[ $# -gt 0 ]]; do
    case $1 in
      --restock)
        restock=true
        shift
        continue
        ;;
      --units | --reason | --key) [[ $# -ge 2 ]] || misuse "$1 needs a value." ;;
      *) misuse "refund does not know '$1'; it takes --units, --restock, --reason and --key." ;;
    esac
    case $1 in
      --units)
        [[ "$2" =~ ^[1-9][0-9]{0,2}$ ]] || misuse "--units is '$2', not a number from 1 to 999."
        units=$2
        ;;
      --reason) reason=$2 ;;
      --key) key=$2 ;;
    esac
    shift 2
  done
  [[ -n "$reason" && ${#reason} -le 255 ]] || misuse "--reason says why, in 1 to 255 characters."
  [[ -n "$key" ]] || key=$(cat /proc/sys/kernel/random/uuid)
  say "Refund key $key: the same line with --key $key is the same refund, also where no answer came."
  answer=$(call "$FLASHSALE_CONSUMER_PORT" curl-internal -X POST -H 'Content-Type: application/json' \
    --data "{\"requestID\":$(json_string "$key"),\"units\":$units,\"restock\":$restock,\"reason\":$(json_string "$reason"),\"by\":$(json_string "$(id -un)")}" \
    "http://127.0.0.1:$FLASHSALE_CONSUMER_PORT/internal/orders/$order/refunds") || exit 1
  say_refund "$order" "$answer"
}

say_refund() {
  local amount units
  amount=$(json_field amountMinor "$2") || die "The consumer answered something else: $2"
  units=$(json_field units "$2") || die "The consumer answered something else: $2"
  printf -v amount '%d.%02d' $((amount / 100)) $((amount % 100))
  say "Refund $(json_field refundID "$2"): $(json_field currency "$2") $amount for $units of order $1, which is $(json_field orderState "$2") now."
  if [[ "$(json_field restock "$2")" == true ]]; then say 'What came back is on sale again within some two seconds.'; fi
}
