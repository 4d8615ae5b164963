# shellcheck shell=bash
# nginx with the edge's Lua, configured by edge-lua/render. The master stays in the foreground of its session; as root the
# workers are root's, too, since the home is private.

prepare_edge() {
  local home="$FLASHSALE_HOME/nginx" nginx
  nginx=${FLASHSALE_NGINX:-$(PATH="$PATH:/usr/sbin" command -v nginx)}
  env -i "${CLEAN_ENV[@]}" FLASHSALE_HOME="$FLASHSALE_HOME" FLASHSALE_PROFILE="$FLASHSALE_PROFILE" \
    FLASHSALE_EDGE_PORT="$FLASHSALE_EDGE_PORT" FLASHSALE_BACKEND_PORT="$(via EDGE BACKEND)" \
    FLASHSALE_REDIS_SOCKET="$(via EDGE REDIS)" FLASHSALE_REDIS_EDGE_USER=edge \
    FLASHSALE_REDIS_EDGE_PASSWORD_FILE="$SECRETS/redis-edge" FLASHSALE_EDGE_TOKEN_FILE="$SECRETS/edge-token" \
    FLASHSALE_SESSION_KEYS_FILE="$SECRETS/session-keys" "$ROOT/edge-lua/render" >/dev/null ||
    die 'The configuration of the edge could not be written.'
  COMMAND=(env -i "${CLEAN_ENV[@]}" "$nginx" -p "$home" -e "$LOGS/edge-error.log" -c "$home/nginx.conf")
  mapfile -d '' -t INPUTS < <(find "$ROOT/edge-lua/lua" -name '*.lua' -print0 | LC_ALL=C sort -z)
  INPUTS+=("$home/nginx.conf" "$home/edge.settings" "$SECRETS/redis-edge" "$SECRETS/edge-token" "$SECRETS/session-keys")
  PORTS=(FLASHSALE_EDGE_PORT)
  READY=(edge_probe)
  ALIVE=(edge_alive)
  BOUND=180 # it is ready when the backend is
}

edge_probe() { ready "$FLASHSALE_EDGE_PORT"; }
edge_alive() { curl -fsS --noproxy '*' --max-time 2 -o /dev/null "http://127.0.0.1:$FLASHSALE_EDGE_PORT/livez"; }
edge_ports() { printf '%s' "$FLASHSALE_EDGE_PORT"; }
edge_version() { PATH="$PATH:/usr/sbin" "${FLASHSALE_NGINX:-nginx}" -v 2>&1 | sed -n 's/^nginx version: //p'; }
