# shellcheck shell=bash
# The private folder of one running copy: its data, secrets, logs, pid files and sockets. Nobody else may look in.

SOCKET_PATH_MAX=107 # bytes of a unix socket's path, without the closing zero
LONGEST_SOCKET='/mysql.sock'
HOME_MARK='.flashsale-home' # reset deletes only a folder that carries it

prepare_home() {
  if [[ -d "$FLASHSALE_HOME" && ! -e "$FLASHSALE_HOME/$HOME_MARK" && -n "$(ls -A -- "$FLASHSALE_HOME")" ]]; then
    die "FLASHSALE_HOME $FLASHSALE_HOME holds something that is not Flashsale's." 'Choose an empty or a new folder.'
  fi
  (umask 077 && mkdir -p -- "$FLASHSALE_HOME" "$SECRETS" "$LOGS" "$PIDS" "$FLASHSALE_HOME/app" "$FLASHSALE_HOME/tmp") ||
    die "$FLASHSALE_HOME cannot be made." 'Set FLASHSALE_HOME to a folder that you may write.'
  chmod 0700 -- "$FLASHSALE_HOME" "$SECRETS"
  [[ -O "$FLASHSALE_HOME" ]] ||
    die "$FLASHSALE_HOME belongs to another user." 'Run this as its owner, or set FLASHSALE_HOME to a folder of your own.'
  : >"$FLASHSALE_HOME/$HOME_MARK"
  find_socket_dir make
}

# One `up`, `down` or `reset` of a home at a time. Children must not inherit the lock: launch closes descriptor 9.
lock_home() {
  exec 9>"$FLASHSALE_HOME/lock"
  flock -n 9 && return
  say "Waiting for another ./flashsale that works on $FLASHSALE_HOME …"
  flock -w 600 9 || die 'The other ./flashsale has not ended in 10 minutes.' "See who holds it: fuser -v '$FLASHSALE_HOME/lock'"
}

# Where the sockets are. A path that is too long for the kernel, or that nginx could not read, moves to a short folder
# of mode 0700, whose name the home keeps.
find_socket_dir() {
  local own="$FLASHSALE_HOME/sock" record="$FLASHSALE_HOME/socket-dir"
  SOCKETS=$own
  if socket_dir_fits "$own"; then
    [[ "${1:-}" != make ]] || (umask 077 && mkdir -p -- "$own")
  else
    SOCKETS=''
    [[ ! -f "$record" ]] || SOCKETS=$(<"$record")
    if ! trusted_dir "$SOCKETS"; then
      SOCKETS=/nonexistent
      if [[ "${1:-}" == make ]]; then
        SOCKETS=$(mktemp -d /tmp/flashsale.XXXXXXXX) || die '/tmp cannot be written, and sockets need a short path.'
        printf '%s\n' "$SOCKETS" >"$record"
      fi
    fi
  fi
  FLASHSALE_REDIS_SOCKET="$SOCKETS/redis.sock"
  MYSQL_SOCKET="$SOCKETS$LONGEST_SOCKET"
  export FLASHSALE_REDIS_SOCKET
}

socket_dir_fits() {
  local LC_ALL=C path="$1$LONGEST_SOCKET"
  [[ ${#path} -le $SOCKET_PATH_MAX && "$path" =~ ^[A-Za-z0-9_./+@-]+$ ]]
}

# /tmp is everybody's: the folder must be ours, closed, and no link.
trusted_dir() {
  [[ -n "$1" && -d "$1" && ! -L "$1" && -O "$1" && "$(stat -c %a -- "$1")" == 700 ]]
}

drop_short_socket_dir() {
  [[ "$SOCKETS" == /tmp/flashsale.* ]] && trusted_dir "$SOCKETS" || return 0
  rm -rf -- "$SOCKETS" "$FLASHSALE_HOME/socket-dir"
}
