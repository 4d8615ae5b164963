# shellcheck shell=bash
# What can be set: by the environment, else by `.env` at the root, else the default here. .env.example lists the same.
#
# `.env` is read, never executed: KEY=VALUE lines, # comments, a value may stand in quotes. A line that is not that, or
# a key that nobody reads, stops the command with its number.

# name | kind | default
SETTINGS='
FLASHSALE_HOME|path|
FLASHSALE_PROFILE|profile|demo
FLASHSALE_DURABILITY|durability|default
FLASHSALE_LOG|log|text
FLASHSALE_EDGE_PORT|port|8080
FLASHSALE_BACKEND_PORT|port|8081
FLASHSALE_CONSUMER_PORT|port|8082
FLASHSALE_CMS_PORT|port|8083
FLASHSALE_SANDBOX_PORT|port|8084
FLASHSALE_MYSQL_PORT|port|13306
FLASHSALE_REDIS_PORT|port|16379
FLASHSALE_NAMESRV_PORT|port|19876
FLASHSALE_BROKER_PORT|port|20911
FLASHSALE_PROMETHEUS_PORT|port|19090
FLASHSALE_MYSQL_BUFFER_MB|megabytes|128
FLASHSALE_REDIS_MEMORY_MB|megabytes|2048
FLASHSALE_BACKEND_HEAP_MB|megabytes|384
FLASHSALE_CONSUMER_HEAP_MB|megabytes|256
FLASHSALE_CMS_HEAP_MB|megabytes|256
FLASHSALE_SANDBOX_HEAP_MB|megabytes|96
'
readonly SETTINGS

# Made by this command for its parts; accepted in the environment, never in `.env`.
COMPUTED=' FLASHSALE_ROOT FLASHSALE_REDIS_SOCKET FLASHSALE_ENV_FILE FLASHSALE_POLICY_RC_D '
readonly COMPUTED

# FLASHSALE_VIA_<FROM>_<TO>: the port, or the socket, by which one part reaches another; else the other's own. For tests that put a
# proxy in between, and accepted in the environment only. FLASHSALE_VIA_CLIENTS_BROKER is the loopback address that the broker tells.
readonly VIA='FLASHSALE_VIA_'

# What the parts read themselves: .env.example names it, the command hands it on.
TUNABLES=()

declare -A setting_kind=() setting_default=() setting_from=()

load_settings() {
  local name kind default
  while IFS='|' read -r name kind default; do
    [[ -n "$name" ]] || continue
    setting_kind[$name]=$kind
    setting_default[$name]=$default
    if [[ -n "${!name:-}" ]]; then setting_from[$name]='the environment'; fi
  done <<<"$SETTINGS"
  while IFS= read -r name; do
    [[ -z "${setting_kind[$name]+x}" ]] || continue
    TUNABLES+=("$name")
    setting_kind[$name]=text setting_default[$name]=''
  done < <(sed -n 's/^#\(FLASHSALE_[A-Z0-9_]*\)=.*/\1/p' "$ROOT/.env.example")
  warn_of_unknown_environment
  read_env_file "${FLASHSALE_ENV_FILE:-$ROOT/.env}"
  fill_in_defaults
  check_settings
  derive_paths
}

# A name in the environment may be another program's, so it is told and not refused.
warn_of_unknown_environment() {
  local name
  for name in $(compgen -e FLASHSALE_); do
    [[ -n "${setting_kind[$name]+x}" || "$COMPUTED" == *" $name "* || "$name" == "$VIA"* ]] ||
      warn "$name is in the environment, but is no setting of Flashsale; .env.example lists them."
  done
}

read_env_file() {
  local file=$1 line name value number=0
  [[ -e "$file" ]] || return 0
  [[ ! -d "$file" && -r "$file" ]] || die "$file cannot be read." "Make it a readable file, or remove it."
  while IFS= read -r line || [[ -n "$line" ]]; do
    number=$((number + 1))
    line=${line%$'\r'}
    [[ "$line" =~ ^[[:space:]]*(#.*)?$ ]] && continue
    [[ "$line" =~ ^[[:space:]]*([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] ||
      die ".env line $number is not KEY=VALUE: $line" "Mend the line, or put a # before it."
    name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
    [[ -n "${setting_kind[$name]+x}" ]] ||
      die ".env line $number sets $name, which is no setting of Flashsale." ".env.example lists them."
    value=$(unquote "$value") ||
      die ".env line $number has a quote that does not end: $line" "Close the quote, or leave both away."
    # The environment wins over the file.
    [[ -z "${!name:-}" ]] || continue
    printf -v "$name" '%s' "$value"
    setting_from[$name]=".env line $number"
  done <"$file"
}

unquote() {
  local value=$1
  if [[ "$value" =~ ^[[:space:]]*\"([^\"]*)\"[[:space:]]*$ || "$value" =~ ^[[:space:]]*\'([^\']*)\'[[:space:]]*$ ]]; then
    printf '%s' "${BASH_REMATCH[1]}"
    return
  fi
  [[ "$value" != [\"\']* ]] || return 1
  value=${value#"${value%%[![:space:]]*}"}
  value=${value%"${value##*[![:space:]]}"}
  printf '%s' "$value"
}

fill_in_defaults() {
  local name
  for name in "${!setting_kind[@]}"; do
    [[ -n "${!name:-}" ]] || printf -v "$name" '%s' "${setting_default[$name]}"
    export "${name?}"
  done
}

check_settings() {
  local name value from
  local -A port_of=()
  for name in "${!setting_kind[@]}"; do
    value=${!name} from=${setting_from[$name]:-its default}
    case ${setting_kind[$name]} in
      port)
        [[ "$value" =~ ^[1-9][0-9]{0,4}$ && "$value" -ge 1024 && "$value" -le 65535 ]] ||
          die "$name is '$value' (from $from), which is not a port from 1024 to 65535." "Give it a number like ${setting_default[$name]}."
        # That of Prometheus counts where it is wanted, when it is started.
        [[ "$name" != FLASHSALE_PROMETHEUS_PORT ]] || continue
        [[ -z "${port_of[$value]+x}" ]] ||
          die "$name and ${port_of[$value]} are both $value." "Give each part its own port."
        port_of[$value]=$name
        ;;
      megabytes)
        [[ "$value" =~ ^[1-9][0-9]{0,5}$ && "$value" -ge 32 ]] ||
          die "$name is '$value' (from $from), which is not a number of megabytes from 32 on." "Give it a number like ${setting_default[$name]}."
        ;;
      profile)
        [[ "$value" == demo || "$value" == production ]] ||
          die "$name is '$value' (from $from); it is demo or production."
        ;;
      durability)
        [[ "$value" == default || "$value" == strict ]] ||
          die "$name is '$value' (from $from); it is default or strict."
        ;;
      log)
        [[ "$value" == text || "$value" == json ]] ||
          die "$name is '$value' (from $from); it is text or json."
        ;;
    esac
  done
  # The broker opens the port two below its own as well.
  local fast=$((FLASHSALE_BROKER_PORT - 2))
  [[ -z "${port_of[$fast]+x}" ]] ||
    die "${port_of[$fast]} is $fast, which the broker opens as well (two below FLASHSALE_BROKER_PORT)." "Move one of them."
}

# durable PART: what strict appends to a store's configuration, where the last line wins. All three are named, whatever their defaults.
durable() {
  [[ "$FLASHSALE_DURABILITY" == strict ]] || return 0
  case $1 in
    redis) printf 'appendfsync always\n' ;;
    broker) printf 'flushDiskType=SYNC_FLUSH\n' ;;
    mysql) printf 'innodb_flush_log_at_trx_commit=1\n' ;;
  esac
}

# Paths, the same for every verb. FLASHSALE_HOME may be relative to where the command is called.
derive_paths() {
  [[ -n "$FLASHSALE_HOME" ]] || FLASHSALE_HOME="$ROOT/.run"
  [[ "$FLASHSALE_HOME" == /* ]] || FLASHSALE_HOME="$PWD/$FLASHSALE_HOME"
  local path
  for path in "$ROOT" "$FLASHSALE_HOME"; do
    # nginx, Lua and Flyway give these a meaning of their own.
    [[ "$path" != *[\"\\\$\;\?\{\},]* && "$path" != *[[:cntrl:]]* ]] ||
      die "The path $path has one of \" \\ \$ ; ? { } , or a control character in it." 'Move the checkout, or choose another FLASHSALE_HOME.'
  done
  FLASHSALE_HOME=${FLASHSALE_HOME%/}
  [[ "$FLASHSALE_HOME" != "$ROOT" && -n "$FLASHSALE_HOME" ]] ||
    die 'FLASHSALE_HOME is the checkout itself, or the root of the disk.' 'Choose a folder of its own.'
  FLASHSALE_ROOT=$ROOT
  export FLASHSALE_HOME FLASHSALE_ROOT
  SECRETS="$FLASHSALE_HOME/secrets"
  LOGS="$FLASHSALE_HOME/logs"
  PIDS="$FLASHSALE_HOME/pids"
}
