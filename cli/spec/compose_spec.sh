# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2153,SC2154,SC2317 # the names are those of the parts under test
# What docker compose is told.

told() { # SETTING ARGUMENT…
  local setting=$1
  local -a COMPOSE=(bash -c 'printf "%s" "${!0}"' "$setting")
  shift
  load
  COMPOSE_BASE_USED=base compose "$@"
}

test_the_cms_is_told_of_prometheus_where_that_is_asked_for() {
  equals "$(told FLASHSALE_PROMETHEUS_URL --profile monitoring up -d)" http://prometheus:9090
  equals "$(COMPOSE_PROFILES=load,monitoring told FLASHSALE_PROMETHEUS_URL up -d)" http://prometheus:9090
  equals "$(FLASHSALE_PROMETHEUS_URL=http://elsewhere:1 told FLASHSALE_PROMETHEUS_URL --profile=monitoring up)" http://elsewhere:1
  equals "$(told FLASHSALE_PROMETHEUS_URL up -d)" ''
}

test_the_edge_does_not_throttle_the_one_address_of_a_crowd_that_is_asked_for() {
  equals "$(told FLASHSALE_RATE_EXEMPT --profile load up -d)" "$COMPOSE_NETWORKS"
  equals "$(COMPOSE_PROFILES=monitoring,load told FLASHSALE_RATE_EXEMPT up -d)" "$COMPOSE_NETWORKS"
  equals "$(FLASHSALE_RATE_EXEMPT=none told FLASHSALE_RATE_EXEMPT --profile=load up -d)" none
  equals "$(told FLASHSALE_RATE_EXEMPT --profile monitoring up -d)" ''
}

test_the_containers_are_told_the_profile_the_form_of_the_log_and_the_durability() {
  equals "$(told FLASHSALE_PROFILE up -d)" demo
  equals "$(FLASHSALE_LOG=json told FLASHSALE_LOG up -d)" json
  equals "$(told FLASHSALE_REDIS_APPENDFSYNC up -d)" everysec
  equals "$(FLASHSALE_DURABILITY=strict told FLASHSALE_REDIS_APPENDFSYNC up -d)" always
}

test_images_are_told_their_version_and_commit() {
  equals "$(told FLASHSALE_VERSION build)" "$(pom_version)"
  equals "$(told FLASHSALE_REVISION build | cut -c1-40)" "$(git -C "$ROOT" rev-parse HEAD)"
}

test_what_nobody_has_set_is_no_setting_in_a_container() {
  local told
  told=$(FLASHSALE_EMPTY='' FLASHSALE_FULL='a b' "$ROOT/ops/docker/await" env)
  equals "$(grep -c '^FLASHSALE_EMPTY' <<<"$told")" 0
  equals "$(grep '^FLASHSALE_FULL' <<<"$told")" 'FLASHSALE_FULL=a b'
}
