# shellcheck shell=bash
# down, status, logs, reset: what is said and done about running parts.

# The order in which parts end: first what takes requests, last what keeps data.
verb_down() {
  local began
  no_arguments "$@"
  began=$(now_ms)
  [[ -d "$PIDS" ]] || { say 'Nothing is running.'; return 0; }
  find_socket_dir
  lock_home
  together 'stop_part edge 10' 'stop_part prometheus 10'
  together 'stop_part backend 10' 'stop_part cms 10' 'stop_part sandbox 10' 'stop_part consumer 10'
  together 'stop_part broker 15' 'stop_part namesrv 10' 'stop_part redis 10' 'stop_part mysql 20'
  drop_short_socket_dir
  say "All is down after $(seconds_since "$began") s. The data stay in $FLASHSALE_HOME."
}

stop_part() {
  local began
  [[ -f "$PIDS/$1" ]] || return 0
  began=$(now_ms)
  end_part "$@"
  done_line "$1 has ended" "$began"
}

# A line per part; fails if one of them is not running, so that scripts can ask.
verb_status() {
  local part pid ticks since stamp state ports all=0
  no_arguments "$@"
  find_socket_dir
  printf '%-9s %-8s %-8s %-18s %-20s %s\n' PART STATE PID PORT SINCE VERSION
  for part in "${PARTS[@]}"; do
    state=stopped pid=- since=-
    if [[ -f "$PIDS/$part" ]]; then
      state=died
      read -r _ _ since _ <"$PIDS/$part"
      printf -v since '%(%Y-%m-%d %H:%M:%S)T' "$since"
      pid=$(part_pid "$part") && state=running || pid=-
    fi
    if [[ $state == running ]]; then
      "${part}_probe" >/dev/null 2>&1 || state=unready
    fi
    [[ $state == running ]] || all=1
    printf '%-9s %-8s %-8s %-18s %-20s %s\n' "$part" "$state" "$pid" "$("${part}_ports")" "$since" "$("${part}_version" 2>/dev/null)"
  done
  return "$all"
}

verb_logs() {
  local part log
  local -a files=()
  [[ $# -le 1 ]] || misuse 'logs takes one part, or none for all.'
  [[ -d "$LOGS" ]] || die "There are no logs in $FLASHSALE_HOME yet." 'Run ./flashsale up first.'
  for part in "${@:-${PARTS[@]}}"; do
    [[ " ${PARTS[*]} " == *" $part "* ]] || misuse "'$part' is no part; they are: ${PARTS[*]}."
    for log in "$LOGS/$part.log" "$LOGS/$part-error.log"; do [[ ! -f "$log" ]] || files+=("$log"); done
  done
  [[ ${#files[@]} -gt 0 ]] || die "There is no log of ${1:-any part} yet." 'Run ./flashsale up first.'
  exec tail -n 40 -F -- "${files[@]}"
}

verb_reset() {
  local yes=0 answer
  parse_flags yes -- "$@"
  [[ -d "$FLASHSALE_HOME" ]] || { say "There is nothing in $FLASHSALE_HOME."; return 0; }
  [[ -e "$FLASHSALE_HOME/$HOME_MARK" ]] ||
    die "$FLASHSALE_HOME was not made by this command, so it is not deleted." 'See FLASHSALE_HOME.'
  if [[ "$yes" == 0 ]] && on_terminal; then
    read -r -p "Delete all orders, promos and passwords in $FLASHSALE_HOME? [y/N] " answer
    [[ "$answer" == [yY]* ]] || die 'Nothing was deleted.'
  fi
  verb_down
  rm -rf -- "$FLASHSALE_HOME"
  say "$FLASHSALE_HOME is deleted."
}
