# shellcheck shell=bash
# As much JSON as the verbs need, for machines without jq: writing strings, and reading a scalar of a flat object.

json_string() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\t'/\\t}
  text=${text//$'\n'/\\n}
  text=${text//$'\r'/\\r}
  printf '"%s"' "$text"
}

# json_field NAME JSON: the first value of that name, a string without its quotes; fails if there is none.
json_field() {
  local string="\"$1\" *: *\"(([^\"\\\\]|\\\\.)*)\"" scalar="\"$1\" *: *([0-9.eE+-]+|true|false|null)"
  if [[ "$2" =~ $string ]]; then
    local value=${BASH_REMATCH[1]}
    value=${value//\\\"/\"}
    value=${value//\\n/ }
    printf '%s' "${value//\\\\/\\}"
    return
  fi
  [[ "$2" =~ $scalar ]] || return 1
  printf '%s' "${BASH_REMATCH[1]}"
}
