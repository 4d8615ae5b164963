# shellcheck shell=bash
# up: from a checkout to a system that sells. Each step is said with its time; a second `up` does only what is missing.

DEMO_SKU=SKU0001

verb_up() {
  local yes=0 monitoring=0 began starting
  parse_flags yes monitoring -- "$@"
  [[ "$monitoring" == 0 ]] || want_monitoring
  began=$(now_ms)
  check_profile
  prepare_home
  lock_home
  if monitored; then ensure_packages "$yes" "$NEEDED_TO_RUN" "$NEEDED_TO_MONITOR"; else ensure_packages "$yes" "$NEEDED_TO_RUN"; fi
  check_machine
  claim_all_ports
  make_secrets
  clean_environment
  ensure_built
  say "Starting under $FLASHSALE_HOME"
  starting=$(now_ms)
  start_parts
  settle_keys
  done_line 'all parts are ready' "$starting"
  publish_demo
  add_first_person
  say "Up after $(seconds_since "$began") s."
  say_what_to_try
}

# What production would have to do without, each with its own sentence.
check_profile() {
  [[ "$FLASHSALE_PROFILE" == production ]] || return 0
  [[ "${FLASHSALE_DEMO_SESSION:-false}" != true ]] ||
    warn 'FLASHSALE_DEMO_SESSION is true: the production profile knows no demo buyer.'
  die 'The edge speaks plain HTTP so far, and the production profile does not start with it.' \
    'Certificates come with a later version; until then use FLASHSALE_PROFILE=demo.'
}

# What does not need another part starts beside it. The consumer migrates the tables, which the others use.
start_parts() {
  together start_queue 'ensure_part redis' 'ensure_part mysql' || exit 1
  ensure_part consumer
  together 'ensure_part backend' 'ensure_part cms' 'ensure_part sandbox' 'ensure_part edge' || exit 1
  ! monitored || ensure_part prometheus
}

start_queue() {
  ensure_part namesrv
  ensure_part broker
  make_topic
}

# A SKU can be on one live promo; a demo promo whose window has passed is ended and followed by a new one.
publish_demo() {
  local states
  [[ "$FLASHSALE_PROFILE" == demo ]] || return 0
  states=$(mysql_client -N -e "SELECT IF(p.closes_at > UTC_TIMESTAMP(3), 'open', 'over') FROM promo_item i JOIN promo p
    ON p.id = i.promo_id WHERE i.sku = '$DEMO_SKU' AND i.live = 1")
  [[ "$states" != open ]] || return 0
  [[ "$states" != over ]] || promo_change end "$DEMO_SKU" >/dev/null
  publish_demo_promo
}

publish_demo_promo() {
  local began
  began=$(now_ms)
  promo_publish --sku "$DEMO_SKU" --stock 1000 --limit 2 --opens now --closes +24h --hold 30m --price 1999 --list-price 2999 \
    --name 'Demo: a thousand of them' >/dev/null
  done_line "the demo promo of $DEMO_SKU is published" "$began"
}

say_what_to_try() {
  local port=$FLASHSALE_EDGE_PORT self=./flashsale
  [[ "$PWD" == "$ROOT" ]] || printf -v self '%q' "$ROOT/flashsale"
  cat <<TEXT

  Shop     http://127.0.0.1:$port/
  CMS      $(cms_pages)   $(how_to_log_in)$(monitoring_words)
  Programs $(cms_pages)api/admin/promos   (Bearer token in $SECRETS/operator-token)

Buy, and see where it went (the same lines again give the same order):
  session=\$($self buyers 1 --prefix me | tail -n 1 | cut -d, -f3)
  curl -s http://127.0.0.1:$port/buy -H 'Content-Type: application/json' \\
    -d "{\"sessionID\":\"\$session\",\"goodsSKU\":\"$DEMO_SKU\",\"goodsQuantity\":1,\"requestID\":\"first\"}"
  $self mysql -e 'SELECT id, sku, user_id, state FROM orders'
  $self stock $DEMO_SKU

From another machine, through ssh, then http://127.0.0.1:$port/ there:
  ssh -L $port:127.0.0.1:$port -L $FLASHSALE_SANDBOX_PORT:127.0.0.1:$FLASHSALE_SANDBOX_PORT $(id -un)@$(uname -n)

Undo: $self down stops everything; $self reset deletes $FLASHSALE_HOME as well.$(installed_words)
TEXT
}

monitoring_words() {
  monitored || return 0
  printf '\n  Charts   http://127.0.0.1:%s/monitor   (in the CMS)' "$FLASHSALE_CMS_PORT"
  printf '\n  Watch    http://127.0.0.1:%s/   (Prometheus; what to do about its alerts: docs/runbook.md)' "$FLASHSALE_PROMETHEUS_PORT"
}

# What `up` put on the machine outside of its own folder.
installed_words() {
  local packages="$FLASHSALE_HOME/installed-packages"
  [[ -s "$packages" ]] || return 0
  printf '\n      Packages that it installed: sudo apt-get remove %s' "$(tr '\n' ' ' <"$packages")"
}
