# shellcheck shell=bash
# Sourced by the entrypoint of the official MySQL image at its first start: the database and its users, as `./flashsale compose` wrote
# them.
docker_process_sql </run/secrets/mysql-users.sql
