# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2153,SC2154,SC2317 # the names are those of the parts under test

env_file() { printf '%s\n' "$@" >"$SCRATCH/env" && export FLASHSALE_ENV_FILE="$SCRATCH/env"; }

test_defaults_are_those_that_the_example_lists() {
  local name value
  load
  while IFS='=' read -r name value; do
    name=${name#\#}
    [[ "$name" == FLASHSALE_HOME ]] || equals "$name=${!name}" "$name=$value"
  done < <(grep -E '^#FLASHSALE_[A-Z0-9_]+=' "$ROOT/.env.example")
}

test_the_example_lists_every_setting() {
  local name
  load
  for name in "${!setting_kind[@]}"; do grep -q "^#$name=" "$ROOT/.env.example" || fail "$name is not in .env.example"; done
}

test_the_file_is_read_with_comments_quotes_and_blanks() {
  env_file '# a comment' '' '  FLASHSALE_EDGE_PORT=9090  ' 'FLASHSALE_CMS_PORT="9091"' "FLASHSALE_HOME='$SCRATCH/a b'"
  unset FLASHSALE_HOME
  load
  equals "$FLASHSALE_EDGE_PORT $FLASHSALE_CMS_PORT" '9090 9091'
  equals "$FLASHSALE_HOME" "$SCRATCH/a b"
}

test_the_environment_wins_over_the_file() {
  env_file 'FLASHSALE_EDGE_PORT=9090'
  load FLASHSALE_EDGE_PORT=9191
  equals "$FLASHSALE_EDGE_PORT" 9191
}

test_the_file_is_never_executed() {
  env_file "FLASHSALE_HOME=$SCRATCH/\`touch $SCRATCH/executed\`"
  unset FLASHSALE_HOME
  load
  [[ ! -e "$SCRATCH/executed" ]] || fail 'it was executed'
}

test_a_line_that_is_no_setting_is_named_by_its_number() {
  env_file 'FLASHSALE_EDGE_PORT=9090' 'port 9090'
  cli status
  ends_with 1
  says 'line 2 is not KEY=VALUE: port 9090'
}

test_an_unknown_key_is_named_by_its_number() {
  env_file 'FLASHSALE_EDGE_PROT=9090'
  cli status
  ends_with 1
  says 'line 1 sets FLASHSALE_EDGE_PROT, which is no setting'
}

test_a_quote_that_does_not_end_is_named() {
  env_file 'FLASHSALE_HOME="abc'
  cli status
  ends_with 1
  says 'line 1 has a quote that does not end'
}

test_a_port_that_is_none_is_named_with_where_it_came_from() {
  env_file 'FLASHSALE_EDGE_PORT=80x'
  cli status
  ends_with 1
  says "FLASHSALE_EDGE_PORT is '80x' (from .env line 1)"
}

test_two_parts_on_one_port_are_refused() {
  FLASHSALE_EDGE_PORT=9000 FLASHSALE_CMS_PORT=9000 cli status
  ends_with 1
  says 'are both 9000'
}

test_the_brokers_second_port_counts_too() {
  FLASHSALE_BROKER_PORT=9002 FLASHSALE_EDGE_PORT=9000 cli status
  ends_with 1
  says 'which the broker opens as well'
}

test_an_unknown_name_in_the_environment_is_told() {
  FLASHSALE_EDGE_PROT=1 cli status
  says 'FLASHSALE_EDGE_PROT is in the environment, but is no setting'
}

test_production_is_refused_with_a_sentence() {
  FLASHSALE_PROFILE=production cli up --yes
  ends_with 1
  says 'plain HTTP'
}

test_a_profile_that_is_none_is_refused() {
  FLASHSALE_PROFILE=prod cli status
  ends_with 1
  says "FLASHSALE_PROFILE is 'prod'"
}

test_a_durability_that_is_none_is_refused() {
  FLASHSALE_DURABILITY=paranoid cli status
  ends_with 1
  says "FLASHSALE_DURABILITY is 'paranoid' (from the environment); it is default or strict"
}

test_another_form_of_log_is_refused() {
  FLASHSALE_LOG=xml cli status
  ends_with 1
  says "FLASHSALE_LOG is 'xml' (from the environment); it is text or json"
}

test_strict_durability_reaches_redis_broker_and_mysql() {
  render_stores strict
  last_is appendfsync redis/redis.conf always
  last_is flushDiskType rocketmq/broker.conf SYNC_FLUSH
  last_is innodb_flush_log_at_trx_commit mysql/mariadb.cnf 1
}

test_default_durability_leaves_redis_a_second() {
  render_stores default
  last_is appendfsync redis/redis.conf everysec
}

# render_stores DURABILITY: the three configurations, as `up` writes them; a Java that does nothing stands in for the broker's.
render_stores() {
  load FLASHSALE_DURABILITY="$1"
  mkdir -p "$SCRATCH/ops/rocketmq/target/classes" "$SCRATCH/jdk/bin"
  cp -r "$ROOT/ops/redis" "$ROOT/ops/mariadb" "$SCRATCH/ops"
  cp -r "$ROOT/ops/rocketmq/conf" "$ROOT/ops/rocketmq/rocketmq.sh" "$SCRATCH/ops/rocketmq"
  touch "$SCRATCH/ops/rocketmq/target/classpath"
  ln -s /bin/true "$SCRATCH/jdk/bin/java"
  ROOT=$SCRATCH JAVA_HOME="$SCRATCH/jdk"
  prepare_home && make_secrets && clean_environment
  make_mysql_data() { :; } # takes seconds, and is the same
  local part
  for part in mysql redis broker; do "prepare_$part"; done
  "${COMMAND[@]}"
}

# last_is NAME FILE VALUE: of several lines that set it, the last one counts.
last_is() { equals "$(sed -n "s/^$1[ =]*//p" "$FLASHSALE_HOME/$2" | tail -n 1)" "$3"; }

test_a_path_that_the_parts_would_misread_is_refused() {
  FLASHSALE_HOME="$SCRATCH/a,b" cli status
  ends_with 1
  says 'has one of'
}

# Which Prometheus the CMS is told of.
prometheus_of_cms() {
  local -a COMMAND=() INPUTS=() PORTS=() READY=() CLEAN_ENV=()
  JAVA_HOME=/java prepare_cms
  printf '%s\n' "${COMMAND[@]}" | sed -n 's/^FLASHSALE_PROMETHEUS_URL=//p'
}

test_what_tunes_the_edge_is_given_to_no_service_so_that_none_is_restarted_for_it() {
  local -a COMMAND=() INPUTS=() PORTS=() READY=() CLEAN_ENV=()
  export FLASHSALE_EDGE_WORKERS=2 FLASHSALE_TRACE_SAMPLE=0.5
  load
  JAVA_HOME=/java prepare_cms
  equals "$(printf '%s\n' "${COMMAND[@]}" | sed -n '/^FLASHSALE_\(EDGE_WORKERS\|TRACE_SAMPLE\)=/p')" FLASHSALE_TRACE_SAMPLE=0.5
}

test_the_cms_draws_from_the_prometheus_that_is_set_or_else_from_that_of_up_monitoring() {
  load
  equals "$(prometheus_of_cms)" ''
  want_monitoring
  equals "$(prometheus_of_cms)" 'http://127.0.0.1:19090'
  FLASHSALE_PROMETHEUS_URL=http://mine:9090
  equals "$(prometheus_of_cms)" 'http://mine:9090'
}

test_the_cms_hears_how_many_persons_a_promo_takes_where_that_is_set() {
  local -a COMMAND=() INPUTS=() PORTS=() READY=() CLEAN_ENV=()
  load
  JAVA_HOME=/java prepare_cms
  equals "$(printf '%s\n' "${COMMAND[@]}" | grep -c '^FLASHSALE_CMS_REVIEW=' || true)" 0
  export FLASHSALE_CMS_REVIEW=one
  JAVA_HOME=/java prepare_cms
  equals "$(printf '%s\n' "${COMMAND[@]}" | sed -n 's/^FLASHSALE_CMS_REVIEW=//p')" one
}
