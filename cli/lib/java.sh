# shellcheck shell=bash
# Which JDK is used: JAVA_HOME where it is set, else the one in PATH, else any under /usr/lib/jvm; 17 or later, with javac.

JAVA_LEAST=17

# java_major HOME: 17 for a home of Java 17; fails where there is no Java.
java_major() {
  local version
  [[ -x "$1/bin/java" ]] || return 1
  version=$(sed -n 's/^JAVA_VERSION="\(1\.\)\?\([0-9]*\).*/\2/p' "$1/release" 2>/dev/null) || true
  [[ -n "$version" ]] ||
    version=$("$1/bin/java" -version 2>&1 | sed -n '1s/.*"\(1\.\)\?\([0-9]*\).*/\2/p') || true
  [[ "$version" =~ ^[0-9]+$ ]] && printf '%s' "$version"
}

good_jdk() { [[ -x "$1/bin/javac" && "$(java_major "$1" || printf 0)" -ge $JAVA_LEAST ]]; }

# suitable_java: prints the home of a JDK that will do.
suitable_java() {
  local home path
  if [[ -n "${JAVA_HOME:-}" ]]; then
    good_jdk "$JAVA_HOME" && printf '%s' "$JAVA_HOME"
    return
  fi
  if path=$(command -v javac); then
    home=$(dirname -- "$(dirname -- "$(readlink -f -- "$path")")")
    good_jdk "$home" && printf '%s' "$home" && return
  fi
  for home in /usr/lib/jvm/*; do
    [[ ! -L "$home" ]] && good_jdk "$home" && printf '%s' "$home" && return
  done
  return 1
}

# A JAVA_HOME that will not do is the caller's word, so it is an error rather than something to work round.
check_java_home() {
  local major
  [[ -n "${JAVA_HOME:-}" ]] || return 0
  major=$(java_major "$JAVA_HOME") ||
    die "JAVA_HOME is $JAVA_HOME, where there is no Java." "Set it to a JDK $JAVA_LEAST or later, or unset it."
  [[ "$major" -ge $JAVA_LEAST ]] ||
    die "JAVA_HOME is $JAVA_HOME, which is Java $major; $JAVA_LEAST or later is needed." 'Set it to a later JDK, or unset it.'
  [[ -x "$JAVA_HOME/bin/javac" ]] ||
    die "JAVA_HOME is $JAVA_HOME, which has no compiler." "Set it to a JDK $JAVA_LEAST or later, or unset it."
}

find_java() {
  check_java_home
  JAVA_HOME=$(suitable_java) || die "There is no JDK $JAVA_LEAST or later." 'Install one: sudo apt-get install default-jdk-headless'
  export JAVA_HOME
}
