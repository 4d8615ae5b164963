# shellcheck shell=bash
# promo publish|pause|resume|end|topup|withdraw: the local operator's path to the CMS.

verb_promo() {
  local action=${1:-}
  [[ $# -eq 0 ]] || shift
  case $action in
    publish) promo_publish "$@" ;;
    pause | resume | end) promo_change "$action" "$@" ;;
    topup) promo_topup "$@" ;;
    withdraw) promo_withdraw "$@" ;;
    '') misuse 'promo takes publish, pause, resume, end, topup or withdraw.' ;;
    *) misuse "promo does not know '$action'; it takes publish, pause, resume, end, topup or withdraw." ;;
  esac
}

promo_publish() {
  local -A given=([opens]=now [hold]=30m [price]=0 [min-level]=0)
  local -a level_limits=()
  local json answer id
  read_publish_options "$@"
  check_publish_options
  json=$(publication_json)
  answer=$(cms POST /promos "$json") || exit 1
  id=$(json_field id "$answer") || die "The CMS answered something else than a promo: $answer"
  say "promo $id is published: ${given[sku]}, ${given[stock]} units at ${given[price]}, $(limit_words), from $(instant "$opens") to $(instant "$closes")$(carried_words "$answer")"
}

read_publish_options() {
  local name
  while [[ $# -gt 0 ]]; do
    [[ "$1" == --* ]] || misuse "'$1' is not an option of promo publish."
    name=${1#--}
    case $name in
      sku | stock | limit | opens | closes | hold | price | list-price | image | list | name | min-level | currency | level-limit) ;;
      *) misuse "promo publish does not know '$1'." ;;
    esac
    [[ $# -ge 2 ]] || misuse "$1 needs a value."
    if [[ $name == level-limit ]]; then level_limits+=("$2"); else given[$name]=$2; fi
    shift 2
  done
}

# Sets opens, closes and hold in seconds. The CMS checks again; here the words are the options'.
check_publish_options() {
  local option pair
  for option in sku stock closes; do
    [[ -n "${given[$option]+x}" ]] || misuse "promo publish needs --$option."
  done
  check_sku "${given[sku]}"
  check_whole --stock "${given[stock]}" 1 10000000
  check_whole --price "${given[price]}" 0 100000000000
  [[ -z "${given[list-price]+x}" ]] || check_whole --list-price "${given[list-price]}" 0 100000000000
  [[ -z "${given[image]+x}" ]] || check_whole --image "${given[image]}" 1 9999999999
  [[ -z "${given[list]+x}" ]] || check_whole --list "${given[list]}" 1 9999999999
  check_whole --min-level "${given[min-level]}" 0 1000000
  [[ -z "${given[limit]+x}" ]] || check_whole --limit "${given[limit]}" 1 100
  for pair in "${level_limits[@]}"; do
    [[ "$pair" =~ ^[0-9]{1,7}=[0-9]{1,3}$ && "${pair#*=}" -le 100 ]] ||
      misuse "--level-limit is '$pair'; it is LEVEL=UNITS with 0 to 100 units, like 3=5."
  done
  opens=$(epoch_of "${given[opens]}") || misuse "--opens is '${given[opens]}'; it is now, +10m, or a time with its zone like 2026-11-20T12:00:00Z."
  closes=$(epoch_of "${given[closes]}") || misuse "--closes is '${given[closes]}'; it is +1h, or a time with its zone like 2026-11-20T13:00:00Z."
  [[ "$closes" -gt "$opens" ]] || misuse "the promo would end before it opens: --opens ${given[opens]}, --closes ${given[closes]}."
  [[ "$closes" -gt "$EPOCHSECONDS" ]] || misuse "the promo would have ended already: --closes ${given[closes]}."
  hold=$(seconds_of "${given[hold]}") || misuse "--hold is '${given[hold]}'; it is a time span like 30m, 90s or 1h."
  [[ "$hold" -ge 1 && "$hold" -le 604800 ]] || misuse "--hold is '${given[hold]}'; it is from 1s to 7d."
}

check_sku() {
  [[ "$1" =~ ^[A-Za-z0-9_-]{1,64}$ ]] || misuse "'$1' is not a SKU: 1 to 64 of A-Z a-z 0-9 _ -."
}

# check_whole OPTION VALUE LEAST MOST
check_whole() {
  [[ "$2" =~ ^(0|[1-9][0-9]{0,12})$ && "$2" -ge $3 && "$2" -le $4 ]] ||
    misuse "$1 is '$2'; it is a whole number from $3 to $4."
}

# Drafted and published in one transaction: what is refused leaves no draft behind. Without --level-limit nothing is said of
# levels, and the SKU's policy stays as it is.
publication_json() {
  local name=${given[name]:-${given[sku]}} levels='' pair
  for pair in "${level_limits[@]}"; do levels+="${levels:+,}\"${pair%=*}\":${pair#*=}"; done
  [[ -z "$levels" ]] || levels=",\"levelLimits\":{$levels}"
  printf '{"publish":true,"name":%s,"description":"","opensAt":"%s","closesAt":"%s","items":[{"sku":"%s","name":%s,"priceMinor":%s,' \
    "$(json_string "$name")" "$(instant "$opens")" "$(instant "$closes")" "${given[sku]}" "$(json_string "$name")" "${given[price]}"
  [[ -z "${given[list-price]+x}" ]] || printf '"listPriceMinor":%s,' "${given[list-price]}"
  [[ -z "${given[image]+x}" ]] || printf '"image":%s,' "${given[image]}"
  [[ -z "${given[list]+x}" ]] || printf '"list":%s,' "${given[list]}"
  printf '"currency":"%s","published":%s,"holdSeconds":%s,"quantityLimit":%s,"minLevel":%s%s}]}' \
    "${given[currency]:-CNY}" "${given[stock]}" "$hold" "${given[limit]:-null}" "${given[min-level]}" "$levels"
}

limit_words() {
  if [[ -n "${given[limit]:-}" ]]; then printf '%s a buyer' "${given[limit]}"; else printf 'no limit a buyer'; fi
}

# 202: MySQL has it and owes it to Redis, where buying looks.
carried_words() {
  [[ "$(json_field carried "$1")" == false ]] || return 0
  printf ' (not yet carried to Redis: is the backend well? ./flashsale status)'
}

promo_change() {
  local action=$1 answer done_words
  shift
  [[ $# -eq 1 ]] || misuse "promo $action takes one SKU."
  check_sku "$1"
  answer=$(cms POST "/items/$1/$action") || exit 1
  case $action in pause) done_words=paused ;; resume) done_words='on sale again' ;; end) done_words=ended ;; esac
  say "$1 is $done_words$(carried_words "$answer")"
}

promo_topup() {
  local answer
  [[ $# -eq 2 ]] || misuse 'promo topup takes a SKU and a number of units.'
  check_sku "$1"
  check_whole 'the number of units' "$2" 1 10000000
  # The id makes a repeated call harmless; each call of this verb means a new top-up.
  answer=$(cms POST "/items/$1/topup" "{\"add\":$2,\"requestID\":\"$(openssl rand -hex 12)\"}") || exit 1
  say "$1 has $2 units more$(carried_words "$answer")"
}

# Takes units off sale that nobody has; who has one keeps it.
promo_withdraw() {
  local -A given=([key]='' [reason]='')
  local sku units answer
  [[ $# -ge 2 && "$1" != --* && "$2" != --* ]] || misuse 'promo withdraw takes a SKU and a number of units.'
  sku=$1 units=$2
  shift 2
  while [[ $# -gt 0 ]]; do
    case $1 in
      --reason | --key) [[ $# -ge 2 ]] || misuse "$1 needs a value." ;;
      *) misuse "promo withdraw does not know '$1'; it takes --reason and --key." ;;
    esac
    given[${1#--}]=$2
    shift 2
  done
  check_sku "$sku"
  check_whole 'the number of units' "$units" 1 10000000
  [[ "${given[reason]}" =~ [^[:space:]] && ${#given[reason]} -le 255 ]] || misuse '--reason says why, in 1 to 255 characters.'
  [[ -n "${given[key]}" ]] || given[key]=$(openssl rand -hex 12)
  [[ "${given[key]}" =~ ^[A-Za-z0-9_-]{1,64}$ ]] || misuse "--key is '${given[key]}'; it is 1 to 64 of A-Z a-z 0-9 _ -."
  say "Withdrawal key ${given[key]}: the same line with --key ${given[key]} is the same withdrawal, also where no answer came."
  answer=$(cms POST "/items/$sku/withdraw" \
    "{\"units\":$units,\"requestID\":\"${given[key]}\",\"reason\":$(json_string "${given[reason]}")}") || exit 1
  if [[ "$(json_field state "$answer")" == WITHDRAWN ]]; then
    say "$units units of $sku are withdrawn; $(json_field published "$answer") stay published."
    return
  fi
  warn "The withdrawal of $units units of $sku is under way and may still be refused: is the backend well? ./flashsale status"
  exit 1
}

# cms METHOD PATH [JSON]: prints the answer; an error becomes its own words.
cms() {
  local answer
  answer=$(call "$FLASHSALE_CMS_PORT" curl-operator -X "$1" -H 'Content-Type: application/json' \
    --data "${3:-{\}}" "http://127.0.0.1:$FLASHSALE_CMS_PORT/api/admin$2") && printf '%s' "$answer"
}
