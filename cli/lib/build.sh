# shellcheck shell=bash
# The jars that run, and nothing else: tests and lints belong to `test`. Nothing is built while nothing has changed.

BUILT_MODULES=(contract ops/rocketmq order-consumer backend cms-admin)
BUILT_FILES=(
  ops/rocketmq/target/classpath
  order-consumer/target/flashsale-order-consumer.jar
  backend/target/flashsale-backend.jar
  cms-admin/target/flashsale-cms-admin.jar
)

# ensure_built: one build of a checkout at a time, whatever home it is for.
ensure_built() {
  local began fingerprint record="$ROOT/target/flashsale.built"
  began=$(now_ms)
  mkdir -p -- "$ROOT/target"
  exec 7>"$ROOT/target/flashsale.build-lock"
  flock 7
  fingerprint=$(source_fingerprint)
  if [[ "$(cat -- "$record" 2>/dev/null)" == "$fingerprint" ]] && all_built; then
    say '  jars are up to date'
  else
    say "Building the jars (log: $LOGS/build.log)"
    rm -f -- "$record"
    run_maven
    all_built || die 'Maven ended well, but not every jar is there.' "Its log: $LOGS/build.log"
    printf '%s\n' "$fingerprint" >"$record"
    done_line 'jars are built' "$began"
  fi
  take_jars
  exec 7>&-
}

# Contents and names of all that goes into a jar, and the JDK.
source_fingerprint() {
  local module
  local -a places=("$ROOT/pom.xml")
  for module in "${BUILT_MODULES[@]}"; do
    places+=("$ROOT/$module/pom.xml")
    [[ ! -d "$ROOT/$module/src" ]] || places+=("$ROOT/$module/src")
  done
  {
    printf '%s\n' "$JAVA_HOME"
    find "${places[@]}" "$ROOT/edge-lua/redis" -path '*/src/test' -prune -o -type f -print0 | LC_ALL=C sort -z |
      xargs -0 sha256sum
  } | stamp_of
}

all_built() {
  local file
  for file in "${BUILT_FILES[@]}"; do [[ -f "$ROOT/$file" ]] || return 1; done
}

run_maven() {
  local modules
  modules=$(IFS=, && printf '%s' "${BUILT_MODULES[*]}")
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

# The services run from copies in their home: a later build (`test` makes one) must not change a running program. A copy is
# unpacked, which starts a third faster than the jar of jars (6.2 instead of 8.4 s of processor time).
take_jars() {
  together 'take_jar order-consumer' 'take_jar backend' 'take_jar cms-admin' || exit 1
}

take_jar() {
  local jar="$ROOT/$1/target/flashsale-$1.jar" copy="$FLASHSALE_HOME/app/flashsale-$1" sum
  sum=$(sha256sum <"$jar")
  [[ "$(cat -- "$copy/taken-from" 2>/dev/null)" != "$sum" ]] || return 0
  rm -rf -- "$copy.new"
  "$JAVA_HOME/bin/java" -Xshare:auto -XX:TieredStopAtLevel=1 -Djarmode=tools -jar "$jar" extract --destination "$copy.new" \
    >"$LOGS/unpack-$1.log" 2>&1 </dev/null 7>&- 9>&- || die "$jar could not be unpacked." "Its words: $LOGS/unpack-$1.log"
  printf '%s\n' "$sum" >"$copy.new/taken-from"
  rm -rf -- "$copy"
  mv -- "$copy.new" "$copy"
}
