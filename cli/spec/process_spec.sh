# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2153,SC2154,SC2317 # the names are those of the parts under test
# Processes, ports and the home.

ready_home() { load && prepare_home; }

test_a_launched_process_leads_its_own_session_and_is_known() {
  local pid
  ready_home
  launch redis stamp sleep 300
  pid=$(part_pid redis)
  within 5 leads_its_session "$pid"
  end_part redis 5
}

leads_its_session() {
  read_stat "$1" && [[ "${STAT[3]}" == "$1" ]]
}

test_what_runs_behind_nginx_and_redis_yields_the_processor_to_them() {
  local pid
  ready_home
  launch backend stamp "$ROOT/cli/behind" sleep 300
  within 5 has_niceness backend $(($(niceness $$) + 5))
  pid=$(part_pid backend)
  [[ ! -w "/proc/$pid/autogroup" || "$(<"/proc/$pid/autogroup")" == *' nice 5' ]] || fail 'its session does not'
  end_part backend 5
}

niceness() {
  read_stat "$1" && printf '%s' "${STAT[16]}"
}

has_niceness() { [[ "$(</proc/"$(part_pid "$1")"/comm)" == sleep && "$(niceness "$(part_pid "$1")")" == "$2" ]]; }

# A part that forks a child and waits for it.
launch_parent_and_child() {
  ready_home
  launch edge stamp bash -c 'sleep 300 & echo $! >"$0"; wait' "$SCRATCH/child"
  within 5 test -s "$SCRATCH/child"
  parent=$(part_pid edge) child=$(<"$SCRATCH/child")
}

test_down_ends_a_process_and_all_that_it_forked() {
  launch_parent_and_child
  cli down
  ends_with 0
  gone "$parent" || fail 'the leader is left'
  gone "$child" || fail 'the child is left'
}

test_children_of_a_killed_leader_are_found_and_ended() {
  launch_parent_and_child
  kill -KILL "$parent"
  within 5 gone "$parent"
  lives "$child" || fail 'the test is void: the child has died by itself'
  end_part edge 5
  gone "$child" || fail 'the child is left'
}

test_a_process_that_does_not_listen_is_killed_after_the_bound() {
  local pid
  ready_home
  launch mysql stamp bash -c 'trap "" TERM; echo ready >"$0"; while :; do read -rt 1 <> <(:) || :; done' "$SCRATCH/ready"
  within 5 test -s "$SCRATCH/ready"
  pid=$(part_pid mysql)
  end_part mysql 1
  gone "$pid" || fail 'it is left'
}

test_a_recycled_pid_is_never_signalled() {
  local other
  ready_home
  sleep 300 &
  other=$!
  # The pid file names this pid, but another start: whoever has the pid now is not ours.
  printf '%s %s %s %s\n' "$other" "$(($(process_ticks "$other") - 1))" "$EPOCHSECONDS" stamp >"$PIDS/redis"
  ! part_pid redis >/dev/null || fail 'it is taken for ours'
  end_part redis 1
  lives "$other" || fail 'a process of somebody else was ended'
  kill "$other"
}

test_a_broken_pid_file_signals_nobody() {
  ready_home
  printf 'garbage\n' >"$PIDS/redis"
  end_part redis 1
  [[ ! -e "$PIDS/redis" ]] || fail 'the file is left'
}

test_a_launched_process_does_not_hold_the_lock() {
  ready_home
  lock_home
  launch redis stamp sleep 300
  exec 9>&-
  within 5 flock -n "$FLASHSALE_HOME/lock" true
  end_part redis 1
}

stands_in() { [[ "$(readlink "/proc/$1/cwd")" == "$2" ]]; }

test_a_launched_process_keeps_nothing_of_its_caller() {
  local pid
  ready_home
  exec 5>"$SCRATCH/pipe-of-the-caller"
  launch redis stamp sleep 300
  pid=$(part_pid redis)
  within 5 stands_in "$pid" "$FLASHSALE_HOME"
  equals "$(find "/proc/$pid/fd" -lname "$SCRATCH/pipe*")" ''
  end_part redis 1
}

test_a_part_that_dies_while_it_starts_is_told_with_its_log() {
  ready_home
  launch redis stamp bash -c 'echo the reason; exit 1'
  fails_saying 'redis ended while it was starting' await redis 10 false
  says 'the reason'
}

test_a_taken_port_is_refused_with_its_holder() {
  local port=23811 pid
  redis-server --port $port --bind 127.0.0.1 --save '' --dir "$SCRATCH" >/dev/null 2>&1 &
  pid=$!
  within 5 port_taken $port
  FLASHSALE_EDGE_PORT=$port cli up --yes
  kill "$pid"
  ends_with 1
  says "port $port is taken by process $pid (redis-server 127.0.0.1:$port)"
  says "FLASHSALE_EDGE_PORT=$((port + 1000))"
  [[ ! -e "$SCRATCH/home/pids/redis" ]] || fail 'something was started all the same'
}

test_a_home_with_somebody_elses_files_is_left_alone() {
  mkdir -p "$SCRATCH/home"
  : >"$SCRATCH/home/precious"
  cli up --yes
  ends_with 1
  says "holds something that is not Flashsale's"
  cli reset --yes
  ends_with 1
  [[ -e "$SCRATCH/home/precious" ]] || fail 'it was deleted'
}

test_sockets_stay_in_a_home_with_a_short_plain_path() {
  local sockets
  FLASHSALE_HOME=$(mktemp -d /tmp/fs.XXXX)
  load
  prepare_home
  sockets=$SOCKETS
  rm -rf -- "$FLASHSALE_HOME"
  equals "$sockets" "$FLASHSALE_HOME/sock"
}

test_a_long_path_gets_a_short_private_socket_folder_and_keeps_it() {
  local long first
  printf -v long '%0110d' 0
  load FLASHSALE_HOME="$SCRATCH/$long"
  prepare_home
  first=$SOCKETS
  equals "$(stat -c %a "$first")" 700
  LC_ALL=C
  [[ ${#MYSQL_SOCKET} -le 107 ]] || fail "too long: $MYSQL_SOCKET"
  find_socket_dir
  equals "$SOCKETS" "$first"
  drop_short_socket_dir
  [[ ! -e "$first" ]] || fail 'it is left'
}

test_a_path_with_blanks_gets_a_plain_socket_folder() {
  load FLASHSALE_HOME="$SCRATCH/a b"
  prepare_home
  [[ "$SOCKETS" != *' '* ]] || fail "it has a blank: $SOCKETS"
  drop_short_socket_dir
}

test_a_socket_folder_that_others_could_enter_is_not_trusted() {
  mkdir -m 0755 "$SCRATCH/open"
  ! trusted_dir "$SCRATCH/open" || fail 'an open folder is trusted'
  chmod 0700 "$SCRATCH/open"
  trusted_dir "$SCRATCH/open" || fail 'a closed folder is not trusted'
  ln -s "$SCRATCH/open" "$SCRATCH/link"
  ! trusted_dir "$SCRATCH/link" || fail 'a link is trusted'
}

test_secrets_are_made_once_and_private() {
  local before
  ready_home
  make_secrets
  before=$(secret edge-token)
  make_secrets
  equals "$(secret edge-token)" "$before"
  equals "$(find "$SECRETS" -type f ! -perm 600 | wc -l)" 0
  equals "$(stat -c %a "$SECRETS")" 700
  [[ "$(secret redis-edge)" != "$(secret redis-backend)" ]] || fail 'two users share a password'
}

test_jobs_run_side_by_side_and_the_first_failure_ends_the_others() {
  local began
  began=$(now_ms)
  together 'sleep 1' 'sleep 1' true
  [[ $(($(now_ms) - began)) -lt 1800 ]] || fail 'one after the other'
  ! together 'sleep 60' false 'sleep 60' || fail 'the failure was not noticed'
  [[ $(($(now_ms) - began)) -lt 5000 ]] || fail 'the others were waited for'
}

test_doctor_is_a_line_per_check_with_its_mend() {
  cli doctor
  says 'of memory are free'
  says 'of disk are free'
  says 'the clock says'
  says ' port' # taken or free, as the machine is
}

test_a_clock_before_the_checkout_stops_the_start() {
  load
  prepare_home
  unset EPOCHSECONDS
  EPOCHSECONDS=1000000000
  fails_saying 'which is before this checkout was made' check_machine
}

test_too_little_memory_stops_the_start() {
  load
  prepare_home
  available_memory_mb() { printf 512; }
  fails_saying '512 MB of memory are free, and' check_machine
}

test_too_little_disk_stops_the_start() {
  load
  prepare_home
  df() { printf 'x\n/dev/x 100000 99000 1000 50%% /\n'; }
  fails_saying '1000 MB of disk are free' check_machine
}
