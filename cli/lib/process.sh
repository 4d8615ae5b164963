# shellcheck shell=bash
# Starting, knowing and ending processes. A pid file names a process for good: pid and start time together, so that a
# pid which the kernel gave to somebody else is never signalled. Each part leads a session of its own; what it forked
# (nginx's workers) is found by that session.
#
# pids/<part> holds: pid  start-in-clock-ticks  start-in-seconds  stamp
# The stamp is a fingerprint of command, configuration and code; `up` restarts a part whose stamp has changed.

# read_stat PID: STAT becomes state, ppid, pgrp, session, …: the fields of /proc/PID/stat from the third on. As all that is called
# between two looks at a process it forks nothing: a part that starts needs the processor more than whoever waits for it.
read_stat() {
  local line=''
  STAT=()
  # up to the end: a program's name may hold a newline
  { IFS= read -rd '' line <"/proc/$1/stat"; } 2>/dev/null || [[ -n "$line" ]] || return 1
  read -ra STAT <<<"${line##*) }"
}

# lives PID [TICKS]: neither dead nor defunct, and the one that started then.
lives() {
  read_stat "$1" && [[ ${#STAT[@]} -gt 19 && "${STAT[0]}" != [ZX] && "${STAT[19]}" == "${2:-${STAT[19]}}" ]]
}

# process_ticks PID: when it started, in clock ticks since boot; fails for a dead or defunct one.
process_ticks() { lives "$1" && printf '%s' "${STAT[19]}"; }

# recorded_pid PART: what the pid file says, alive or not.
recorded_pid() {
  local pid _
  [[ -f "$PIDS/$1" ]] && read -r pid _ <"$PIDS/$1" && [[ "$pid" =~ ^[0-9]+$ ]] && printf '%s' "$pid"
}

# part_lives PART: the very process that was started is still alive.
part_lives() {
  local pid ticks _
  [[ -f "$PIDS/$1" ]] && read -r pid ticks _ <"$PIDS/$1" && [[ "$pid" =~ ^[0-9]+$ && "$ticks" =~ ^[0-9]+$ ]] && lives "$pid" "$ticks"
}

# part_pid PART: its pid, if it lives.
part_pid() { part_lives "$1" && recorded_pid "$1"; }

part_stamp() {
  local pid ticks since stamp
  read -r pid ticks since stamp <"$PIDS/$1" && printf '%s' "$stamp"
}

# launch PART STAMP COMMAND…: detached: in its own session and the home, logging to logs/PART.log.
launch() {
  local part=$1 stamp=$2 pid ticks
  shift 2
  keep_log_small "$LOGS/$part.log"
  keep_log_small "$LOGS/$part-error.log"
  (leave_caller && exec setsid -- "$@") </dev/null >>"$LOGS/$part.log" 2>&1 &
  pid=$!
  disown "$pid" 2>/dev/null || true
  ticks=$(process_ticks "$pid") || ticks=0
  printf '%s %s %s %s\n' "$pid" "$ticks" "$EPOCHSECONDS" "$stamp" >"$PIDS/$part.new"
  mv -f -- "$PIDS/$part.new" "$PIDS/$part"
}

# Nothing of the caller goes along: its locks, pipes that somebody waits on, the folder it stands in.
leave_caller() {
  local path fd
  for path in "/proc/$BASHPID/fd"/*; do
    fd=${path##*/}
    # 255 is bash's own and ends with it
    [[ $fd -le 2 || $fd -eq 255 ]] || exec {fd}>&-
  done
  umask 077
  cd -- "$FLASHSALE_HOME"
}

keep_log_small() {
  local size
  size=$(stat -c %s -- "$1" 2>/dev/null) || return 0
  [[ "$size" -le 10485760 ]] || mv -f -- "$1" "$1.1"
}

# session_pids PID TICKS: the living processes of the session that this part led, itself included.
session_pids() {
  local leader=$1 ticks=$2 path pid
  # The pid is somebody else's now: then nothing of that session is ours.
  lives "$leader" && [[ "${STAT[19]}" != "$ticks" ]] && return 0
  for path in /proc/[0-9]*; do
    pid=${path#/proc/}
    lives "$pid" && [[ "${STAT[3]}" == "$leader" && "${STAT[19]}" -ge "$ticks" ]] || continue
    [[ -O "$path" ]] || continue
    printf '%s\n' "$pid"
  done
}

# end_part PART SECONDS: asks it to end, waits that long, then kills what is left of its session.
end_part() {
  local part=$1 bound=$2 pid ticks _ left deadline
  [[ -f "$PIDS/$part" ]] || return 0
  read -r pid ticks _ <"$PIDS/$part" || true
  if ! [[ "$pid" =~ ^[0-9]+$ && "$ticks" =~ ^[0-9]+$ ]]; then
    rm -f -- "$PIDS/$part"
    return 0
  fi
  ! lives "$pid" "$ticks" || kill -TERM "$pid" 2>/dev/null || true
  deadline=$((EPOCHSECONDS + bound))
  while lives "$pid" "$ticks" && [[ "$EPOCHSECONDS" -lt "$deadline" ]]; do pause; done
  # A master that was killed leaves its workers; one that does not listen is killed.
  while left=$(session_pids "$pid" "$ticks") && [[ -n "$left" ]]; do
    # shellcheck disable=SC2086 # a pid per word
    kill -KILL $left 2>/dev/null || true
    pause
  done
  rm -f -- "$PIDS/$part"
}

# await PART SECONDS PROBE…: until the probe says yes; fails with the log's end if the part dies or takes too long. A probe costs what
# a program's start costs: it is asked five times a second at first and twice where it takes long.
await() {
  local part=$1 bound=$2 deadline looks=0
  shift 2
  deadline=$((EPOCHSECONDS + bound))
  until "$@" >/dev/null 2>&1; do
    if ! part_lives "$part"; then
      show_log_end "$part"
      die "$part ended while it was starting." "Its log: $LOGS/$part.log"
    fi
    if [[ "$EPOCHSECONDS" -ge "$deadline" ]]; then
      show_log_end "$part"
      die "$part is not ready after $bound s." "Its log: $LOGS/$part.log"
    fi
    pause "0.$((looks < 30 ? 2 + looks / 10 : 5))"
    looks=$((looks + 1))
  done
}

show_log_end() {
  local log
  for log in "$LOGS/$1.log" "$LOGS/$1-error.log"; do
    [[ -s "$log" ]] || continue
    printf -- '--- the last lines of %s\n' "$log" >&2
    tail -n 15 -- "$log" >&2
    printf -- '---\n' >&2
  done
}

# stamp_of: a fingerprint of standard input.
stamp_of() {
  local sum
  sum=$(sha256sum)
  printf '%s' "${sum:0:16}"
}
