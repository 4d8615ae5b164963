# shellcheck shell=bash
# nginx with the edge's Lua, configured by edge-lua/render. The master stays in the foreground of its session; as root the
# workers are root's, too, since the home is private.

# What the edge reads as long as it runs, as in ops/docker/Dockerfile. It has a copy of its own, since the checkout may change under it.
EDGE_FILES=(pom.xml contract/src/main/resources edge-lua/conf edge-lua/lua edge-lua/render storefront)

# take_edge: sets EDGE_TAKEN to the copy of today's files, and removes those that no edge runs from.
take_edge() {
  local fingerprint old
  fingerprint=$(cd -- "$ROOT" && find "${EDGE_FILES[@]}" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12)
  EDGE_TAKEN="$FLASHSALE_HOME/app/edge-$fingerprint"
  for old in "$FLASHSALE_HOME"/app/edge-*; do
    [[ "$old" == "$EDGE_TAKEN" ]] || grep -qF -- "$old/" "$FLASHSALE_HOME/nginx/nginx.conf" 2>/dev/null || rm -rf -- "$old"
  done
  [[ ! -d "$EDGE_TAKEN" ]] || return 0
  mkdir -p -- "$EDGE_TAKEN.new"
  (cd -- "$ROOT" && cp -a --parents -- "${EDGE_FILES[@]}" "$EDGE_TAKEN.new")
  mv -- "$EDGE_TAKEN.new" "$EDGE_TAKEN"
}

prepare_edge() {
  local home="$FLASHSALE_HOME/nginx" nginx EDGE_TAKEN
  local -a TUNED
  nginx=${FLASHSALE_NGINX:-$(PATH="$PATH:/usr/sbin" command -v nginx)}
  tuned "${TUNABLES[@]}"
  take_edge
  env -i "${CLEAN_ENV[@]}" "${TUNED[@]}" FLASHSALE_HOME="$FLASHSALE_HOME" FLASHSALE_PROFILE="$FLASHSALE_PROFILE" FLASHSALE_LOG="$FLASHSALE_LOG" \
    FLASHSALE_EDGE_PORT="$FLASHSALE_EDGE_PORT" FLASHSALE_BACKENDS="${FLASHSALE_BACKENDS:-127.0.0.1:$(via EDGE BACKEND)}" \
    FLASHSALE_REDIS_SOCKET="$(via EDGE REDIS)" FLASHSALE_REDIS_EDGE_USER=edge \
    FLASHSALE_REDIS_EDGE_PASSWORD_FILE="$SECRETS/redis-edge" FLASHSALE_EDGE_TOKEN_FILE="$SECRETS/edge-token" \
    FLASHSALE_SESSION_KEYS_FILE="$SECRETS/session-keys" "$EDGE_TAKEN/edge-lua/render" >/dev/null ||
    die 'The configuration of the edge could not be written.'
  COMMAND=(env -i "${CLEAN_ENV[@]}" "$nginx" -p "$home" -e "$LOGS/edge-error.log" -c "$home/nginx.conf")
  INPUTS=("$home/nginx.conf" "$home/edge.settings" "$SECRETS/redis-edge" "$SECRETS/edge-token") # the keys are read again while it runs
  PORTS=(FLASHSALE_EDGE_PORT)
  READY=(edge_probe)
  ALIVE=(edge_alive)
  BOUND=180 # it is ready when the backend is
}

edge_probe() { ready "$FLASHSALE_EDGE_PORT"; }
edge_alive() { curl -fsS --noproxy '*' --max-time 2 -o /dev/null "http://127.0.0.1:$FLASHSALE_EDGE_PORT/livez"; }
edge_ports() { printf '%s' "$FLASHSALE_EDGE_PORT"; }
edge_version() { PATH="$PATH:/usr/sbin" "${FLASHSALE_NGINX:-nginx}" -v 2>&1 | sed -n 's/^nginx version: //p'; }
