# shellcheck shell=bash
# The parts of the running system and how one is brought up. prepare_<part> writes its configuration and says:
#   COMMAND  what to run      INPUTS  files whose change asks for a restart
#   PORTS    settings of ports that must be free, NAME or NAME-2
#   READY    a probe          BOUND   seconds until it must say yes
#   ALIVE    a probe that a running part passes even while another part is away; READY where it is not set
# <part>_probe, _ports and _version serve status.

PARTS=(mysql redis namesrv broker consumer backend cms sandbox edge)

# What the processes inherit: nothing of the caller's shell that could change them (SERVER_PORT is Spring's, too).
clean_environment() {
  local name
  CLEAN_ENV=(LC_ALL=C.UTF-8)
  for name in PATH HOME USER TZ TMPDIR JAVA_HOME; do
    [[ -z "${!name:-}" ]] || CLEAN_ENV+=("$name=${!name}")
  done
}

# tuned NAME…: sets TUNED to those settings that are set, as they were set. A part is given what it reads and no more: a change of what
# tunes the edge asks for a restart of the edge alone.
tuned() {
  local name
  TUNED=()
  for name in "$@"; do
    [[ -z "${!name:-}" ]] || TUNED+=("$name=${!name}")
  done
}

# via FROM TO: where the one part finds the other.
via() {
  local hop="$VIA$1_$2" port="FLASHSALE_$2_PORT"
  [[ "$2" != REDIS || "$1" != EDGE ]] || port=FLASHSALE_REDIS_SOCKET
  printf '%s' "${!hop:-${!port}}"
}

# ensure_part PART: running, ready, and with today's configuration and code.
ensure_part() {
  local part=$1 stamp began pid why=''
  local -a COMMAND=() INPUTS=() PORTS=() READY=() ALIVE=()
  local BOUND=60
  began=$(now_ms)
  "prepare_$part"
  if [[ "$part" != edge && "$part" != redis ]]; then
    COMMAND=("$ROOT/cli/behind" "${COMMAND[@]}")
    INPUTS+=("$ROOT/cli/behind")
  fi
  # Not of where the checkout is: another one of the same files is no change.
  stamp=$({ printf '%s\0' "${COMMAND[@]//"$ROOT"/}" && cat -- "${INPUTS[@]}"; } | stamp_of)
  if pid=$(part_pid "$part"); then
    if [[ "$(part_stamp "$part")" == "$stamp" ]]; then
      if answers "$part" 10; then
        await "$part" "$BOUND" "${READY[@]}"
        say "  $part is running (pid $pid)"
        return
      fi
      why=', in place of one that did not answer'
    else
      why=', with its changed code or configuration'
      [[ -z "${BEFORE_REPLACING:-}" ]] || say "$BEFORE_REPLACING"
    fi
  fi
  end_part "$part" 10
  claim_ports
  launch "$part" "$stamp" "${COMMAND[@]}"
  await "$part" "$BOUND" "${READY[@]}"
  done_line "$part is ready$why" "$began"
}

# answers PART SECONDS: a running part gets this long to show that it is alive.
answers() {
  local deadline=$((EPOCHSECONDS + $2))
  [[ ${#ALIVE[@]} -gt 0 ]] || ALIVE=("${READY[@]}")
  until "${ALIVE[@]}" >/dev/null 2>&1; do
    part_lives "$1" && [[ "$EPOCHSECONDS" -lt "$deadline" ]] || return 1
    pause 0.3
  done
}

claim_ports() {
  local port
  for port in "${PORTS[@]}"; do
    if [[ "$port" == *-2 ]]; then claim_port "${port%-2}" -2; else claim_port "$port"; fi
  done
}

# Every port is looked at before anything is started: a start that cannot end well changes nothing.
claim_all_ports() {
  local name kind
  while IFS='|' read -r name kind _; do
    [[ "$kind" == port ]] || continue
    [[ "$name" != FLASHSALE_PROMETHEUS_PORT ]] || monitored || continue
    ! port_taken "${!name}" || ours_listens "${!name}" || claim_port "$name"
  done <<<"$SETTINGS"
}

# ours_listens PORT: its holder belongs to a session that one of our parts leads.
ours_listens() {
  local holder part pid
  [[ "$(port_holder "$1")" =~ ^process\ ([0-9]+) ]] || return 1
  holder=${BASH_REMATCH[1]}
  read_stat "$holder" || return 1
  for part in "${PARTS[@]}"; do
    pid=$(recorded_pid "$part") && [[ "${STAT[3]:-}" == "$pid" ]] && return
  done
  return 1
}

# together FUNCTION… : runs them side by side; the first failure ends the others, too.
together() {
  local job pid failed=0
  local -A jobs=()
  for job in "$@"; do
    $job &
    jobs[$!]=$job
  done
  # An interrupted shell does not interrupt what it put in the background.
  trap 'kill "${!jobs[@]}" 2>/dev/null; exit 130' INT TERM
  while [[ ${#jobs[@]} -gt 0 ]]; do
    for pid in "${!jobs[@]}"; do
      ! kill -0 "$pid" 2>/dev/null || continue
      unset "jobs[$pid]"
      wait "$pid" && continue
      failed=1
      [[ ${#jobs[@]} -eq 0 ]] || kill "${!jobs[@]}" 2>/dev/null || true
    done
    [[ ${#jobs[@]} -eq 0 ]] || pause
  done
  trap - INT TERM
  return "$failed"
}
