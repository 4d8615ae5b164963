# shellcheck shell=bash
# Calls to the services with the operator's credentials, and what an error of theirs looks like on a terminal.

# call PORT CREDENTIAL CURL-ARGUMENT…: prints the body; anything but success is told and fails.
call() {
  local port=$1 credential=$2 body="$FLASHSALE_HOME/tmp/answer.$BASHPID" status code=0
  shift 2
  [[ -f "$SECRETS/$credential" ]] || die 'Nothing is running here yet.' 'Run ./flashsale up first.'
  status=$(curl -sS --noproxy '*' --max-time 300 --config "$SECRETS/$credential" -o "$body" -w '%{http_code}' "$@" 2>"$body.error") || code=$?
  if [[ $code -ne 0 ]]; then
    status=$(head -n 1 -- "$body.error")
    rm -f -- "$body" "$body.error"
    die "Nobody answers on port $port: $status" 'See ./flashsale status; ./flashsale up repairs what died.'
  fi
  if [[ "$status" == 2?? ]]; then awk 1 "$body"; else code=1; fi
  [[ $code -eq 0 ]] || explain_problem "$status" "$(head -c 4096 -- "$body")"
  rm -f -- "$body" "$body.error"
  return "$code"
}

explain_problem() {
  local words code field
  words=$(json_field detail "$2") || words=$(json_field title "$2") || words="answered $1: ${2:0:200}"
  code=$(json_field code "$2") || code=''
  field=$(json_field field "$2") && [[ "$field" != null ]] || field=''
  warn "${field:+$field: }$words${code:+ ($code)}"
}
