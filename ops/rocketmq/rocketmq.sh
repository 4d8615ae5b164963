#!/usr/bin/env bash
# RocketMQ's name server, its broker, and the making of topics: every launch fact is in this one file.
#
#   rocketmq.sh namesrv                        run the name server in the foreground
#   rocketmq.sh broker                         run the broker in the foreground
#   rocketmq.sh create-topic TOPIC QUEUES …    wait for the broker, make the topics, return when they can be used
#
# It ends in exec, so the pid of the script is the pid of the JVM. SIGTERM stops it cleanly; the store also survives
# SIGKILL.
#
# A broker that starts needs 10 s until clients find it, unless create-topic is called, which makes it register at once.
#
# Environment:
#   FLASHSALE_ROCKETMQ_HOME       folder for store, logs and generated configuration; made if missing (required by
#                                 namesrv and broker)
#   FLASHSALE_ROCKETMQ_LISTEN     127.0.0.1, the address that both listen on
#   FLASHSALE_NAMESRV_HOST        127.0.0.1, where broker and create-topic find the name server
#   FLASHSALE_NAMESRV_PORT        9876
#   FLASHSALE_BROKER_PORT         10911; the port two below is opened as well
#   FLASHSALE_BROKER_ADDRESS      127.0.0.1; where clients are told to find the broker, where something listens in between
#   FLASHSALE_NAMESRV_JAVA_OPTS   more JVM options, split at blanks; a later -Xmx wins over the one here
#   FLASHSALE_BROKER_JAVA_OPTS
#   FLASHSALE_BROKER_SET          more lines for the broker's configuration, they win over conf/broker.conf
set -euo pipefail

here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
role="${1:-}"
listen="${FLASHSALE_ROCKETMQ_LISTEN:-127.0.0.1}"
namesrv_host="${FLASHSALE_NAMESRV_HOST:-127.0.0.1}"
namesrv_port="${FLASHSALE_NAMESRV_PORT:-9876}"
broker_port="${FLASHSALE_BROKER_PORT:-10911}"
broker_address="${FLASHSALE_BROKER_ADDRESS:-127.0.0.1}"

die() {
  printf 'rocketmq.sh: %s\n' "$1" >&2
  exit 2
}

for port in "$namesrv_port" "$broker_port"; do
  [[ "$port" =~ ^[1-9][0-9]{0,4}$ && "$port" -le 65535 ]] || die "'$port' is not a port"
done
[[ -f "$here/target/classpath" && -d "$here/target/classes" ]] ||
  die "not built yet: run 'mvn -pl ops/rocketmq -am package' in the checkout's root"

# target/classpath reads lib/a.jar:lib/b.jar
classpath="$here/target/classes"
IFS=: read -ra jars <"$here/target/classpath" || true
for jar in "${jars[@]}"; do
  classpath+=":$here/target/$jar"
done

java="java"
[[ -n "${JAVA_HOME:-}" ]] && java="$JAVA_HOME/bin/java"

# RocketMQ derives its folders from user.home: store, logs, kvConfig.
prepare_home() {
  [[ -n "${FLASHSALE_ROCKETMQ_HOME:-}" ]] || die "FLASHSALE_ROCKETMQ_HOME is not set"
  mkdir -p -- "$FLASHSALE_ROCKETMQ_HOME/logs"
  home="$(cd -- "$FLASHSALE_ROCKETMQ_HOME" && pwd)"
  export ROCKETMQ_HOME="$home"
  # Native libraries are unpacked at every start, 10 MB, and a killed JVM leaves them.
  tmp="$home/tmp/$role"
  rm -rf -- "$tmp"
  mkdir -p -- "$tmp"
}

common=(
  -cp "$classpath"
  -Djava.net.preferIPv4Stack=true
  # Loopback only. Otherwise each server makes an RSA key and a certificate at every start, 2 s of CPU.
  -Dtls.server.mode=disabled
  # Netty and the store's mapped buffers reach into the JDK.
  --add-exports=java.base/jdk.internal.ref=ALL-UNNAMED
  --add-opens=java.base/sun.nio.ch=ALL-UNNAMED
  --add-opens=java.base/java.nio=ALL-UNNAMED
  # The serial collector has no threads of its own and is enough for heaps of this size.
  -XX:+UseSerialGC
)

case "$role" in
  namesrv)
    prepare_home
    { cat -- "$here/conf/namesrv.conf" && printf 'bindAddress=%s\nlistenPort=%s\n' "$listen" "$namesrv_port"; } >"$home/namesrv.conf"
    read -ra more <<<"${FLASHSALE_NAMESRV_JAVA_OPTS:-}" || true
    exec "$java" "${common[@]}" -Drmq.logback.configurationFile="$here/conf/logback.xml" \
      -Xms32m -Xmx64m -XX:MaxDirectMemorySize=64m -XX:+ExitOnOutOfMemoryError \
      -Duser.home="$home" -Djava.io.tmpdir="$tmp" -Dflashsale.rocketmq.log="$home/logs/namesrv" "${more[@]}" \
      org.apache.rocketmq.namesrv.NamesrvStartup -c "$home/namesrv.conf"
    ;;
  broker)
    prepare_home
    {
      cat -- "$here/conf/broker.conf"
      printf 'bindAddress=%s\nlistenPort=%s\nbrokerIP1=%s\n%s\n' "$listen" "$broker_port" "$broker_address" "${FLASHSALE_BROKER_SET:-}"
    } >"$home/broker.conf"
    read -ra more <<<"${FLASHSALE_BROKER_JAVA_OPTS:-}" || true
    exec "$java" "${common[@]}" -Drmq.logback.configurationFile="$here/conf/logback.xml" \
      -Xms256m -Xmx512m -XX:MaxDirectMemorySize=256m -XX:+ExitOnOutOfMemoryError \
      -Duser.home="$home" -Djava.io.tmpdir="$tmp" -Dflashsale.rocketmq.log="$home/logs/broker" "${more[@]}" \
      org.apache.rocketmq.broker.BrokerStartup -c "$home/broker.conf" -n "$namesrv_host:$namesrv_port"
    ;;
  create-topic)
    shift
    exec "$java" "${common[@]}" -Drmq.logback.configurationFile="$here/conf/logback-quiet.xml" \
      -Xmx64m -XX:TieredStopAtLevel=1 \
      io.flashsale.rocketmq.CreateTopic "$namesrv_host:$namesrv_port" "$broker_address:$broker_port" "$@"
    ;;
  *)
    die "say namesrv, broker or create-topic"
    ;;
esac
