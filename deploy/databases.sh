#!/bin/sh
# Makes one database and one user each for the studies, Prefect and Label Studio. PostgreSQL's image runs it once, when its
# volume is new.
set -eu

database() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set name="$1" --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv password PASSWORD
create role :"name" login password :'password';
create database :"name" owner :"name" encoding 'UTF8' template template0;
revoke all on database :"name" from public;
SQL
}

PASSWORD="$RECHKI_DB_PASSWORD" database rechki
PASSWORD="$PREFECT_DB_PASSWORD" database prefect
PASSWORD="$STUDIO_DB_PASSWORD" database studio
