# shellcheck shell=bash
# The Java services: the order consumer (which migrates the tables at its start), the backend and the CMS. They
# are configured by their environment alone, and told where their secrets lie.



# prepare_service PART PROGRAM HEAP_MB VARIABLE…
prepare_service() {
  local part=$1 program="$FLASHSALE_HOME/app/$2" jar="flashsale-$2.jar" heap=$3 port="FLASHSALE_${1^^}_PORT"
  local -a TUNED
  shift 3
  tuned FLASHSALE_OTLP_URL FLASHSALE_TRACE_SAMPLE
  COMMAND=(
    env -i "${CLEAN_ENV[@]}" "${TUNED[@]}"
    FLASHSALE_PROFILE="$FLASHSALE_PROFILE" FLASHSALE_LOG="$FLASHSALE_LOG"
    "$port=${!port}"
    "$@"
    "$JAVA_HOME/bin/java" "${COMPILER[@]}" -Xms64m "-Xmx${heap}m" -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError
    "-Djava.io.tmpdir=$FLASHSALE_HOME/tmp" -jar "$program/$jar"
  )
  INPUTS=("$program/taken-from")
  PORTS=("$port")
  READY=("${part}_probe")
  BOUND=180 # a small machine that does other things as well; one that dies is noticed at once
}

# mysql_as USER: sets MYSQL_AS to what the service of this name needs to reach MySQL.
mysql_as() {
  MYSQL_AS=(
    FLASHSALE_MYSQL_URL="jdbc:mysql://127.0.0.1:$(via "${1^^}" MYSQL)/flashsale"
    FLASHSALE_MYSQL_USER="$1" FLASHSALE_MYSQL_PASSWORD_FILE="$SECRETS/mysql-$1"
  )
}

# Half of a start's processor time goes into the optimising compiler, which only the hot services earn back.
COMPILER=()

prepare_consumer() {
  local -a MYSQL_AS
  mysql_as consumer
  prepare_service consumer order-consumer "$FLASHSALE_CONSUMER_HEAP_MB" "${MYSQL_AS[@]}" \
    FLASHSALE_NAMESRV="127.0.0.1:$FLASHSALE_NAMESRV_PORT" \
    FLASHSALE_INTERNAL_TOKEN_FILE="$SECRETS/internal-token" \
    FLASHSALE_PAYMENT_URL="http://127.0.0.1:$(via CONSUMER SANDBOX)" FLASHSALE_PAYMENT_KEY_FILE="$SECRETS/payment-key" \
    FLASHSALE_MIGRATION_USER=migration FLASHSALE_MIGRATION_PASSWORD_FILE="$SECRETS/mysql-migration" \
    FLASHSALE_MIGRATIONS="filesystem:$ROOT/sql/migration,filesystem:$ROOT/ops/mariadb/grants"
  INPUTS+=("$ROOT"/sql/migration/*.sql "$ROOT"/ops/mariadb/grants/*.sql)
}

prepare_backend() {
  local -a MYSQL_AS TUNED
  mysql_as backend
  tuned FLASHSALE_SMS_URL FLASHSALE_SMS_KEY_FILE FLASHSALE_SMS_FROM FLASHSALE_SMS_RECIPIENT FLASHSALE_SMS_MOST_PER_HOUR FLASHSALE_SMS_COUNTRIES "${!FLASHSALE_ACCOUNT_@}"
  prepare_service backend backend "$FLASHSALE_BACKEND_HEAP_MB" "${MYSQL_AS[@]}" "${TUNED[@]}" \
    FLASHSALE_REDIS_HOST=127.0.0.1 FLASHSALE_REDIS_PORT="$(via BACKEND REDIS)" \
    FLASHSALE_REDIS_USER=backend FLASHSALE_REDIS_PASSWORD_FILE="$SECRETS/redis-backend" \
    FLASHSALE_NAMESRV="127.0.0.1:$FLASHSALE_NAMESRV_PORT" \
    FLASHSALE_CONSUMER_URL="http://127.0.0.1:$(via BACKEND CONSUMER)" \
    FLASHSALE_EDGE_TOKEN_FILE="$SECRETS/edge-token" FLASHSALE_INTERNAL_TOKEN_FILE="$SECRETS/internal-token" \
    FLASHSALE_SESSION_KEYS_FILE="$SECRETS/session-keys"
}

prepare_cms() {
  local -a COMPILER=(-XX:TieredStopAtLevel=1) MYSQL_AS TUNED
  local prometheus=$FLASHSALE_PROMETHEUS_URL
  mysql_as cms
  ! monitored || prometheus=${prometheus:-http://127.0.0.1:$FLASHSALE_PROMETHEUS_PORT}
  tuned FLASHSALE_CMS_REVIEW FLASHSALE_CDN_BUCKET FLASHSALE_CDN_ENDPOINT FLASHSALE_CDN_REGION FLASHSALE_CDN_KEY_ID FLASHSALE_CDN_SECRET_FILE
  prepare_service cms cms-admin "$FLASHSALE_CMS_HEAP_MB" "${MYSQL_AS[@]}" "${TUNED[@]}" \
    FLASHSALE_OPERATOR_TOKEN_FILE="$SECRETS/operator-token" FLASHSALE_PROMETHEUS_URL="$prometheus" \
    FLASHSALE_CDN_DIR="${FLASHSALE_CDN_DIR:-$FLASHSALE_HOME/cdn}" \
    FLASHSALE_STOREFRONT="${FLASHSALE_STOREFRONT:-$FLASHSALE_HOME/app/cms-admin/storefront}" \
    FLASHSALE_BENCH_REPORT="${FLASHSALE_BENCH_REPORT:-$ROOT/target/bench/all.json}" \
    FLASHSALE_SHOP_URL="${FLASHSALE_SHOP_URL:-http://127.0.0.1:$FLASHSALE_EDGE_PORT}"
  [[ ! -f "${FLASHSALE_CDN_SECRET_FILE:-}" ]] || INPUTS+=("$FLASHSALE_CDN_SECRET_FILE")
}

# The payment provider of a demo: in a file of its own, for it is none of the shop's.
prepare_sandbox() {
  local -a COMPILER=(-XX:TieredStopAtLevel=1)
  prepare_service sandbox payment-sandbox "$FLASHSALE_SANDBOX_HEAP_MB" \
    FLASHSALE_SANDBOX_KEY_FILE="$SECRETS/payment-key" FLASHSALE_SANDBOX_DATA="$FLASHSALE_HOME/sandbox/books" \
    FLASHSALE_SANDBOX_EVENT_URL="http://127.0.0.1:$(via SANDBOX EDGE)/api/payments/events/sandbox" \
    FLASHSALE_SANDBOX_PUBLIC_URL="http://127.0.0.1:$FLASHSALE_SANDBOX_PORT" \
    FLASHSALE_SANDBOX_SHOP_URL="http://127.0.0.1:$FLASHSALE_EDGE_PORT/"
}

# ready PORT: a service says so itself, on loopback, past any proxy.
ready() { curl -fsS --noproxy '*' --max-time 2 -o /dev/null "http://127.0.0.1:$1/readyz"; }

consumer_probe() { ready "$FLASHSALE_CONSUMER_PORT"; }
backend_probe() { ready "$FLASHSALE_BACKEND_PORT"; }
cms_probe() { ready "$FLASHSALE_CMS_PORT"; }
consumer_ports() { printf '%s' "$FLASHSALE_CONSUMER_PORT"; }
backend_ports() { printf '%s' "$FLASHSALE_BACKEND_PORT"; }
sandbox_probe() { ready "$FLASHSALE_SANDBOX_PORT"; }
sandbox_ports() { printf '%s' "$FLASHSALE_SANDBOX_PORT"; }
sandbox_version() { checkout_version; }
cms_ports() { printf '%s' "$FLASHSALE_CMS_PORT"; }
consumer_version() { checkout_version; }
backend_version() { checkout_version; }
cms_version() { checkout_version; }

checkout_version() {
  local version
  pom_version | tr -d '\n'
  version=$(git -C "$ROOT" rev-parse --short HEAD 2>/dev/null) && printf ' %s' "$version"
}
