# shellcheck shell=bash
# Passwords, tokens and keys: made once per home, mode 0600, given to processes by file and never on a command line
# (everybody can read those). A file holds the bare secret in one line.

SECRET_NAMES=(
  redis-edge redis-backend redis-operator
  mysql-backend mysql-consumer mysql-cms mysql-migration mysql-operator
  edge-token internal-token operator-token payment-key
)

make_secrets() {
  local name
  for name in "${SECRET_NAMES[@]}"; do
    [[ -s "$SECRETS/$name" ]] || openssl rand -hex 24 | keep_secret "$name"
  done
  # The first key signs, all verify (keys.sh).
  [[ -s "$SECRETS/session-keys" ]] || printf 'k1 %s\n' "$(openssl rand -base64 48 | tr -d '\n')" | keep_secret session-keys
  write_client_files
}

# keep_secret NAME: standard input becomes secrets/NAME, whole or not at all.
keep_secret() {
  (umask 077 && cat >"$SECRETS/$1.new") && mv -f -- "$SECRETS/$1.new" "$SECRETS/$1"
}

secret() { cat -- "$SECRETS/$1"; }

# Option files for the real clients and headers for curl.
write_client_files() {
  printf '[client]\nuser=operator\npassword=%s\nsocket="%s"\n[mysql]\ndatabase=flashsale\n' \
    "$(secret mysql-operator)" "$MYSQL_SOCKET" | keep_secret mysql-operator.cnf
  printf 'header = "X-Flashsale-Internal: %s"\n' "$(secret internal-token)" | keep_secret curl-internal
  printf 'header = "Authorization: Bearer %s"\n' "$(secret operator-token)" | keep_secret curl-operator
}
