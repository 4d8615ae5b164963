# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2153,SC2154,SC2317 # the names are those of the parts under test
# Installing, with apt and dpkg played by scripts.

# play COMMAND TEXT: the machine's command does what the text says.
play() {
  mkdir -p "$SCRATCH/bin"
  printf '#!/bin/bash\n%s\n' "$2" >"$SCRATCH/bin/$1"
  chmod +x "$SCRATCH/bin/$1"
}

machine() { # WHAT-APT-DOES
  play dpkg-query 'echo "bash installed"'
  play dpkg ':'
  play apt-get "$1"
  export PATH="$SCRATCH/bin:$PATH" FLASHSALE_POLICY_RC_D="$SCRATCH/policy-rc.d"
}

# In the background, so that apt can find its pid.
install_as_root() {
  CODE=0
  "$ROOT/cli/as-root/install-packages" "$@" >"$SCRATCH/out" 2>&1 &
  printf '%s\n' $! >"$SCRATCH/pid"
  wait $! || CODE=$?
  OUT=$(<"$SCRATCH/out")
}

own_policy() { printf 'own\n' >"$SCRATCH/policy-rc.d" && chmod 0750 "$SCRATCH/policy-rc.d"; }
policy() { printf '%s %s' "$(cat "$SCRATCH/policy-rc.d")" "$(stat -c %a "$SCRATCH/policy-rc.d")"; }

test_services_are_refused_while_packages_are_installed() {
  machine "cp '$SCRATCH/policy-rc.d' '$SCRATCH/seen'"
  install_as_root nginx
  ends_with 0
  CODE=0
  sh "$SCRATCH/seen" || CODE=$?
  ends_with 101
  [[ ! -e "$SCRATCH/policy-rc.d" ]] || fail 'it is left'
}

test_the_machines_own_policy_is_put_back() {
  machine ':'
  own_policy
  install_as_root nginx
  ends_with 0
  equals "$(policy)" 'own 750'
}

test_it_is_put_back_when_the_installation_fails() {
  machine 'exit 100'
  own_policy
  install_as_root nginx
  ends_with 1
  equals "$(policy)" 'own 750'
}

test_it_is_put_back_when_the_installation_is_interrupted() {
  machine "kill -TERM \$(cat '$SCRATCH/pid')"
  own_policy
  install_as_root nginx
  [[ $CODE -ne 0 ]] || fail 'the interruption was not noticed'
  equals "$(policy)" 'own 750'
}

test_what_a_killed_installation_left_is_put_back_by_the_next() {
  machine "[[ -e '$SCRATCH/again' ]] || kill -KILL \$(cat '$SCRATCH/pid')"
  own_policy
  install_as_root nginx
  ends_with 137
  [[ "$(policy)" != 'own 750' ]] || fail 'the test is void: nothing was left'
  : >"$SCRATCH/again"
  install_as_root nginx
  ends_with 0
  equals "$(policy)" 'own 750'
}

test_lists_are_fetched_only_when_the_present_ones_do_not_do() {
  machine "printf '%s\n' \"\$*\" >>'$SCRATCH/calls'"
  install_as_root nginx
  ends_with 0
  ! grep -q update "$SCRATCH/calls" || fail 'they were fetched'
}

test_a_missing_network_is_told_apart() {
  machine 'case "$*" in
    *update*) echo "W: Failed to fetch http://x  Temporary failure resolving x" ;;
    *) echo "E: Unable to locate package nginx"; exit 100 ;;
  esac'
  install_as_root nginx
  ends_with 4
}

test_a_missing_package_is_told_apart() {
  machine 'case "$*" in *update*) ;; *) echo "E: Unable to locate package nginx"; exit 100 ;; esac'
  install_as_root nginx
  ends_with 3
}

test_nothing_is_removed_for_an_installation() {
  machine 'echo "E: Packages need to be removed but remove is disabled."; exit 100'
  install_as_root nginx
  ends_with 5
}

test_another_distribution_is_told_what_to_install() {
  command() { [[ "$*" != '-v apt-get' ]] && builtin command "$@"; }
  fails_saying 'is not a Debian or Ubuntu' ensure_packages 1 'command surely-not-there|nginx'
  says 'nginx'
}

test_a_user_without_sudo_is_told_what_an_administrator_runs() {
  command() { [[ "$*" != '-v sudo' ]] && builtin command "$@"; }
  fails_saying 'there is no sudo' require_sudo nginx redis-server
  says 'apt-get install --no-install-recommends nginx redis-server'
}

java_home() { # VERSION [javac]
  local program
  mkdir -p "$SCRATCH/jdk/bin"
  printf 'JAVA_VERSION="%s"\n' "$1" >"$SCRATCH/jdk/release"
  for program in java "${@:2}"; do printf '' >"$SCRATCH/jdk/bin/$program" && chmod +x "$SCRATCH/jdk/bin/$program"; done
  export JAVA_HOME="$SCRATCH/jdk"
}

test_an_old_java_is_named_with_its_version() {
  java_home 11.0.2 javac
  fails_saying 'which is Java 11; 17 or later is needed' find_java
  java_home 1.8.0_392 javac
  fails_saying 'which is Java 8;' find_java
}

test_a_java_without_a_compiler_is_refused() {
  java_home 17.0.1
  fails_saying 'which has no compiler' find_java
}

test_a_java_home_without_java_is_refused() {
  JAVA_HOME="$SCRATCH/none" fails_saying 'where there is no Java' find_java
}

test_a_later_java_will_do() {
  java_home 25 javac
  find_java
  equals "$JAVA_HOME" "$SCRATCH/jdk"
}

test_a_lua_module_is_mended_by_its_version_or_by_its_distribution() {
  local version
  for version in 1:0.10.23-1+deb12u1 1:0.10.23-1+deb12u2 1:0.10.27-1 1:0.10.28-2 1:0.11.0-1; do
    lua_module_is_mended "$version" || fail "$version is taken for one with the hole"
  done
  for version in 1:0.10.23-1 1:0.10.26-2 1:0.10.22-9+deb12u1 1:0.10.9-1; do
    ! lua_module_is_mended "$version" || fail "$version is taken for one without the hole"
  done
}
