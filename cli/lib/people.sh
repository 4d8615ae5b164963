# shellcheck shell=bash
# people add|reset: who may log in to the CMS. Its pages do the same for administrators; this is for the first one, and for who is locked out.

FIRST_PERSON=admin

verb_people() {
  local action=${1:-}
  [[ $# -eq 0 ]] || shift
  case $action in
    add) people_add "$@" ;;
    reset) people_reset "$@" ;;
    '') misuse 'people takes add or reset.' ;;
    *) misuse "people does not know '$action'; it takes add or reset." ;;
  esac
}

people_add() {
  [[ $# -eq 2 ]] || misuse 'people add takes a name and a role, as: people add lin editor'
  local name=$1 answer
  answer=$(cms POST /people "{\"name\":$(json_string "$name"),\"role\":$(json_string "${2^^}")}") || exit 1
  say_password "$name" "$answer"
}

people_reset() {
  [[ $# -eq 1 ]] || misuse 'people reset takes a name.'
  local name=$1 answer
  [[ "$name" =~ ^[a-z][a-z0-9._-]{1,31}$ ]] || misuse "'$name' is no name of a person."
  answer=$(cms POST "/people/$name/password" '{}') || exit 1
  say_password "$name" "$answer"
}

say_password() {
  say "$1 logs in at $(cms_pages) with $(json_field password "$2")"
  say 'It is shown this once, and good for choosing another.'
}

cms_pages() { printf 'http://127.0.0.1:%s/' "$FLASHSALE_CMS_PORT"; }

# Sets FIRST_PASSWORD where nobody works here yet; else it is empty.
add_first_person() {
  local answer
  FIRST_PASSWORD=''
  answer=$(cms GET /people) || exit 1
  [[ "$answer" == *'"people":[]'* ]] || return 0
  answer=$(cms POST /people "{\"name\":\"$FIRST_PERSON\",\"role\":\"ADMINISTRATOR\"}") || exit 1
  FIRST_PASSWORD=$(json_field password "$answer")
}

how_to_log_in() {
  if [[ -n "$FIRST_PASSWORD" ]]; then
    printf '(log in as %s with %s, which is shown this once)' "$FIRST_PERSON" "$FIRST_PASSWORD"
  else
    printf '(forgotten the password? ./flashsale people reset %s)' "$FIRST_PERSON"
  fi
}
