#!/bin/sh
# Prints fresh secrets for docker-compose.yml:
#
#   (umask 077 && sh deploy/compose-env.sh > .env)
#
# Keep the file as long as the volumes: PostgreSQL takes its passwords only when it makes a new database.
set -eu
random() { head -c 48 /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_' | cut -c "1-$1"; }
echo "POSTGRES_PASSWORD=$(random 43)"
echo "DIRECTORY_PASSWORD=$(random 43)"
echo "BINDINGS_PASSWORD=$(random 43)"
echo "VAULT_PASSWORD=$(random 43)"
echo "# What the vault encrypts with: without it no credential can be read again."
echo "HAWSER_MASTER_KEYS=k1:$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
echo "# The first OWNER token, of workspace \"demo\"."
echo "HAWSER_BOOTSTRAP_TOKEN=hws_live_$(random 43)"
