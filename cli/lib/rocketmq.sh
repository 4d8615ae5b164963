# shellcheck shell=bash
# RocketMQ's name server and broker, by ops/rocketmq/rocketmq.sh, and the topic, which must be there beforehand.

ORDER_TOPIC=flashsale-orders
ORDER_QUEUES=4

prepare_namesrv() {
  COMMAND=(
    env -i "${CLEAN_ENV[@]}" FLASHSALE_ROCKETMQ_HOME="$FLASHSALE_HOME/rocketmq"
    FLASHSALE_NAMESRV_PORT="$FLASHSALE_NAMESRV_PORT" FLASHSALE_BROKER_PORT="$FLASHSALE_BROKER_PORT"
    FLASHSALE_BROKER_ADDRESS="${FLASHSALE_VIA_CLIENTS_BROKER:-127.0.0.1}" FLASHSALE_BROKER_SET="$(durable broker)"
    "$ROOT/ops/rocketmq/rocketmq.sh" namesrv
  )
  INPUTS=("$ROOT"/ops/rocketmq/rocketmq.sh "$ROOT"/ops/rocketmq/conf/* "$ROOT/ops/rocketmq/target/classpath")
  PORTS=(FLASHSALE_NAMESRV_PORT)
  READY=(namesrv_probe)
  BOUND=120
}

prepare_broker() {
  prepare_namesrv
  COMMAND[${#COMMAND[@]}-1]=broker
  PORTS=(FLASHSALE_BROKER_PORT FLASHSALE_BROKER_PORT-2)
  READY=(broker_probe)
  BOUND=120
}

# Waits for the broker's registration and makes the topic; made anew after every start of the broker, since that is
# what makes the broker register at once.
make_topic() {
  local began broker
  began=$(now_ms)
  broker=$(part_pid broker)
  [[ "$(cat -- "$FLASHSALE_HOME/rocketmq/topic-of" 2>/dev/null)" != "$broker" ]] || return 0
  env -i "${CLEAN_ENV[@]}" FLASHSALE_NAMESRV_PORT="$FLASHSALE_NAMESRV_PORT" FLASHSALE_BROKER_PORT="$FLASHSALE_BROKER_PORT" \
    FLASHSALE_BROKER_ADDRESS="${FLASHSALE_VIA_CLIENTS_BROKER:-127.0.0.1}" "$ROOT/ops/rocketmq/rocketmq.sh" create-topic "$ORDER_TOPIC" "$ORDER_QUEUES" \
    >"$LOGS/create-topic.log" 2>&1 </dev/null 9>&- || {
    show_log_end create-topic
    die "The topic $ORDER_TOPIC could not be made." "Its log: $LOGS/create-topic.log, the broker's: $LOGS/broker.log"
  }
  printf '%s\n' "$broker" >"$FLASHSALE_HOME/rocketmq/topic-of"
  done_line "topic $ORDER_TOPIC ($ORDER_QUEUES queues)" "$began"
}

namesrv_probe() { port_taken "$FLASHSALE_NAMESRV_PORT"; }
namesrv_ports() { printf '%s' "$FLASHSALE_NAMESRV_PORT"; }
namesrv_version() {
  local jar
  jar=$(compgen -G "$ROOT/ops/rocketmq/target/lib/rocketmq-broker-*.jar") || return 0
  jar=${jar##*-}
  printf 'RocketMQ %s' "${jar%.jar}"
}

broker_probe() { port_taken "$FLASHSALE_BROKER_PORT"; }
broker_ports() { printf '%s %s' "$FLASHSALE_BROKER_PORT" "$((FLASHSALE_BROKER_PORT - 2))"; }
broker_version() { namesrv_version; }
