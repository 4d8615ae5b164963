# shellcheck shell=bash
# test: all tests, or one stage. A running `up` is not disturbed: everything here has ports and data of its own, and no
# setting of .env applies. Counts come from the reports of the test tools, never from their exit codes alone, and a
# stage that ran no test has failed.

STAGES=(unit edge integration e2e fault)

verb_test() {
  local yes=0 began name ONLY=''
  local -a wanted=() FAULTS=()
  while [[ $# -gt 0 ]]; do
    case $1 in
      --yes) yes=1 ;;
      --minutes | --seed)
        [[ "${2:-}" =~ ^[0-9]{1,9}$ ]] || misuse "$1 takes a number."
        FAULTS+=("-Dflashsale.fault.${1#--}=$2")
        shift
        ;;
      --only)
        [[ "${2:-}" =~ ^[A-Za-z]+IT(#[A-Za-z0-9_*+]+)?$ ]] || misuse '--only takes a class of tests, as RedisFaultIT, or RedisFaultIT#a_method*.'
        ONLY=$2
        shift
        ;;
      unit | edge | integration | e2e | fault) wanted+=("$1") ;;
      *) misuse "'$1' is no stage; they are: ${STAGES[*]}." ;;
    esac
    shift
  done
  [[ -z "${FAULTS[*]}" || "${wanted[*]}" == fault ]] || misuse '--minutes and --seed belong to the stage fault alone.'
  case "${wanted[*]}:$ONLY" in
    *: | fault:*FaultIT* | e2e:*) ;;
    *) misuse '--only belongs to the stage e2e or fault, alone.' ;;
  esac
  [[ "${wanted[*]}:$ONLY" != e2e:*FaultIT* ]] || misuse 'Classes of faults belong to the stage fault.'
  [[ ${#wanted[@]} -gt 0 ]] || wanted=("${STAGES[@]}")
  began=$(now_ms)
  TEST_HOME="$ROOT/target/test"
  mkdir -p -- "$TEST_HOME"
  exec 6>"$TEST_HOME/lock"
  flock -n 6 || die 'Another ./flashsale test runs in this checkout.' 'Wait for it, or use another clone.'
  LOGS="$TEST_HOME/logs"
  rm -rf -- "$LOGS"
  mkdir -p -- "$LOGS"
  FLASHSALE_HOME=$TEST_HOME ensure_packages "$yes" "$NEEDED_TO_RUN" "$NEEDED_TO_TEST"
  unset_settings
  trap remove_private_system EXIT
  PASSED=0 FAILED=0
  printf '%-14s %8s %8s %9s\n' STAGE PASSED FAILED TIME
  for name in "${wanted[@]}"; do run_stage "$name"; done
  printf '\nAll stages took %s s. Logs: %s\n' "$(seconds_since "$began")" "$LOGS"
  printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
  [[ $FAILED -eq 0 && $PASSED -gt 0 ]]
}

# The tests choose all settings themselves.
unset_settings() {
  local name
  for name in $(compgen -e FLASHSALE_); do
    [[ "$name" == FLASHSALE_ROOT ]] || unset "$name"
  done
  export FLASHSALE_ENV_FILE=/dev/null
}

# run_stage NAME: its parts report passed and failed tests by `count`; a part that cannot even run counts as one failure.
run_stage() {
  local stage=$1 began STAGE_TIME=''
  began=$(now_ms)
  STAGE_PASSED=0 STAGE_FAILED=0
  "stage_$stage" "${wanted[@]}"
  if [[ $((STAGE_PASSED + STAGE_FAILED)) -eq 0 ]]; then
    warn "The stage $stage ran no test."
    STAGE_FAILED=1
  fi
  PASSED=$((PASSED + STAGE_PASSED)) FAILED=$((FAILED + STAGE_FAILED))
  printf '%-14s %8d %8d %9s\n' "$stage" "$STAGE_PASSED" "$STAGE_FAILED" "${STAGE_TIME:-$(seconds_since "$began") s}"
}

count() { STAGE_PASSED=$((STAGE_PASSED + $1)) STAGE_FAILED=$((STAGE_FAILED + $2)); }

# check NAME COMMAND…: one test that a command succeeds.
check() {
  local name=$1
  shift
  if "$@" >"$LOGS/$name.log" 2>&1 </dev/null 6>&-; then
    count 1 0
  else
    count 0 1
    told "$name"
  fi
}

# told NAME: what went wrong, on stderr, from its log.
told() {
  printf -- '--- %s failed; from %s\n' "$1" "$LOGS/$1.log" >&2
  # TAP's failures, or Maven's own lines and what goes on below them up to the stack, not what the programs under test log
  awk '/^\[ERROR\]/ { on = 1 } /^\[(INFO|WARNING)\]|^\tat / { on = 0 } on || /^not ok|^  #/' "$LOGS/$1.log" | head -n 80 >&2 || true
  printf -- '--- its last lines\n' >&2
  tail -n 15 -- "$LOGS/$1.log" >&2
}

stage_unit() {
  check shellcheck check_shell_scripts
  check luacheck env -C "$ROOT" luacheck -q edge-lua
  check alerts promtool test rules "$ROOT/ops/prometheus/rules_test.yml"
  tap cli "$ROOT/cli/spec/run"
  if [[ " $* " == *' integration '* ]]; then
    # Both in one go: Maven would compile everything anew for the second.
    maven unit-and-integration 'target/surefire-reports' "${INTEGRATION_TESTS[@]}" -Pchecks verify
    return
  fi
  maven unit 'target/surefire-reports' -Pchecks test
}

stage_edge() {
  tap edge "$ROOT/edge-lua/spec/run"
}

# e2e's own tests want a running system: they are the stages e2e and fault.
INTEGRATION_TESTS=('-Dit.test=**/*IT,!io/flashsale/e2e/**' -Dfailsafe.failIfNoSpecifiedTests=false)

stage_integration() {
  if [[ -f "$LOGS/unit-and-integration.log" ]]; then
    count_tests unit-and-integration 'target/failsafe-reports'
    STAGE_TIME='with unit'
    return
  fi
  maven integration 'target/failsafe-reports' "${INTEGRATION_TESTS[@]}" -Pchecks -DskipUnitTests=true verify
}

# That it starts is a test as well.
stage_e2e() {
  choose_private_system
  check e2e-up "$ROOT/flashsale" up --yes --monitoring
  ! part_lives edge || maven_e2e e2e "io/flashsale/e2e/**/${ONLY:-*IT},!io/flashsale/e2e/fault/**"
  end_private_system e2e
}

# The tests start this one themselves, with a proxy in each way between two parts. Asked for by name, the stage runs every fault;
# with --minutes only the random mix, for so long, with --only those named; beside others a selection.
stage_fault() {
  choose_private_system
  if [[ "${FAULTS[*]}" == *minutes* ]]; then
    maven_e2e fault 'io/flashsale/e2e/fault/RandomMixIT' "${FAULTS[@]}"
  elif [[ -n "$ONLY" ]]; then
    maven_e2e fault "io/flashsale/e2e/fault/$ONLY"
  elif [[ "$*" == fault ]]; then
    maven_e2e fault 'io/flashsale/e2e/fault/**/*IT' "${FAULTS[@]}"
  else
    maven_e2e fault 'io/flashsale/e2e/fault/**/*IT' -Dgroups=selected
  fi
  end_private_system fault
  [[ ! -f "$FAULT_TABLE" ]] || say "What each fault cost: $FAULT_TABLE"
}

FAULT_TABLE="$ROOT/e2e/target/faults/table.md"

# maven_e2e NAME TESTS ARGUMENT…
maven_e2e() {
  local name=$1 pattern=$2
  shift 2
  maven "$name" 'e2e/target/failsafe-reports' -Pchecks -pl e2e -am -DskipUnitTests=true "-Dit.test=$pattern" \
    -Dfailsafe.failIfNoSpecifiedTests=false "$@" verify
}

# end_private_system NAME: that nothing is left is a test.
end_private_system() {
  local name=$1
  keep_system_logs "$name"
  check "$name-down" "$ROOT/flashsale" down
  check "$name-leaves-nothing" nothing_is_left
  remove_private_system
}

# All of it, sourced parts included, as one program.
check_shell_scripts() {
  local -a scripts
  cd -- "$ROOT"
  shellcheck -x flashsale
  mapfile -d '' -t scripts < <(find . -path '*/target' -prune -o -path ./.git -prune -o -path ./cli/lib -prune -o -path ./flashsale -prune -o -path ./.run -prune \
    -o -type f \( -name '*.sh' -o -perm -u+x \) -print0 | xargs -0 grep -lZE '^#!.*\b(ba)?sh\b|^# shellcheck shell=')
  shellcheck "${scripts[@]}"
}

# tap NAME COMMAND…: a command that prints TAP.
tap() {
  local name=$1 passed failed code=0
  shift
  "$@" >"$LOGS/$name.log" 2>&1 </dev/null 6>&- || code=$?
  passed=$(grep -c '^ok ' -- "$LOGS/$name.log") || true
  failed=$(grep -c '^not ok ' -- "$LOGS/$name.log") || true
  [[ $code -eq 0 || $failed -gt 0 ]] || failed=1
  count "$passed" "$failed"
  [[ $failed -eq 0 ]] || told "$name"
}

# maven NAME REPORTS ARGUMENT…: all modules go on after a failure; the reports say what failed.
maven() {
  local name=$1 reports=$2 code=0
  shift 2
  find "$ROOT" \( -path '*/target/surefire-reports/*.xml' -o -path '*/target/failsafe-reports/*.xml' \) -delete
  (cd -- "$ROOT" && mvn -B -ntp -Dstyle.color=never -Dmaven.test.failure.ignore=true "$@") \
    >"$LOGS/$name.log" 2>&1 </dev/null 6>&- || code=$?
  count_tests "$name" "$reports" "$code"
}

# count_tests NAME REPORTS [CODE]: of one run of Maven; a run that failed without a failed test counts as one.
count_tests() {
  local passed failed
  read -r passed failed < <(count_reports "$2")
  [[ "${3:-0}" -eq 0 || $failed -gt 0 ]] || failed=1
  count "$passed" "$failed"
  [[ $failed -eq 0 ]] || told "$1"
}

# count_reports FOLDER: passed and failed tests of the XML reports; a skipped test has not passed.
count_reports() {
  find "$ROOT" -path "*/$1/TEST-*.xml" -print0 | xargs -0 -r cat |
    awk '
      function value(name) { return match($0, " " name "=\"[0-9]+\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : 0 }
      /<testsuite / { whole = $0; while (whole !~ />/ && (getline more) > 0) whole = whole " " more; $0 = whole
        bad = value("failures") + value("errors"); passed += value("tests") - bad - value("skipped"); failed += bad }
      END { print passed + 0, failed + 0 }'
}

# Its own ports, and a home that a careless program would trip over: blanks, and too long for a unix socket's path.
choose_private_system() {
  local name port
  export FLASHSALE_HOME="$TEST_HOME/a home with blanks in its name and a path that is longer than the 107 bytes which a unix socket may have"
  remove_private_system
  port=$(free_port_block) || die 'No twenty free ports in a row were found for the test system.' 'End what listens from 21000 on.'
  PIDS="$FLASHSALE_HOME/pids"
  for name in EDGE BACKEND CONSUMER CMS SANDBOX MYSQL REDIS NAMESRV PROMETHEUS BROKER; do
    [[ $name != BROKER ]] || port=$((port + 5))
    export "FLASHSALE_${name}_PORT=$port"
    port=$((port + 1))
  done
}

keep_system_logs() {
  mkdir -p -- "$LOGS/$1-system"
  cp -f -- "$FLASHSALE_HOME"/logs/*.log "$LOGS/$1-system" 2>/dev/null || true
}

nothing_is_left() {
  local name path
  for name in $(compgen -e FLASHSALE_); do
    [[ $name != *_PORT ]] || ! port_taken "${!name}" || { say "port ${!name} is held by $(port_holder "${!name}")" && return 1; }
  done
  for path in /proc/[0-9]*; do
    if tr '\0' '\n' 2>/dev/null <"$path/cmdline" | grep -qF -- "$FLASHSALE_HOME/"; then
      say "process ${path#/proc/} is left: $(command_line "${path#/proc/}")"
      return 1
    fi
  done
}

# Also after an interruption, and what an earlier run left.
remove_private_system() {
  [[ -n "${FLASHSALE_HOME:-}" && "$FLASHSALE_HOME" == "$TEST_HOME/"* && -d "$FLASHSALE_HOME" ]] || return 0
  "$ROOT/flashsale" reset --yes >>"$LOGS/reset.log" 2>&1 </dev/null 6>&- || warn "The test system could not be removed: $LOGS/reset.log"
}

# Twenty ports in a row that nobody listens on, below the ports that the kernel gives to clients.
free_port_block() {
  local try base port
  for try in {1..50}; do
    base=$((21000 + (RANDOM % 500) * 20))
    for ((port = base; port < base + 20; port++)); do
      ! port_taken "$port" || continue 2
    done
    printf '%s' "$base"
    return
  done
  return 1
}

verb_bench() {
  local yes=0
  [[ "${1:-}" != --help ]] || { cat -- "$ROOT/bench/usage.txt" && return; }
  [[ "${1:-}" != --yes ]] || { yes=1 && shift; }
  prepare_home
  ensure_packages "$yes" "$NEEDED_TO_RUN" "$NEEDED_TO_BENCH"
  exec "$ROOT/bench/run" "$@"
}
