# shellcheck shell=bash
# What a verb needs from the distribution, and how it gets there. Names are Debian's and Ubuntu's.

# how to see that it is there | the package that brings it
NEEDED_TO_RUN='
jdk|default-jdk-headless
command mvn|maven
command curl|curl
command openssl|openssl
package ca-certificates|ca-certificates
command redis-server|redis-server
command redis-cli|redis-tools
command mariadbd|mariadb-server-core
command mariadb|mariadb-client-core
nginx nginx|nginx
nginx libnginx-mod-http-lua|libnginx-mod-http-lua
nginx lua-resty-core|lua-resty-core
nginx lua-resty-lrucache|lua-resty-lrucache
nginx lua-cjson|lua-cjson
nginx lua-nginx-redis|lua-nginx-redis
'
NEEDED_TO_MONITOR='
command prometheus|prometheus
'
NEEDED_TO_TEST='
command promtool|prometheus
command busted|lua-busted
command luacheck|lua-check
package lua-socket|lua-socket
command shellcheck|shellcheck
command chromium|chromium
package fonts-wqy-zenhei|fonts-wqy-zenhei
command strace|strace
package libfaketime|libfaketime
command debootstrap|debootstrap
package debian-archive-keyring|debian-archive-keyring
'
NEEDED_FOR_ENGINE='
command dockerd|docker.io
command docker-compose|docker-compose
command debootstrap|debootstrap
'
NEEDED_TO_BENCH='
command wrk|wrk
'

# ensure_packages YES LIST…: installs what is missing of the lists, after asking on a terminal.
ensure_packages() {
  local yes=$1 list began
  local -a missing=()
  shift
  for list in "$@"; do
    mapfile -t -O "${#missing[@]}" missing < <(missing_packages "$list")
  done
  if [[ ${#missing[@]} -gt 0 ]]; then
    require_known_distribution "${missing[@]}"
    ask_to_install "$yes" "${missing[@]}"
    began=$(now_ms)
    say "Installing ${#missing[@]} packages and what they need (log: $LOGS/install.log)"
    install_packages "${missing[@]}"
    printf '%s\n' "${missing[@]}" >>"$FLASHSALE_HOME/installed-packages"
    done_line 'packages are installed; no service was started or enabled' "$began"
  fi
  find_java
}

missing_packages() {
  local probe package
  while IFS='|' read -r probe package; do
    [[ -n "$probe" ]] || continue
    if ! is_there "$probe" && offered "$package"; then printf '%s\n' "$package"; fi
  done <<<"$1"
}

# Ubuntu has Chromium as a snap only; there the browser's tests need one at /usr/bin/chromium that came another way.
offered() {
  [[ "$1" != chromium ]] || ! grep -qs '^ID=ubuntu$' /etc/os-release ||
    { warn 'Ubuntu offers no chromium package: the tests of the page fail without a Chromium at /usr/bin/chromium.' && return 1; }
}

is_there() {
  case $1 in
    jdk) suitable_java >/dev/null ;;
    'command '*) PATH="$PATH:/usr/sbin:/sbin" command -v "${1#command }" >/dev/null ;;
    # An OpenResty of one's own brings all of these.
    'nginx '*) [[ -n "${FLASHSALE_NGINX:-}" ]] || package_installed "${1#nginx }" ;;
    'package '*) package_installed "${1#package }" ;;
  esac
}

package_installed() {
  # shellcheck disable=SC2016 # dpkg's own variable
  [[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" == installed* ]]
}

require_known_distribution() {
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null && return
  die "$(distribution) is not a Debian or Ubuntu, so what is missing cannot be installed from here." \
    "Install these by its own means, under their Debian names: $*" 'Then run this again: what is there is used.'
}

distribution() {
  # shellcheck disable=SC1091 # the machine's
  (. /etc/os-release 2>/dev/null && printf '%s' "${PRETTY_NAME:-This system}") || printf 'This system'
}

ask_to_install() {
  local yes=$1 answer
  shift
  [[ "$yes" == 0 ]] && on_terminal || return 0
  say 'These packages are missing and would be installed from the distribution (no service is started or enabled):'
  list_with_sizes "$@"
  read -r -p 'Install them? [Y/n] ' answer
  [[ -z "$answer" || "$answer" == [yY]* ]] ||
    die 'Nothing was installed.' "To install them yourself: sudo apt-get install --no-install-recommends $*"
}

# Needs no root. Without package lists only the names are known.
list_with_sizes() {
  LC_ALL=C apt-get install --print-uris -qq -y --no-install-recommends "$@" 2>/dev/null |
    awk '$3 ~ /^[0-9]+$/ {
           split($2, part, "_"); total += $3; count++
           printf "  %-40s %8.1f MB\n", part[1], $3 / 1e6
         }
         END { if (count) printf "  %-40s %8.1f MB to fetch\n", count " packages", total / 1e6; exit !count }' ||
    printf '  %s\n' "$@" '(sizes are not known before the package lists are fetched)'
}

install_packages() {
  local code=0 log="$LOGS/install.log"
  local -a as_root=()
  if [[ $EUID -ne 0 ]]; then
    require_sudo "$@"
    as_root=(sudo)
    on_terminal || as_root=(sudo -n)
  fi
  "${as_root[@]}" "$ROOT/cli/as-root/install-packages" "$@" >"$log" 2>&1 9>&- || code=$?
  [[ $code -ne 0 ]] || return 0
  tail -n 8 -- "$log" >&2
  case $code in
    3) die "The distribution has no such package: $(sed -n 's/^E: Unable to locate package //p; s/^E: Package .\(.*\). has no installation candidate/\1/p' "$log" | tr '\n' ' ')" \
      'On Ubuntu the component universe is needed: sudo add-apt-repository universe' "apt's words: $log" ;;
    4) die 'No network: the packages could not be fetched.' 'Connect this machine (see http_proxy in apt.conf(5) for a proxy), then run this again.' "apt's words: $log" ;;
    5) die 'Installing these packages would remove others, so it was not done.' "See: apt-get install -s $*" ;;
    *) die 'The packages could not be installed.' "apt's words: $log" ;;
  esac
}

require_sudo() {
  command -v sudo >/dev/null ||
    die 'Packages are missing, this is not root, and there is no sudo.' \
      "Let an administrator run: apt-get install --no-install-recommends $*" 'Then run this again.'
  on_terminal || sudo -n true 2>/dev/null ||
    die 'Packages are missing, and sudo asks for a password, but there is no terminal.' \
      "Run this on a terminal, or first: sudo apt-get install --no-install-recommends $*"
}
