# shellcheck shell=bash
# MariaDB, from ops/mariadb: its own configuration and data; loopback and a unix socket. The administrator can come in
# by the socket alone, as the system user that runs it. Every service has its user; see ops/mariadb/users.sql.

prepare_mysql() {
  local home="$FLASHSALE_HOME/mysql"
  (umask 077 && mkdir -p -- "$home/tmp")
  write_mysql_users | keep_secret mysql-users.sql
  {
    cat -- "$ROOT/ops/mariadb/mariadb.cnf"
    printf 'port=%s\nsocket="%s"\n' "$FLASHSALE_MYSQL_PORT" "$MYSQL_SOCKET"
    printf 'datadir="%s"\ntmpdir="%s"\n' "$home/data" "$home/tmp"
    printf 'pid-file="%s"\ninit-file="%s"\n' "$home/mariadbd.pid" "$SECRETS/mysql-users.sql"
    printf 'innodb_buffer_pool_size=%sM\nuser=%s\n' "$FLASHSALE_MYSQL_BUFFER_MB" "$(id -un)"
    durable mysql
  } >"$home/mariadb.cnf"
  make_mysql_data "$home"
  COMMAND=("$(mysql_server)" "--defaults-file=$home/mariadb.cnf")
  INPUTS=("$home/mariadb.cnf" "$SECRETS/mysql-users.sql")
  PORTS=(FLASHSALE_MYSQL_PORT)
  READY=(mysql_probe)
  BOUND=90
}

# Debian keeps it in /usr/sbin, which is not in every user's PATH.
mysql_server() { PATH="$PATH:/usr/sbin" command -v mariadbd; }

# The tables of the server itself: made aside, then moved, so that an interrupted first start leaves nothing half-made.
# mariadb-install-db does the same, but breaks at blanks in paths and, as root, changes the owner of system files.
make_mysql_data() {
  local home=$1
  [[ ! -d "$home/data" ]] || return 0
  rm -rf -- "$home/data.new"
  mkdir -m 0700 -- "$home/data.new"
  mysql_system_tables | "$(mysql_server)" --no-defaults --bootstrap --user="$(id -un)" --datadir="$home/data.new" \
    --tmpdir="$home/tmp" --enforce-storage-engine= --skip-log-bin --max-allowed-packet=8M \
    >"$LOGS/mysql-install.log" 2>&1 9>&- ||
    die 'MariaDB could not make its data folder.' "Its log: $LOGS/mysql-install.log"
  mv -- "$home/data.new" "$home/data"
}

# The server's own scripts; MariaDB 11 calls them mariadb_*. The administrator is the system user, by socket alone.
mysql_system_tables() {
  local share=/usr/share/mysql name=mysql
  [[ ! -f /usr/share/mariadb/mariadb_system_tables.sql ]] || share=/usr/share/mariadb
  [[ ! -f "$share/mariadb_system_tables.sql" ]] || name=mariadb
  printf "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket='%s';\n" "$(id -un)"
  cat -- "$share/${name}_system_tables.sql" "$share/${name}_performance_tables.sql" "$share/${name}_system_tables_data.sql"
}

# Runs at every start, so a password that was changed in secrets/ takes effect.
write_mysql_users() {
  local text user
  text=$(grep -v '^--' -- "$ROOT/ops/mariadb/users.sql")
  for user in migration backend consumer cms operator; do
    text=${text//"{$user}"/$(secret "mysql-$user")}
  done
  printf '%s\n' "$text"
}

mysql_probe() { mysql_client -e 'SELECT 1' >/dev/null; }

mysql_client() { mariadb --defaults-file="$SECRETS/mysql-operator.cnf" "$@"; }

mysql_ports() { printf '%s' "$FLASHSALE_MYSQL_PORT"; }
mysql_version() { "$(mysql_server)" --version | sed -n 's/.*Ver \([^-]*\).*/MariaDB \1/p'; }

verb_mysql() {
  find_socket_dir
  [[ -S "$MYSQL_SOCKET" ]] || die 'MariaDB is not running.' 'Run ./flashsale up first.'
  exec mariadb --defaults-file="$SECRETS/mysql-operator.cnf" "$@"
}
