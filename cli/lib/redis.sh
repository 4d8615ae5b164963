# shellcheck shell=bash
# Redis, from ops/redis: its own configuration, users and data; loopback and a unix socket.

prepare_redis() {
  local home="$FLASHSALE_HOME/redis"
  (umask 077 && mkdir -p -- "$home/data")
  write_redis_users >"$home/users.acl"
  {
    cat -- "$ROOT/ops/redis/redis.conf"
    printf 'port %s\nmaxmemory %smb\n' "$FLASHSALE_REDIS_PORT" "$FLASHSALE_REDIS_MEMORY_MB"
    printf 'unixsocket "%s"\ndir "%s"\naclfile "%s"\n' "$FLASHSALE_REDIS_SOCKET" "$home/data" "$home/users.acl"
    durable redis
  } >"$home/redis.conf"
  chmod 0600 -- "$home/users.acl" "$home/redis.conf"
  COMMAND=(redis-server "$home/redis.conf")
  INPUTS=("$home/redis.conf" "$home/users.acl")
  PORTS=(FLASHSALE_REDIS_PORT)
  READY=(redis_probe)
  BOUND=60
}

# ops/redis/users.acl with {user} replaced by the hash of that user's password.
write_redis_users() {
  local text user
  text=$(grep -v '^#' -- "$ROOT/ops/redis/users.acl")
  for user in edge backend operator; do
    text=${text//"{$user}"/#$(sha256_of "redis-$user")}
  done
  printf '%s\n' "$text"
}

sha256_of() {
  local sum
  sum=$(tr -d '\n' <"$SECRETS/$1" | sha256sum)
  printf '%s' "${sum%% *}"
}

# PONG only when the data are loaded.
redis_probe() { [[ "$(redis_client PING)" == PONG ]]; }

redis_client() {
  REDISCLI_AUTH=$(secret redis-operator) redis-cli -s "$FLASHSALE_REDIS_SOCKET" --user operator --no-auth-warning "$@"
}

redis_ports() { printf '%s' "$FLASHSALE_REDIS_PORT"; }
redis_version() { redis-server --version | sed -n 's/.*v=\([^ ]*\).*/Redis \1/p'; }

verb_redis() {
  find_socket_dir
  [[ -S "$FLASHSALE_REDIS_SOCKET" ]] || die 'Redis is not running.' 'Run ./flashsale up first.'
  REDISCLI_AUTH=$(secret redis-operator) exec redis-cli -s "$FLASHSALE_REDIS_SOCKET" --user operator --no-auth-warning "$@"
}
