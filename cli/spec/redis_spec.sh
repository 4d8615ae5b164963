# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names are those of the parts under test
# Redis with the configuration and the users that it is given here.

launch_redis() {
  local COMMAND INPUTS PORTS READY BOUND
  prepare_redis
  launch redis stamp "${COMMAND[@]}"
  await redis 20 redis_probe
}

# A function that writes twice is a transaction in the file, and is read back with the rights of the default user.
test_what_functions_wrote_is_there_again_after_a_kill() {
  local library='redis.register_function("both", function(keys)
    redis.call("SET", keys[1], "1")
    redis.call("SET", keys[2], "2")
  end)' pid
  load FLASHSALE_REDIS_PORT=23812
  prepare_home
  make_secrets
  trap 'end_part redis 5' EXIT
  launch_redis
  redis_client FUNCTION LOAD "#!lua name=spec
$library" >/dev/null
  redis_client FCALL both 2 fs:one fs:two >/dev/null
  pid=$(part_pid redis)
  kill -KILL "$pid"
  within 5 gone "$pid"
  launch_redis
  equals "$(redis_client MGET fs:one fs:two)" $'1\n2'
  equals "$(redis-cli -s "$FLASHSALE_REDIS_SOCKET" GET fs:one)" 'NOAUTH Authentication required.'
  equals "$(REDISCLI_AUTH='' redis-cli -s "$FLASHSALE_REDIS_SOCKET" --user default --pass '' GET fs:one 2>/dev/null)" \
    'NOAUTH Authentication required.'
}
