# shellcheck shell=bash
# The jars that run, and nothing else: tests and lints belong to `test`. Nothing is built while nothing has changed.

SERVICES=(order-consumer backend cms-admin payment-sandbox)
BUILT_MODULES=(contract telemetry ops/rocketmq)

# For images, of which one is the registry: it has no part in what `up` starts. What is missing is not installed here.
verb_build() {
  no_arguments "$@"
  SERVICES+=(service-registry)
  prepare_home
  find_java
  command -v mvn >/dev/null || die 'There is no mvn here.' 'Install it: sudo apt-get install maven'
  build_jars
}

ensure_built() {
  build_jars
  take_services "$(cat -- "$ROOT/target/built/fingerprint")"
  exec 7>&-
}

# One build of a checkout at a time, whatever home it is for.
build_jars() {
  local began fingerprint built="$ROOT/target/built"
  began=$(now_ms)
  mkdir -p -- "$ROOT/target"
  exec 7>"$ROOT/target/build-lock"
  flock 7
  fingerprint=$(source_fingerprint)
  if [[ "$(cat -- "$built/fingerprint" 2>/dev/null)" == "$fingerprint" ]] && all_built; then
    say '  jars are up to date'
  else
    say "Building the jars (log: $LOGS/build.log)"
    rm -rf -- "$built"
    run_maven
    all_built || die 'Maven ended well, but not every jar is there.' "Its log: $LOGS/build.log"
    done_line 'jars are built' "$began"
    began=$(now_ms)
    mkdir -- "$built"
    together "${SERVICES[@]/#/unpack }" || exit 1
    printf '%s\n' "$fingerprint" >"$built/fingerprint"
    done_line 'services are unpacked' "$began"
  fi
}

# An unpacked service starts a third faster than its jar of jars (6.2 instead of 8.4 s of processor time). It also is what
# this build made: `test` writes other jars to the same places.
unpack() {
  "$JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 -Djarmode=tools -jar "$ROOT/$1/target/flashsale-$1.jar" \
    extract --destination "$ROOT/target/built/$1" >"$LOGS/unpack-$1.log" 2>&1 </dev/null 7>&- 9>&- ||
    die "The jar of $1 could not be unpacked." "Its words: $LOGS/unpack-$1.log"
}

# A home keeps what it runs, so that a later build cannot change a running program.
take_services() {
  local service stamp
  for service in "${SERVICES[@]}"; do
    stamp=$1
    [[ "$service" != cms-admin ]] || stamp+=" $(find "$ROOT/storefront" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | stamp_of)"
    take_service "$stamp" "$service"
  done
}

take_service() {
  local copy="$FLASHSALE_HOME/app/$2"
  [[ "$(cat -- "$copy/taken-from" 2>/dev/null)" != "$1" ]] || return 0
  rm -rf -- "$copy.new"
  cp -al -- "$ROOT/target/built/$2" "$copy.new" 2>/dev/null || cp -a -- "$ROOT/target/built/$2" "$copy.new"
  [[ "$2" != cms-admin ]] || cp -a -- "$ROOT/storefront" "$copy.new/storefront" # which it publishes, of the same version
  printf '%s\n' "$1" >"$copy.new/taken-from"
  rm -rf -- "$copy"
  mv -- "$copy.new" "$copy"
}

# Contents and names of all that goes into a jar, and the JDK.
source_fingerprint() {
  local module
  local -a places=("$ROOT/pom.xml" "$ROOT/edge-lua/redis" "$ROOT/ops/grafana/dashboards")
  for module in "${BUILT_MODULES[@]}" "${SERVICES[@]}"; do
    places+=("$ROOT/$module/pom.xml")
    [[ ! -d "$ROOT/$module/src" ]] || places+=("$ROOT/$module/src")
  done
  {
    printf '%s\n' "$JAVA_HOME"
    find "${places[@]}" -path '*/src/test' -prune -o -type f -print0 | LC_ALL=C sort -z |
      xargs -0 sha256sum
  } | stamp_of
}

all_built() {
  local service
  [[ -f "$ROOT/ops/rocketmq/target/classpath" ]] || return 1
  for service in "${SERVICES[@]}"; do [[ -f "$ROOT/$service/target/flashsale-$service.jar" ]] || return 1; done
}

run_maven() {
  local modules
  modules=$(IFS=, && printf '%s,%s' "${BUILT_MODULES[*]}" "${SERVICES[*]}")
  (cd -- "$ROOT" && mvn -q -B -ntp -T 1C -pl "$modules" -am -DskipTests -Dmaven.test.skip=true package) \
    >"$LOGS/build.log" 2>&1 </dev/null 7>&- 9>&- || explain_maven
}

explain_maven() {
  local log="$LOGS/build.log"
  grep -E '^\[ERROR\]' "$log" | head -n 12 >&2 || tail -n 12 -- "$log" >&2
  if grep -qE 'Unknown host|Network is unreachable|Connection refused|Connect timed out|Temporary failure' "$log"; then
    die 'No network: Maven Central is not to be reached, and what is needed is not all in ~/.m2.' \
      'Connect this machine, or set its proxy in ~/.m2/settings.xml, then run this again.' "Maven's words: $log"
  fi
  ! grep -q 'No space left on device' "$log" || die 'The disk is full.' "Maven's words: $log"
  die 'The jars could not be built.' "Maven's words: $log"
}
