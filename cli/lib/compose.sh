# shellcheck shell=bash
# compose: the system in containers, by docker-compose.yml. This makes the secrets, looks for what would stand in the way, and hands the
# rest to docker compose as it is.

NEEDED_FOR_COMPOSE='
command curl|curl
command openssl|openssl
'
NEEDED_FOR_BASE='
command debootstrap|debootstrap
'
COMPOSE_PROJECT=${COMPOSE_PROJECT_NAME:-flashsale}
COMPOSE_BASE=flashsale/base:bookworm
COMPOSE_NETWORKS=127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16
COMPOSE_SECRETS=(
  redis-edge redis-backend mysql-backend mysql-consumer mysql-cms mysql-migration mysql-operator edge-token internal-token operator-token
  payment-key session-keys
)

verb_compose() {
  local debian=0
  local -a COMPOSE=()
  if [[ "${1:-}" == --debian ]]; then debian=1 && shift; fi
  [[ $# -gt 0 ]] || misuse 'compose takes what docker compose takes, as: compose up -d'
  prepare_home
  find_compose "$debian" "$@"
  if [[ " $* " == *' up '* ]]; then
    check_profile
    lock_home
    ensure_packages 1 "$NEEDED_FOR_COMPOSE"
    compose_checks "$@"
    if [[ -n "${FLASHSALE_SECRETS:-}" ]]; then check_given_secrets; else make_compose_secrets; fi
    export FLASHSALE_USERS_SUM
    FLASHSALE_USERS_SUM=$(cat -- "${FLASHSALE_SECRETS:-$FLASHSALE_HOME/compose-secrets}"/{redis-users.acl,mysql-users.sql} | stamp_of)
    [[ $debian == 0 ]] || make_compose_base
    compose "$@" || exit 1
    [[ " $* " != *' -d '* && " $* " != *' --detach '* ]] || compose_is_up
  else
    [[ $debian == 0 || " $* " != *' build '* ]] || make_compose_base
    compose "$@"
  fi
}

compose() {
  local prometheus=${FLASHSALE_PROMETHEUS_URL:-} exempt=${FLASHSALE_RATE_EXEMPT:-} appendfsync=everysec
  [[ "$FLASHSALE_DURABILITY" != strict ]] || appendfsync=always
  ! asks_for monitoring "$@" || prometheus=${prometheus:-http://prometheus:9090}
  ! asks_for load "$@" || exempt=${exempt:-$COMPOSE_NETWORKS}
  FLASHSALE_VERSION="$(pom_version)" FLASHSALE_REVISION="$(revision)" FLASHSALE_IMAGES="${FLASHSALE_IMAGES:-flashsale}" \
    FLASHSALE_PROMETHEUS_URL=$prometheus FLASHSALE_RATE_EXEMPT=$exempt FLASHSALE_PROFILE=$FLASHSALE_PROFILE FLASHSALE_LOG=$FLASHSALE_LOG \
    FLASHSALE_REDIS_APPENDFSYNC=$appendfsync \
    FLASHSALE_SECRETS="${FLASHSALE_SECRETS:-$FLASHSALE_HOME/compose-secrets}" FLASHSALE_EDGE_PORT=$FLASHSALE_EDGE_PORT FLASHSALE_CMS_PORT=$FLASHSALE_CMS_PORT \
    FLASHSALE_SANDBOX_PORT=$FLASHSALE_SANDBOX_PORT FLASHSALE_REDIS_MEMORY_MB=$FLASHSALE_REDIS_MEMORY_MB \
    FLASHSALE_PROMETHEUS_PORT=$FLASHSALE_PROMETHEUS_PORT FLASHSALE_TAG="${FLASHSALE_TAG:-dev}" FLASHSALE_BIND="${FLASHSALE_BIND:-127.0.0.1}" \
    FLASHSALE_BASE="$COMPOSE_BASE_USED" "${COMPOSE[@]}" "$@" 9>&-
}

# asks_for PROFILE ARGUMENT…: with monitoring the CMS draws its charts from that Prometheus; with load the edge does not throttle the
# address that the whole crowd comes from.
asks_for() {
  local profile=$1
  shift
  [[ ",${COMPOSE_PROFILES:-}," == *",$profile,"* || " $* " == *" --profile $profile "* || " $* " == *" --profile=$profile "* ]]
}

# The commit that an image is built from, as far as that is known: with a word more where files differ from it.
revision() { git -C "$ROOT" describe --match= --always --abbrev=40 --dirty 2>/dev/null || printf unknown; }

# Sets COMPOSE to the command with its files.
find_compose() {
  command -v docker >/dev/null ||
    die 'There is no docker here.' 'Install it: sudo apt-get install docker.io docker-compose — or use ./flashsale up, which needs no Docker.'
  if docker compose version >/dev/null 2>&1; then
    COMPOSE=(docker compose)
  elif command -v docker-compose >/dev/null; then
    COMPOSE=(docker-compose)
  else
    die 'Docker is here without compose.' 'Install it: sudo apt-get install docker-compose'
  fi
  [[ "${2:-}" == config ]] || docker info >/dev/null 2>&1 ||
    die "Docker's engine does not answer: $(docker info 2>&1 | tail -n 1)" 'Start it (sudo systemctl start docker), or join the group docker.'
  COMPOSE+=(-p "$COMPOSE_PROJECT" --project-directory "$ROOT" -f "$ROOT/docker-compose.yml" -f "$ROOT/docker-compose.override.yml")
  COMPOSE_BASE_USED=debian:bookworm-slim
  if [[ "$1" == 1 ]]; then
    COMPOSE_BASE_USED=$COMPOSE_BASE
    COMPOSE+=(-f "$ROOT/ops/docker/debian.yml")
  fi
}

# Before anything is started.
compose_checks() {
  local name
  check_compose_profiles "$@"
  for name in EDGE CMS SANDBOX; do compose_holds "FLASHSALE_${name}_PORT" || claim_port "FLASHSALE_${name}_PORT"; done
}

check_compose_profiles() {
  local name known
  local -a asked=()
  IFS=, read -ra asked <<<"${COMPOSE_PROFILES:-}"
  while [[ $# -gt 0 ]]; do
    case $1 in
      --profile) asked+=("${2:-}") ;;
      --profile=*) asked+=("${1#*=}") ;;
    esac
    shift
  done
  known=$(sed -n 's/^ *profiles: \[\(.*\)\].*/\1/p' "$ROOT/docker-compose.override.yml" | tr ',' '\n' | tr -d ' ' | sort -u | paste -sd ' ')
  for name in "${asked[@]}"; do
    [[ " $known " == *" $name "* ]] || die "There is no profile '$name'." "There is: ${known:-none}."
  done
}

# compose_holds SETTING: the port it names is published by a container of ours already.
compose_holds() {
  [[ -n "$(docker ps -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT" --filter "publish=${!1}")" ]]
}

# Secrets that somebody else made, in the folder that FLASHSALE_SECRETS names.
check_given_secrets() {
  local name
  for name in $(sed -n '/^secrets:/,$s/^  \([a-z.-]*\): .*/\1/p' "$ROOT/docker-compose.yml"); do
    [[ -f "$FLASHSALE_SECRETS/$name" && -s "$FLASHSALE_SECRETS/$name" ]] ||
      die "The secret $name is missing: $FLASHSALE_SECRETS/$name." \
        'Put it there, or leave FLASHSALE_SECRETS unset: then ./flashsale compose makes all of them.'
  done
  # What the demo promo is published with. The home's own secrets are those of another system.
  SECRETS="$FLASHSALE_HOME/compose-given"
  (umask 077 && mkdir -p -- "$SECRETS")
  keep_secret operator-token <"$FLASHSALE_SECRETS/operator-token"
  printf 'header = "Authorization: Bearer %s"\n' "$(secret operator-token)" | keep_secret curl-operator
}

# The folder is closed, and the files in it are open: a container's user, who is nobody here, reads the ones that it is given.
make_compose_secrets() {
  local folder="$FLASHSALE_HOME/compose-secrets" name file
  make_secrets
  [[ -s "$SECRETS/mysql-root" ]] || openssl rand -hex 24 | keep_secret mysql-root
  (umask 077 && mkdir -p -- "$folder")
  chmod 0700 -- "$folder"
  for name in "${COMPOSE_SECRETS[@]}" mysql-root; do secret "$name" | keep_compose_secret "$name"; done
  write_redis_users | keep_compose_secret redis-users.acl
  write_mysql_users | keep_compose_secret mysql-users.sql
}

# keep_compose_secret NAME: whole or not at all. A container that runs goes on with the file that it was given.
keep_compose_secret() {
  local file="$FLASHSALE_HOME/compose-secrets/$1"
  # What the engine makes of a file that was not there.
  [[ ! -d "$file" ]] || rmdir -- "$file"
  cat >"$file.new"
  chmod 0444 -- "$file.new"
  if cmp -s -- "$file" "$file.new"; then rm -f -- "$file.new"; else mv -f -- "$file.new" "$file"; fi
}

compose_base_is_made() { [[ -n "$(docker images -q "$COMPOSE_BASE")" ]]; }

make_compose_base() {
  local began
  began=$(now_ms)
  ! compose_base_is_made || return 0
  [[ $EUID -eq 0 ]] ||
    die "The base image $COMPOSE_BASE is made by debootstrap, which only root can run." "Once: sudo $ROOT/ops/docker/base $COMPOSE_BASE"
  ensure_packages 1 "$NEEDED_FOR_BASE"
  "$ROOT/ops/docker/base" "$COMPOSE_BASE" || exit 1
  done_line "the base image $COMPOSE_BASE is made of Debian's packages" "$began"
}

ready_at() { curl -fsS --noproxy '*' --max-time 2 -o /dev/null "$1" 2>/dev/null; }

compose_is_up() {
  local began deadline=$((EPOCHSECONDS + 300))
  began=$(now_ms)
  until ready_at "$(compose_shop)readyz" && ready_at "$(cms_pages)readyz"; do
    [[ $EPOCHSECONDS -lt $deadline ]] ||
      die 'The edge or the CMS is not ready after 5 minutes.' 'See ./flashsale compose ps, and ./flashsale compose logs SERVICE.'
    pause 0.5
  done
  done_line 'the edge and the CMS are ready' "$began"
  publish_compose_demo
  add_first_person
  say "
  Shop     $(compose_shop)
  CMS      $(cms_pages)   $(how_to_log_in)
  Programs $(cms_pages)api/admin/promos   (Bearer token in $SECRETS/operator-token)

Undo: ./flashsale compose down stops everything; with -v it deletes the data as well."
}

# compose_shop: where this machine reaches the published port.
compose_shop() {
  local address=${FLASHSALE_BIND:-127.0.0.1}
  [[ "$address" != 0.0.0.0 ]] || address=127.0.0.1
  printf 'http://%s:%s/' "$address" "$FLASHSALE_EDGE_PORT"
}

publish_compose_demo() {
  [[ "$FLASHSALE_PROFILE" == demo ]] || return 0
  curl -fsS --noproxy '*' --max-time 5 -o /dev/null "$(compose_shop)api/items/$DEMO_SKU" 2>/dev/null && return
  publish_demo_promo
}
