# shellcheck shell=bash
# dlq list|show|replay|discard: messages that could not become orders, kept by the order consumer with their reason.

verb_dlq() {
  local action=${1:-}
  [[ $# -eq 0 ]] || shift
  case $action in
    list) dlq_list "$@" ;;
    show) dlq_show "$@" ;;
    replay) dlq_replay "$@" ;;
    discard) dlq_discard "$@" ;;
    '') misuse 'dlq takes list, show, replay or discard.' ;;
    *) misuse "dlq does not know '$action'; it takes list, show, replay or discard." ;;
  esac
}

dlq_list() {
  local all=0 lines
  parse_flags all -- "$@"
  lines=$(parked GET "?resolved=$([[ $all -eq 1 ]] && printf true || printf false)" -H 'Accept: text/plain') || exit 1
  if [[ -z "$lines" ]]; then
    say 'Nothing is parked.'
    return
  fi
  table $'ID\tPARKED\tSTATE\tORDER\tREASON' "$lines"
}

dlq_show() {
  [[ $# -eq 1 ]] || misuse 'dlq show takes the id of a parked message.'
  check_message "$1"
  parked GET "/$1"
}

dlq_replay() {
  local id ids lines failed=0
  [[ $# -eq 1 ]] || misuse 'dlq replay takes the id of a parked message, or --all.'
  if [[ "$1" == --all ]]; then
    lines=$(parked GET '?resolved=false' -H 'Accept: text/plain') || exit 1
    ids=$(cut -f 1 <<<"$lines")
    [[ -n "$ids" ]] || say 'Nothing is parked.'
  else
    check_message "$1"
    ids=$1
  fi
  for id in $ids; do dlq_replay_one "$id" || failed=1; done
  return "$failed"
}

dlq_replay_one() {
  local answer outcome
  answer=$(parked POST "/$1/replay" --data "{\"by\":$(json_string "$(id -un)")}") || return 1
  outcome=$(json_field outcome "$answer") || die "The consumer answered something else: $answer"
  case $outcome in
    ORDER) say "$1 is an order now: $(json_field orderID "$answer")" ;;
    REJECTED) say "$1 became a rejected order, which says why: $(json_field orderID "$answer")" ;;
    ALREADY) say "$1 was settled before: $(json_field resolution "$answer")" ;;
    *)
      warn "$1 cannot become an order still: $(json_field reason "$answer")"
      return 1
      ;;
  esac
}

dlq_discard() {
  local id=${1:-} why='' answer outcome
  [[ $# -eq 3 && "$2" == --why ]] || misuse "dlq discard takes the id of a parked message and --why 'the reason'."
  why=$3
  check_message "$id"
  [[ -n "$why" && ${#why} -le 255 ]] || misuse '--why is the reason, in 1 to 255 characters.'
  answer=$(parked POST "/$id/discard" --data "{\"by\":$(json_string "$(id -un)"),\"why\":$(json_string "$why")}") || exit 1
  outcome=$(json_field outcome "$answer") || die "The consumer answered something else: $answer"
  if [[ "$outcome" == ALREADY ]]; then
    say "$id was settled before: $(json_field resolution "$answer")"
  else
    say "$id is discarded; what was held for it goes back on sale."
  fi
}

check_message() { [[ "$1" =~ ^[1-9][0-9]{0,17}$ ]] || misuse "'$1' is not the id of a parked message; ./flashsale dlq list shows them."; }

# parked METHOD PATH CURL-ARGUMENT…
parked() {
  local method=$1 path=$2
  shift 2
  call "$FLASHSALE_CONSUMER_PORT" curl-internal -X "$method" -H 'Content-Type: application/json' "$@" \
    "http://127.0.0.1:$FLASHSALE_CONSUMER_PORT/internal/parked$path"
}
