# shellcheck shell=bash
# test: all tests, or one stage. A running `up` is not disturbed: everything here has ports and data of its own, and no
# setting of .env applies. Counts come from the reports of the test tools, never from their exit codes alone, and a
# stage that ran no test has failed.

# Run only when they are asked for, since they take long, and by the forge's workflow beside the others: upgrade builds another version and
# replaces it part by part; containers runs the stage integration, edge-newer the stage edge and mysql the order path once more. Of the faults,
# and of the containers that are killed, the others run a selection.
STAGES=(unit edge integration e2e compose fault)

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
      unit | edge | edge-newer | integration | mysql | containers | e2e | upgrade | compose | fault) wanted+=("$1") ;;
      *) misuse "'$1' is no stage; they are: ${STAGES[*]}." ;;
    esac
    shift
  done
  [[ -z "${FAULTS[*]}" || "${wanted[*]}" == fault ]] || misuse '--minutes and --seed belong to the stage fault alone.'
  case "${wanted[*]}:$ONLY" in
    *: | fault:*FaultIT* | e2e:* | compose:*) ;;
    *) misuse '--only belongs to the stage e2e, compose or fault, alone.' ;;
  esac
  [[ "${wanted[*]}:$ONLY" == fault:* || "$ONLY" != *FaultIT* ]] || misuse 'Classes of faults belong to the stage fault.'
  [[ ${#wanted[@]} -gt 0 ]] || wanted=("${STAGES[@]}")
  began=$(now_ms)
  TEST_HOME="$ROOT/target/test"
  mkdir -p -- "$TEST_HOME"
  exec 6>"$TEST_HOME/lock"
  flock -n 6 || die 'Another ./flashsale test runs in this checkout.' 'Wait for it, or use another clone.'
  LOGS="$TEST_HOME/logs"
  rm -rf -- "$LOGS"
  mkdir -p -- "$LOGS"
  FLASHSALE_HOME=$TEST_HOME ensure_packages "$yes" "$NEEDED_TO_RUN" "$NEEDED_TO_TEST" "$(needed_for_containers)"
  unset_settings
  trap end_what_was_started EXIT
  PASSED=0 FAILED=0 SKIPPED=0
  printf '%-14s %8s %8s %9s\n' STAGE PASSED FAILED TIME
  for name in "${wanted[@]}"; do run_stage "$name"; done
  printf '\nAll stages took %s s. Logs: %s\n' "$(seconds_since "$began")" "$LOGS"
  if [[ $SKIPPED -gt 0 ]]; then
    printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
  else
    printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
  fi
  [[ $FAILED -eq 0 && $PASSED -gt 0 ]]
}

end_what_was_started() {
  stop_engine
  remove_private_system
}

# Where an engine runs already, it is used; only root can start another.
needed_for_containers() {
  [[ " ${wanted[*]} " == *' compose '* || " ${wanted[*]} " == *' containers '* ]] || return 0
  if [[ $EUID -eq 0 ]] && ! docker info >/dev/null 2>&1; then printf '%s' "$NEEDED_FOR_ENGINE"; fi
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
  STAGE_PASSED=0 STAGE_FAILED=0 STAGE_SKIPPED=0
  "stage_${stage//-/_}" "${wanted[@]}"
  if [[ $((STAGE_PASSED + STAGE_FAILED + STAGE_SKIPPED)) -eq 0 ]]; then
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

# The same specs once more, on the newest nginx that Debian has, with its Lua module and LuaJIT.
stage_edge_newer() {
  local files="$TEST_HOME/nginx"
  if ! fetch_unstable "$files" nginx,libnginx-mod-http-lua,lua-resty-core,lua-resty-lrucache,lua-cjson,lua-nginx-redis; then
    warn 'A newer nginx could not be fetched, so the edge is not tested on it.'
    SKIPPED=$((SKIPPED + 1)) STAGE_SKIPPED=1
    return
  fi
  FLASHSALE_TEST_NGINX_ROOT=$files tap edge-newer "$ROOT/edge-lua/spec/run"
}

# e2e's own tests want a running system: they are the stages e2e and fault.
INTEGRATION_TESTS=('-Dit.test=**/*IT,!io/flashsale/e2e/**' -Dfailsafe.failIfNoSpecifiedTests=false)

stage_integration() {
  if [[ -f "$LOGS/unit-and-integration.log" ]]; then
    count_tests unit-and-integration 'target/failsafe-reports'
    STAGE_TIME='with unit'
    return
  fi
  maven_integration integration
}

maven_integration() { maven "$1" 'target/failsafe-reports' "${INTEGRATION_TESTS[@]}" -Pchecks -DskipUnitTests=true verify; }

# The order path once more, on MySQL: everywhere else MariaDB plays its part. Left out are what needs no database, and lives of orders at
# random, which take minutes and say no SQL that PaymentIT does not. MySQL is Debian unstable's, which alone has it; where it cannot be had,
# that is said, and counts as skipped.
stage_mysql() {
  local files="$TEST_HOME/mysql"
  if ! fetch_unstable "$files" mysql-server-core; then
    warn 'MySQL could not be fetched, so the order path is not tested on it.'
    SKIPPED=$((SKIPPED + 1)) STAGE_SKIPPED=1
    return
  fi
  FLASHSALE_TEST_MYSQL_ROOT=$files maven mysql 'target/failsafe-reports' -Pchecks -pl order-consumer -am -DskipUnitTests=true \
    '-Dit.test=RealMySqlIT,io/flashsale/consumer/**/*IT,!OrderLifeIT,!SandboxGatewayIT' -Dfailsafe.failIfNoSpecifiedTests=false verify
}

# What the stage integration runs, with MySQL, Redis and RocketMQ in containers.
stage_containers() {
  local files="$TEST_HOME/mysql"
  if ! fetch_unstable "$files" mysql-server-core || ! start_engine; then
    warn 'The services are not tested in containers.'
    SKIPPED=$((SKIPPED + 1)) STAGE_SKIPPED=1
    return
  fi
  check containers-images build_test_images "$files"
  FLASHSALE_TEST_CONTAINERS=test FLASHSALE_TEST_MYSQL_ROOT=$files maven_integration containers
  check containers-leaves-nothing await_no_test_containers
  stop_engine
}

# build_test_images FOLDER: of the stores, as the stage compose has them, and of the MySQL whose files are in the folder.
build_test_images() {
  FLASHSALE_HOME="$TEST_HOME/images" FLASHSALE_TAG=test "$ROOT/flashsale" compose --debian build redis broker || return
  [[ -n "$(docker images -q flashsale/unstable-mysql:test)" ]] ||
    tar -C "$1" --exclude=./usr/share/{doc,locale,man} -c . | docker import - flashsale/unstable-mysql:test
}

# What ends with a JVM is removed by a shell that outlives it.
await_no_test_containers() {
  local left image deadline=$((EPOCHSECONDS + 20))
  local -a ours=(--filter label=org.testcontainers=true)
  for image in debian-redis debian-rocketmq unstable-mysql; do ours+=(--filter "ancestor=flashsale/$image:test"); done
  while left=$(docker ps -aq "${ours[@]}") && [[ -n "$left" ]]; do
    [[ $EPOCHSECONDS -lt $deadline ]] || { say "left: $left" && return 1; }
    pause 0.2
  done
}

# fetch_unstable FOLDER PACKAGES: their files and those of all that they need, of Debian unstable, once. PACKAGES by commas.
fetch_unstable() {
  local files=$1 packages=$2 log
  log="$LOGS/${files##*/}-files.log"
  [[ ! -d "$files" ]] || return 0
  rm -rf -- "$files.packages" "$files.new"
  mkdir -p -- "$files.new"
  if ! unpack_unstable "$packages" "$files.packages" "$files.new" >"$log" 2>&1 </dev/null 6>&-; then
    warn "$(tail -n 1 -- "$log")"
    return 1
  fi
  rm -rf -- "$files.packages"
  mv -- "$files.new" "$files"
}

# unpack_unstable PACKAGES FETCHED FOLDER: they are unpacked and nothing more: this takes no root, and installs nothing.
unpack_unstable() {
  local packages=$1 fetched=$2 files=$3 package
  PATH="$PATH:/usr/sbin" debootstrap --download-only --force-check-gpg --variant=minbase --include="$packages" sid "$fetched" || return
  for package in "$fetched"/var/cache/apt/archives/*.deb; do
    dpkg-deb --extract "$package" "$files" || return
  done
}

# That it starts is a test as well. Logs are as a machine reads them, and each purchase is traced, to a port that a test listens on.
stage_e2e() {
  choose_private_system
  local -x FLASHSALE_LOG=json FLASHSALE_TRACE_SAMPLE=1 FLASHSALE_OTLP_URL="http://127.0.0.1:$((FLASHSALE_PROMETHEUS_PORT + 1))"
  check e2e-up "$ROOT/flashsale" up --yes --monitoring
  ! part_lives edge || maven_e2e e2e "io/flashsale/e2e/**/${ONLY:-*IT},!io/flashsale/e2e/fault/**,!io/flashsale/e2e/upgrade/**,!io/flashsale/e2e/compose/**"
  end_private_system e2e
}

# From the version that e2e/upgrade-from names to this one, while it sells. A checkout without that history, as a shallow clone, says so, and
# it counts as skipped.
stage_upgrade() {
  local PREVIOUS=''
  choose_private_system
  if ! take_previous; then
    SKIPPED=$((SKIPPED + 1)) STAGE_SKIPPED=1
    return
  fi
  # Under load there is no time for it.
  check upgrade-build build_beforehand
  check upgrade-previous-up "$PREVIOUS/flashsale" up --yes
  ! part_lives edge || maven_e2e upgrade 'io/flashsale/e2e/upgrade/*IT'
  end_private_system upgrade
}

# take_previous: sets PREVIOUS to the files of that version, which are kept with what it builds there.
take_previous() {
  local name commit log="$LOGS/upgrade-previous.log"
  name=$(grep -v '^#' -- "$ROOT/e2e/upgrade-from")
  if ! commit=$(git -C "$ROOT" rev-parse --verify "$name^{commit}" 2>"$log"); then
    warn "This checkout does not have the version to upgrade from ($name), so the upgrade is not tested: $(tail -n 1 -- "$log")"
    return 1
  fi
  PREVIOUS="$TEST_HOME/previous/$commit"
  [[ ! -d "$PREVIOUS" ]] || return 0
  rm -rf -- "$TEST_HOME/previous"
  mkdir -p -- "$PREVIOUS.new"
  git -C "$ROOT" archive "$commit" | tar -x -C "$PREVIOUS.new" || return 1
  mv -- "$PREVIOUS.new" "$PREVIOUS"
}

build_beforehand() (
  find_java
  build_jars
)

# docker-compose.yml, on an engine of its own where none runs. Where none can, that is said, and counts as skipped.
stage_compose() {
  local -a compose=("$ROOT/flashsale" compose --debian -f "$ROOT/e2e/compose.yml") built=(build)
  # The crowd's images fetch JMeter, and the crowd is no part of the selection.
  [[ "$*" != compose ]] || built=(--profile load build)
  choose_private_system
  export FLASHSALE_TAG=test COMPOSE_PROJECT_NAME=flashsale-test
  if ! start_engine; then
    SKIPPED=$((SKIPPED + 1)) STAGE_SKIPPED=1
    return
  fi
  # The crowd of the profile load comes from one address.
  local -x FLASHSALE_RATE_EXEMPT=$COMPOSE_NETWORKS
  check compose-build "${compose[@]}" "${built[@]}"
  check compose-up "${compose[@]}" up -d
  if docker ps -q --filter label=com.docker.compose.project=flashsale-test | grep -q .; then
    if [[ "$*" == compose ]]; then
      maven_e2e compose "io/flashsale/e2e/compose/${ONLY:-*IT}"
    else
      maven_e2e compose 'io/flashsale/e2e/compose/*IT' -DexcludedGroups=thorough
    fi
    "${compose[@]}" logs --no-color >"$LOGS/compose-containers.log" 2>&1 </dev/null || true
    docker images --filter reference='flashsale/*' --format '{{.Repository}} {{.Size}}' | LC_ALL=C sort | tee "$LOGS/compose-images.log" >/dev/null
  fi
  check compose-down "${compose[@]}" down -v --remove-orphans
  check compose-leaves-nothing nothing_is_left_of_containers
  stop_engine
  remove_private_system
}

# Sets DOCKER_HOST where the engine is ours.
start_engine() {
  local engine="$TEST_HOME/engine" pid
  ENGINE_PID=''
  if docker info >/dev/null 2>&1; then
    [[ $EUID -ne 0 ]] || return 0
    ! compose_base_is_made || return 0
    warn "Only root can make the base image: the containers are not tested. Once: sudo ops/docker/base $COMPOSE_BASE"
    return 1
  fi
  if [[ $EUID -ne 0 ]]; then
    warn 'No Docker engine answers, and only root can start one: the containers are not tested.'
    return 1
  fi
  mkdir -p -- "$engine"
  export DOCKER_HOST="unix:///run/flashsale-test-docker.sock"
  setsid dockerd -H "$DOCKER_HOST" --data-root "$engine/data" --exec-root "$engine/exec" --pidfile "$engine/pid" \
    >"$LOGS/engine.log" 2>&1 </dev/null 6>&- &
  ENGINE_PID=$!
  for _ in {1..120}; do
    if docker info >/dev/null 2>&1; then return; fi
    kill -0 "$ENGINE_PID" 2>/dev/null || break
    pause 0.5
  done
  warn "No Docker engine answers, and none could be started, so the containers are not tested: $(tail -n 1 -- "$LOGS/engine.log")"
  stop_engine
  return 1
}

stop_engine() {
  [[ -n "${ENGINE_PID:-}" ]] || return 0
  kill "$ENGINE_PID" 2>/dev/null || true
  wait "$ENGINE_PID" 2>/dev/null || true
  # A network that the engine keeps for itself stays mounted, and nobody could remove the folder.
  umount "$TEST_HOME"/engine/exec/netns/* 2>/dev/null || true
  ENGINE_PID=''
  unset DOCKER_HOST
}

nothing_is_left_of_containers() {
  local left
  left=$(docker ps -aq --filter label=com.docker.compose.project=flashsale-test &&
    docker volume ls -q --filter label=com.docker.compose.project=flashsale-test &&
    docker network ls -q --filter label=com.docker.compose.project=flashsale-test) || return 1
  [[ -z "$left" ]] || { say "left: $left" && return 1; }
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
  find "$ROOT" -path "$TEST_HOME" -prune -o \( -path '*/target/surefire-reports/*.xml' -o -path '*/target/failsafe-reports/*.xml' \) \
    -exec rm -f -- {} +
  (cd -- "$ROOT" && mvn -B -ntp -Dstyle.color=never -Dmaven.test.failure.ignore=true "$@") \
    >"$LOGS/$name.log" 2>&1 </dev/null 6>&- || code=$?
  count_tests "$name" "$reports" "$code"
}

# count_tests NAME REPORTS [CODE]: of one run of Maven; a run that failed without a failed test counts as one.
count_tests() {
  local passed failed
  read -r passed failed < <(count_reports "$2")
  [[ "${3:-0}" -eq 0 || $failed -gt 0 ]] || failed=1
  if [[ $((passed + failed)) -eq 0 ]]; then
    warn "No test of $1 was run."
    failed=1
  fi
  count "$passed" "$failed"
  [[ $failed -eq 0 ]] || told "$1"
}

# count_reports FOLDER: passed and failed tests of the XML reports; a skipped test has not passed.
count_reports() {
  find "$ROOT" -path "$TEST_HOME" -prune -o -path "*/$1/TEST-*.xml" -print0 | xargs -0 -r cat |
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
