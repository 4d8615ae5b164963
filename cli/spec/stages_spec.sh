# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154,SC2317 # the names are those of the parts under test
# What a stage of the tests does where the machine cannot give it what it wants. No test is run here.

# stage NAME: sets SEEN to what Maven or the specs were told, OUT to what was said.
stage() {
  TEST_HOME=$SCRATCH SKIPPED=0 STAGE_SKIPPED=0 STAGE_PASSED=0 STAGE_FAILED=0 SEEN='' LOGS=$SCRATCH
  maven() { SEEN="$1 with $(basename "$FLASHSALE_TEST_MYSQL_ROOT") in ${FLASHSALE_TEST_CONTAINERS:-processes}"; }
  tap() { SEEN="$1 on $FLASHSALE_TEST_NGINX_ROOT"; }
  check() { SEEN+=" $1"; }
  "stage_$1" >"$SCRATCH/said" 2>&1
  OUT=$(<"$SCRATCH/said")
}

test_with_an_engine_the_services_are_tested_in_containers() {
  fetch_unstable() { :; }
  start_engine() { :; }
  stage containers
  equals "$SEEN" 'containers with mysql in test containers-leaves-nothing'
  equals "$SKIPPED" 0
}

test_without_an_engine_that_is_said_and_counted() {
  fetch_unstable() { :; }
  start_engine() { return 1; }
  stage containers
  equals "$SEEN" ''
  says 'not tested in containers'
  equals "$SKIPPED" 1
}

test_mysql_needs_no_engine() {
  fetch_unstable() { :; }
  start_engine() { fail 'an engine was asked for'; }
  stage mysql
  equals "$SEEN" 'mysql with mysql in processes'
  equals "$SKIPPED" 0
}

test_without_mysql_that_is_said_and_counted() {
  fetch_unstable() { return 1; }
  start_engine() { fail 'an engine was asked for'; }
  stage mysql
  equals "$SEEN" ''
  says 'MySQL could not be fetched'
  equals "$SKIPPED" 1
}

test_without_a_newer_nginx_that_is_said_and_counted() {
  fetch_unstable() { return 1; }
  stage edge_newer
  equals "$SEEN" ''
  says 'A newer nginx could not be fetched'
  equals "$SKIPPED" 1
}

test_a_newer_nginx_is_what_its_specs_run_on() {
  fetch_unstable() { :; }
  stage edge_newer
  equals "$SEEN" "edge-newer on $SCRATCH/nginx"
  equals "$SKIPPED" 0
}

test_what_was_not_fetched_wholly_is_not_there() {
  LOGS=$SCRATCH
  unpack_unstable() { touch "$3/half" && return 1; }
  if OUT=$(fetch_unstable "$SCRATCH/files" some-package 2>&1); then fail 'it was taken for whole'; fi
  [[ ! -e "$SCRATCH/files" ]] || fail 'half of it is there'
}
