# shellcheck shell=bash
# Who listens where, read from /proc: no tool needs to be installed for it.

# listener_inodes PORT: "inode uid" of each socket that listens on the port, on any address that could be in our way: on other
# addresses of IPv4 than 127.0.0.1 and "any" it is not.
listener_inodes() {
  local hex file
  printf -v hex '%04X' "$1"
  for file in /proc/net/tcp /proc/net/tcp6; do
    [[ -r "$file" ]] || continue
    awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port && (length($2) > 13 || $2 ~ /^(00000000|0100007F):/) {
      print $10, $8 }' "$file"
  done
}

port_taken() { [[ -n "$(listener_inodes "$1")" ]]; }

# port_holder PORT: a phrase that names who holds it.
port_holder() {
  local inode uid fd pid
  read -r inode uid <<<"$(listener_inodes "$1")"
  [[ -n "$inode" ]] || return 1
  fd=$(find /proc/[0-9]*/fd -lname "socket:\[$inode\]" -print -quit 2>/dev/null) || true
  if [[ "$fd" =~ ^/proc/([0-9]+)/ ]]; then
    pid=${BASH_REMATCH[1]}
    printf 'process %s (%s)' "$pid" "$(command_line "$pid")"
    return
  fi
  printf 'a process of the user %s' "$(id -nu "$uid" 2>/dev/null || printf '%s' "$uid")"
}

# command_line PID: shortened; the bare name where the line is not to be had.
command_line() {
  local words=''
  { words=$(tr '\0' ' ' <"/proc/$1/cmdline"); } 2>/dev/null || true
  words=${words%"${words##*[![:space:]]}"}
  [[ -n "$words" ]] || words=$(cat "/proc/$1/comm" 2>/dev/null) || words='ended meanwhile'
  [[ ${#words} -le 80 ]] || words="${words:0:77}..."
  printf '%s' "$words"
}

# claim_port SETTING: the port it names is free, or die with its holder. The second argument moves the port.
claim_port() {
  local name=$1 port=$((${!1} + ${2:-0}))
  port_taken "$port" || return 0
  local note=''
  [[ "${2:-0}" == 0 ]] || note=" (the broker opens the port two below FLASHSALE_BROKER_PORT as well)"
  die "port $port is taken by $(port_holder "$port")$note." \
    "End that process, or choose another port: $name=$((port - ${2:-0} + 1000)) ./flashsale up (or in .env)."
}
