# shellcheck shell=bash
# Prometheus, for `up --monitoring`: scrapes the parts and evaluates ops/prometheus/rules.yml. Once started it is a part like the others,
# until `down`.

# Called when the paths are known: whether it is a part now.
find_monitoring() {
  [[ ! -f "$PIDS/prometheus" ]] || want_monitoring
}

want_monitoring() {
  [[ " ${PARTS[*]} " == *' prometheus '* ]] || PARTS+=(prometheus)
}

monitored() { [[ " ${PARTS[*]} " == *' prometheus '* ]]; }

prepare_prometheus() {
  local home="$FLASHSALE_HOME/prometheus" name port
  local -a ports=()
  for name in EDGE BACKEND CONSUMER CMS; do
    port="FLASHSALE_${name}_PORT"
    ports+=(-e "s/@$name@/${!port}/")
  done
  (umask 077 && mkdir -p -- "$home/data")
  sed "${ports[@]}" "$ROOT/ops/prometheus/prometheus.yml" >"$home/prometheus.yml"
  cp -f -- "$ROOT/ops/prometheus/rules.yml" "$home/rules.yml"
  COMMAND=(
    env -i "${CLEAN_ENV[@]}" prometheus
    "--config.file=$home/prometheus.yml" "--storage.tsdb.path=$home/data" --storage.tsdb.retention.time=15d
    "--web.listen-address=127.0.0.1:$FLASHSALE_PROMETHEUS_PORT" --log.level=warn
  )
  INPUTS=("$home/prometheus.yml" "$home/rules.yml")
  PORTS=(FLASHSALE_PROMETHEUS_PORT)
  READY=(prometheus_probe)
  BOUND=60
}

prometheus_probe() {
  curl -fsS --noproxy '*' --max-time 2 -o /dev/null "http://127.0.0.1:$FLASHSALE_PROMETHEUS_PORT/-/ready"
}
prometheus_ports() { printf '%s' "$FLASHSALE_PROMETHEUS_PORT"; }
prometheus_version() { prometheus --version 2>&1 | sed -n '1s/^prometheus, version \([^ ]*\).*/Prometheus \1/p'; }
