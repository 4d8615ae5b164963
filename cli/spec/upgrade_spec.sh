# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2153,SC2154,SC2317 # the names are those of the parts under test
# Which parts are upgraded, in which order, and to which program.

plan() { upgrade_plan "$@" | paste -sd ' '; }

test_parts_are_upgraded_in_their_order_however_they_are_asked_for() {
  equals "$(plan 0 edge backend consumer)" 'consumer backend edge'
  equals "$(plan 0)" 'namesrv broker redis mysql consumer backend sandbox edge cms'
}

test_the_way_back_is_the_other_way_round() { equals "$(plan 1 consumer backend edge)" 'edge backend consumer'; }

test_every_part_has_its_place_and_its_sentence() {
  local part
  for part in "${PARTS[@]}"; do
    [[ " $(plan 0) " == *" $part "* ]] || fail "$part has no place"
    [[ -n "${UPGRADE_SENTENCE[$part]}" ]] || fail "$part has no sentence"
  done
}

test_an_unknown_part_is_misuse() {
  cli upgrade shop
  ends_with 2
  says "'shop' is no part"
}

test_where_nothing_runs_there_is_nothing_to_upgrade_and_nothing_is_made() {
  cli upgrade
  ends_with 1
  says "Nothing runs under $FLASHSALE_HOME"
  [[ ! -e "$FLASHSALE_HOME" ]] || fail 'a home was made'
}

test_a_service_keeps_its_program_until_it_is_its_turn() {
  local service
  load && prepare_home
  ROOT="$SCRATCH/checkout"
  for service in backend cms-admin; do mkdir -p -- "$ROOT/target/built/$service" "$FLASHSALE_HOME/app/$service"; done
  printf 'new' | tee "$ROOT/target/built/backend/jar" >"$ROOT/target/built/cms-admin/jar"
  printf 'old' | tee "$FLASHSALE_HOME/app/backend/jar" >"$FLASHSALE_HOME/app/cms-admin/jar"
  take_service v2 backend
  equals "$(<"$FLASHSALE_HOME/app/backend/jar")" new
  equals "$(<"$FLASHSALE_HOME/app/backend/taken-from")" v2
  equals "$(<"$FLASHSALE_HOME/app/cms-admin/jar")" old
}

test_a_checkout_without_the_previous_version_says_that_no_upgrade_is_tested() {
  load
  LOGS=$SCRATCH TEST_HOME="$SCRATCH/test"
  mkdir -p -- "$SCRATCH/checkout/e2e"
  git init -q "$SCRATCH/checkout"
  printf '# a comment\nv0.0.1\n' >"$SCRATCH/checkout/e2e/upgrade-from"
  ROOT="$SCRATCH/checkout"
  fails_saying 'does not have the version to upgrade from (v0.0.1)' take_previous
}

# What upgrade_part would do with the backend: DID has it, in order.
upgrade_backend() { # BACK VERSION-IN-REDIS
  local in_redis=$2
  DID=''
  load && prepare_home
  redis_client() { if [[ "$1" == FCALL_RO ]]; then printf '%s\n' "$in_redis"; else DID+="$* "; fi; }
  end_part() { DID+="end $1 "; }
  take_service() { :; }
  ensure_part() { DID+="ensure $1"; }
  upgrade_part backend "$1" >/dev/null
}

own_library() { sed -n 's/^local VERSION = //p' "$ROOT/edge-lua/redis/flashsale.lua"; }

with_a_build() {
  local real=$ROOT
  ROOT="$SCRATCH/checkout"
  mkdir -p -- "$ROOT/target/built" "$ROOT/edge-lua"
  cp -a -- "$real/edge-lua/redis" "$ROOT/edge-lua/redis"
  cp -- "$real/.env.example" "$ROOT/.env.example"
  printf 'f\n' >"$ROOT/target/built/fingerprint"
}

test_on_the_way_back_a_newer_function_library_is_taken_away_before_the_backend_starts() {
  with_a_build
  upgrade_backend 1 "$(($(own_library) + 1))"
  equals "$DID" 'end backend -e FUNCTION DELETE flashsale ensure backend'
}

test_on_the_way_back_a_function_library_that_is_not_newer_stays() {
  with_a_build
  upgrade_backend 1 "$(own_library)"
  equals "$DID" 'ensure backend'
}

test_on_the_way_forward_a_function_library_is_the_backends_business() {
  with_a_build
  upgrade_backend 0 "$(($(own_library) + 1))"
  equals "$DID" 'ensure backend'
}
