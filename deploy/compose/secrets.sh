#!/bin/sh
# Before everything else in docker-compose.yml: a folder of secrets for each service, in the volume "secrets".
# What .env sets is taken; what it does not is made at random once and kept. Each service sees its own folder only.
set -eu
umask 077
cd /secrets
mkdir -p kept

# kept NAME VALUE-OF-.env: the secret, which the next start finds again.
kept() {
  if [ -n "$2" ]; then
    printf %s "$2" >"kept/$1.new"
    if [ -s "kept/$1" ] && ! cmp -s "kept/$1" "kept/$1.new"; then
      echo "secret '$1' differs from the one kept: a database or broker that exists goes on with its own until it is changed there" \
        "(docs/runbook.md, 'A secret is changed')" >&2
    fi
    mv "kept/$1.new" "kept/$1"
  elif [ ! -s "kept/$1" ]; then
    head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"kept/$1.new"
    mv "kept/$1.new" "kept/$1"
    echo "secret '$1' is made"
  fi
}

# give FOLDER UID NAME FILE: the same secret under the name its service reads; in place at once, since a service may be reading.
give() {
  mkdir -p "$1"
  cp "kept/$3" "$1/.$4.new"
  chmod 400 "$1/.$4.new"
  chown -R "$2" "$1"
  mv "$1/.$4.new" "$1/$4"
}

kept postgres "${POSTGRES_PASSWORD:-}"
kept rabbitmq "${RABBITMQ_PASSWORD:-}"
kept s3 "${S3_SECRET_KEY:-}"
kept admin-key "${FLTS_ADMIN_KEY:-}"
kept grafana "${GRAFANA_PASSWORD:-}"

# FLTS reads settings from files of their name.
give flts 1654 postgres Database__Password
give flts 1654 rabbitmq Bus__RabbitMq__Password
give flts 1654 s3 Storage__S3__SecretKey
give flts 1654 admin-key Security__AdminKey
give postgres 0 postgres password
give rabbitmq 0 rabbitmq password
give prometheus 65534 admin-key flts-admin-key
give grafana 472 grafana admin-password

# The store's one account; in JSON a quote and a backslash are written with a backslash before them.
printf '{"identities": [{"name": "flts", "credentials": [{"accessKey": "flts", "secretKey": "%s"}], "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}\n' \
  "$(sed 's/\\/\\\\/g; s/"/\\"/g' kept/s3)" >kept/s3.json
give seaweedfs 0 s3.json s3.json
