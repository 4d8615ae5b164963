# shellcheck shell=bash
# doctor: what is missing, misconfigured or taken, a line each, with its mend. `up` runs the same checks and stops at the
# first that would make it fail. A check prints `ok|words`, `bad|words|mend` (fails) or `hint|words|mend`.

MEMORY_LEAST_MB=1800 # eight processes; measured resident with an idle demo promo
DISK_LEAST_MB=2500   # jars, the broker's commit log, MariaDB's logs, and room for a sale
CLOCK_SKEW_SECONDS=120

verb_doctor() {
  local check line bad=0
  no_arguments "$@"
  find_socket_dir
  for check in check_system check_packages check_lua_module check_java check_memory check_disk check_home check_durability check_ports \
    check_clock check_clock_of_others check_policy check_parts; do
    while IFS='|' read -r kind words mend; do
      case $kind in
        ok) printf 'ok    %s\n' "$words" ;;
        hint) printf 'note  %s\n      → %s\n' "$words" "$mend" ;;
        *)
          printf 'BAD   %s\n      → %s\n' "$words" "$mend"
          bad=1
          ;;
      esac
    done < <("$check")
  done
  [[ $bad -eq 0 ]] && say 'Nothing stands in the way.'
  return "$bad"
}

# The checks that decide whether a start can go well, for `up`.
check_machine() {
  local check kind words mend
  for check in check_memory check_disk check_clock; do
    while IFS='|' read -r kind words mend; do
      [[ $kind != bad ]] || die "$words" "$mend"
      [[ $kind != hint ]] || warn "$words $mend"
    done < <("$check")
  done
}

check_system() {
  local name
  name=$(distribution)
  case "$(. /etc/os-release 2>/dev/null && printf '%s' "${ID:-}-${VERSION_ID:-}")" in
    debian-12 | debian-13 | ubuntu-24.04) printf 'ok|%s, %s cores\n' "$name" "$(nproc)" ;;
    *) printf 'hint|%s is not one of Debian 12, Debian 13, Ubuntu 24.04, where this is tried|it may work all the same\n' "$name" ;;
  esac
}

check_packages() {
  local verb list
  local -a missing
  for verb in RUN TEST BENCH; do
    list=NEEDED_TO_$verb
    mapfile -t missing < <(missing_packages "${!list}")
    if [[ ${#missing[@]} -eq 0 ]]; then
      printf 'ok|packages to %s are there\n' "${verb,,}"
    elif [[ $verb == RUN ]]; then
      printf 'bad|packages are missing: %s|./flashsale up installs them\n' "${missing[*]}"
    else
      printf 'hint|packages to %s are missing: %s|./flashsale %s installs them\n' "${verb,,}" "${missing[*]}" "${verb,,}"
    fi
  done
}

# CVE-2024-33452: what a module before 0.10.27 takes for a second request, in the body of a GET or HEAD. Debian 12 has mended its own.
check_lua_module() {
  local name=libnginx-mod-http-lua version
  [[ -z "${FLASHSALE_NGINX:-}" ]] || return 0
  version=$(dpkg-query -W -f '${Version}' "$name" 2>/dev/null) || return 0
  if lua_module_is_mended "$version"; then
    printf "ok|nginx's Lua module %s has no known hole\n" "$version"
  else
    printf "hint|nginx's Lua module %s can be made to see two requests in one (CVE-2024-33452); the edge refuses those that do|apt-get install --only-upgrade %s\n" \
      "$version" "$name"
  fi
}

lua_module_is_mended() { # VERSION
  dpkg --compare-versions "$1" ge 1:0.10.27~ && return 0
  [[ "$1" == *+deb12u* ]] && dpkg --compare-versions "$1" ge 1:0.10.23-1+deb12u1
}

check_java() {
  local home said
  if ! said=$(check_java_home 2>&1); then
    printf 'bad|%s|%s\n' "$(sed -n '1s/^flashsale: //p' <<<"$said")" "$(sed -n '2s/^ *//p' <<<"$said")"
  elif home=$(suitable_java); then
    printf 'ok|Java %s in %s\n' "$(java_major "$home")" "$home"
  else
    printf 'bad|there is no JDK %s or later|./flashsale up installs one\n' "$JAVA_LEAST"
  fi
}

# What is left for us: of the machine, or of the container's limit.
available_memory_mb() {
  local mb limit used
  mb=$(($(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo) / 1024))
  if limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null) && [[ "$limit" =~ ^[0-9]+$ ]]; then
    used=$(cat /sys/fs/cgroup/memory.current 2>/dev/null) || used=0
    limit=$(((limit - used) / 1048576))
    [[ $limit -ge $mb ]] || mb=$limit
  fi
  printf '%s' "$mb"
}

check_memory() {
  local mb part
  mb=$(available_memory_mb)
  for part in "${PARTS[@]}"; do
    ! part_lives "$part" || { printf 'ok|%s MB of memory are free, with parts running\n' "$mb"; return; }
  done
  if [[ $mb -ge $MEMORY_LEAST_MB ]]; then
    printf 'ok|%s MB of memory are free\n' "$mb"
  else
    printf 'bad|%s MB of memory are free, and %s are needed.|End other programs, add swap, or lower the FLASHSALE_…_MB settings.\n' \
      "$mb" "$MEMORY_LEAST_MB"
  fi
}

check_disk() {
  local place mb used
  place=$FLASHSALE_HOME
  while [[ ! -d "$place" ]]; do place=$(dirname -- "$place"); done
  read -r mb used < <(df -Pm -- "$place" | awk 'NR == 2 { sub("%", "", $(NF-1)); print $(NF-2), $(NF-1) }')
  if [[ -e "$FLASHSALE_HOME/mysql/data" && $mb -ge 500 || $mb -ge $DISK_LEAST_MB ]] && [[ $used -lt 90 ]]; then
    printf 'ok|%s MB of disk are free at %s\n' "$mb" "$place"
  elif [[ $used -ge 90 && $mb -ge $DISK_LEAST_MB ]]; then
    printf 'hint|The disk of %s is %s %% full.|RocketMQ refuses messages from 90 %% on: make room, or set FLASHSALE_HOME to another disk.\n' "$place" "$used"
  else
    printf 'bad|%s MB of disk are free at %s, and %s are needed.|Make room, or set FLASHSALE_HOME to another disk.\n' "$mb" "$place" "$DISK_LEAST_MB"
  fi
}

check_home() {
  local mode
  if [[ ! -d "$FLASHSALE_HOME" ]]; then
    printf 'ok|%s will be made\n' "$FLASHSALE_HOME"
  elif [[ ! -O "$FLASHSALE_HOME" ]]; then
    printf 'bad|%s belongs to another user|set FLASHSALE_HOME to a folder of your own\n' "$FLASHSALE_HOME"
  else
    mode=$(find "$SECRETS" -maxdepth 1 -type f -perm /077 2>/dev/null | head -n 1)
    if [[ -n "$mode" ]]; then
      printf 'bad|others can read %s|chmod 600 it, and take a new secret: delete the file, then ./flashsale up\n' "$mode"
    else
      printf 'ok|%s is private\n' "$FLASHSALE_HOME"
    fi
  fi
  case $(stat -f -c %T -- "$(dirname -- "$FLASHSALE_HOME")" 2>/dev/null) in
    nfs | smb* | cifs | 9p | fuseblk | v9fs) printf 'hint|%s lies on a shared or foreign file system|databases want a local one: set FLASHSALE_HOME\n' "$FLASHSALE_HOME" ;;
  esac
}

check_durability() {
  case $FLASHSALE_DURABILITY in
    strict) printf 'ok|durability is strict: every store has on the disk what it was told before it answers\n' ;;
    *) printf 'ok|durability is default: orders are on the disk, Redis may lose a second of reservations with the power\n' ;;
  esac
}

check_ports() {
  local name kind part_of=''
  while IFS='|' read -r name kind _; do
    [[ "$kind" == port ]] || continue
    port_taken "${!name}" || continue
    if ours_listens "${!name}"; then continue; fi
    part_of+=1
    printf 'bad|port %s (%s) is taken by %s|end it, or set %s to another port\n' "${!name}" "$name" "$(port_holder "${!name}")" "$name"
  done <<<"$SETTINGS"
  [[ -n "$part_of" ]] || printf 'ok|the ports are free, or held by the parts themselves\n'
}

# Holds, windows and sessions all live by the clock. This checkout's files cannot be younger than now.
check_clock() {
  local newest
  newest=$(stat -c %Y -- "$ROOT/flashsale" "$ROOT/pom.xml" "$ROOT/.git" 2>/dev/null | sort -n | tail -n 1)
  if [[ "${newest:-0}" -gt $((EPOCHSECONDS + CLOCK_SKEW_SECONDS)) ]]; then
    printf 'bad|The clock says %(%F %T)T, which is before this checkout was made.|Set it: sudo timedatectl set-ntp true\n' -1
  else
    printf 'ok|the clock says %(%F %T %Z)T\n' -1
  fi
}

# A web server's clock, where one answers in time.
check_clock_of_others() {
  local remote skew
  remote=$(curl -sI --max-time 3 https://repo.maven.apache.org/maven2/ 2>/dev/null | tr -d '\r' | sed -n 's/^[Dd]ate: //p') || true
  [[ -n "$remote" ]] && remote=$(date -d "$remote" +%s 2>/dev/null) || return 0
  skew=$((EPOCHSECONDS - remote))
  [[ ${skew#-} -le $CLOCK_SKEW_SECONDS ]] ||
    printf 'hint|the clock is %s s away from that of repo.maven.apache.org|set it: sudo timedatectl set-ntp true\n' "$skew"
}

# A leftover of an installation that was killed: no service of the machine would start.
check_policy() {
  local pid
  pid=$(sed -n 's/^# Made by flashsale, process \([0-9]*\),.*/\1/p' /usr/sbin/policy-rc.d 2>/dev/null) && [[ -n "$pid" ]] || return 0
  [[ -d "/proc/$pid" ]] ||
    printf 'bad|/usr/sbin/policy-rc.d was left by an installation that was killed|sudo %q --put-back\n' "$ROOT/cli/as-root/install-packages"
}

check_parts() {
  local part
  for part in "${PARTS[@]}"; do
    [[ ! -f "$PIDS/$part" ]] || part_lives "$part" ||
      printf 'bad|%s has died|./flashsale up starts it again; its log: %s\n' "$part" "$LOGS/$part.log"
  done
}
