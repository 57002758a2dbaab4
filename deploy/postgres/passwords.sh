#!/bin/sh
# Gives the roles of roles.sql their passwords. The official PostgreSQL image runs it after roles.sql, when it makes a
# new database. They come by the environment, so that no process list shows them.
set -e
: "${DIRECTORY_PASSWORD:?the password of role hawser_directory must be given}"
: "${BINDINGS_PASSWORD:?the password of role hawser_bindings must be given}"
: "${VAULT_PASSWORD:?the password of role hawser_vault must be given}"
export DIRECTORY_PASSWORD BINDINGS_PASSWORD VAULT_PASSWORD
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv directory_password DIRECTORY_PASSWORD
\getenv bindings_password BINDINGS_PASSWORD
\getenv vault_password VAULT_PASSWORD
ALTER ROLE hawser_directory PASSWORD :'directory_password';
ALTER ROLE hawser_bindings PASSWORD :'bindings_password';
ALTER ROLE hawser_vault PASSWORD :'vault_password';
SQL
