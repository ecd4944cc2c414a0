#!/bin/sh
# Runs once in a new PostgreSQL, after schemas.sql: each role gets its password from PASSWORD_OF_<role>.
set -eu
for role in availability booking calcom_sync console staff_registry telephony_gateway; do
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    -v role="$role" -v password="$(printenv "PASSWORD_OF_$role")" <<'SQL'
ALTER ROLE :"role" LOGIN PASSWORD :'password';
SQL
done
