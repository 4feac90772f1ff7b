"""The sample that is a database: the official entrypoint's commands, and a script for it."""

from __future__ import annotations

from imginspect.scan.minimal_elf import minimal_elf
from tests.builder.entries import directory, file
from tests.builder.epcc.parts import (
    MKDIR,
    MOUNTS,
    ROOTFS,
    SBIN,
    based,
    compiled,
    packaged,
    run,
    system,
    text,
)
from tests.builder.image import ImageBuilder

POSTGRES_ENTRYPOINT = """\
#!/usr/bin/env bash
set -Eeo pipefail

# the value of a variable, or of the file that a variable of that name and _FILE names
file_env() {
	local name="$1" file="${1}_FILE" value="${2:-}"
	if [ "${!name:-}" ] && [ "${!file:-}" ]; then
		printf >&2 'error: %s and %s exclude each other\\n' "$name" "$file"
		exit 1
	fi
	if [ "${!name:-}" ]; then
		value="${!name}"
	elif [ "${!file:-}" ]; then
		value="$(< "${!file}")"
	fi
	export "$name"="$value"
	unset "$file"
}

_is_sourced() {
	[ "${#FUNCNAME[@]}" -ge 2 ] \\
		&& [ "${FUNCNAME[0]}" = '_is_sourced' ] \\
		&& [ "${FUNCNAME[1]}" = 'source' ]
}

docker_create_db_directories() {
	local user; user="$(id -u)"
	mkdir -p "$PGDATA"
	chmod 00700 "$PGDATA" || :
	mkdir -p /var/run/postgresql || :
	if [ "$user" = '0' ]; then
		find "$PGDATA" \\! -user postgres -exec chown postgres '{}' +
	fi
}

docker_verify_minimum_env() {
	if [ -z "$POSTGRES_PASSWORD" ] && [ 'trust' != "$POSTGRES_HOST_AUTH_METHOD" ]; then
		cat >&2 <<-'EOE'
			error: no password; set POSTGRES_PASSWORD for the superuser
		EOE
		exit 1
	fi
}

docker_init_database_dir() {
	eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\\n" "$POSTGRES_PASSWORD") '"$POSTGRES_INITDB_ARGS"' "$@"'
}

docker_process_sql() {
	local query_runner=( psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc )
	if [ -n "$POSTGRES_DB" ]; then
		query_runner+=( --dbname "$POSTGRES_DB" )
	fi
	PGHOST= PGHOSTADDR= "${query_runner[@]}" "$@"
}

docker_process_init_files() {
	local f
	for f; do
		case "$f" in
			*.sh)
				if [ -x "$f" ]; then
					printf '%s: running %s\\n' "$0" "$f"
					"$f"
				else
					printf '%s: sourcing %s\\n' "$0" "$f"
					. "$f"
				fi
				;;
			*.sql) docker_process_sql -f "$f" ;;
			*) printf '%s: ignoring %s\\n' "$0" "$f" ;;
		esac
	done
}

docker_setup_env() {
	file_env 'POSTGRES_PASSWORD'
	file_env 'POSTGRES_USER' 'postgres'
	file_env 'POSTGRES_DB' "$POSTGRES_USER"
	file_env 'POSTGRES_INITDB_ARGS'
	: "${POSTGRES_HOST_AUTH_METHOD:=}"
	declare -g DATABASE_ALREADY_EXISTS
	if [ -s "$PGDATA/PG_VERSION" ]; then
		DATABASE_ALREADY_EXISTS='true'
	fi
}

docker_temp_server_start() {
	if [ "$1" = 'postgres' ]; then
		shift
	fi
	set -- "$@" -c listen_addresses='' -p "${PGPORT:-5432}"
	PGUSER="${PGUSER:-$POSTGRES_USER}" pg_ctl -D "$PGDATA" -o "$(printf '%q ' "$@")" -w start
}

docker_temp_server_stop() {
	PGUSER="${PGUSER:-postgres}" pg_ctl -D "$PGDATA" -m fast -w stop
}

_pg_want_help() {
	local arg
	for arg; do
		case "$arg" in
			-'?'|--help|--describe-config|-V|--version) return 0 ;;
		esac
	done
	return 1
}

_main() {
	if [ "${1:0:1}" = '-' ]; then
		set -- postgres "$@"
	fi
	if [ "$1" = 'postgres' ] && ! _pg_want_help "$@"; then
		docker_setup_env
		docker_create_db_directories
		if [ "$(id -u)" = '0' ]; then
			exec gosu postgres "$BASH_SOURCE" "$@"
		fi
		if [ -z "$DATABASE_ALREADY_EXISTS" ]; then
			docker_verify_minimum_env
			ls /docker-entrypoint-initdb.d/ > /dev/null
			docker_init_database_dir
			export PGPASSWORD="${PGPASSWORD:-$POSTGRES_PASSWORD}"
			docker_temp_server_start "$@"
			docker_process_init_files /docker-entrypoint-initdb.d/*
			docker_temp_server_stop
			unset PGPASSWORD
		fi
	fi
	exec "$@"
}

if ! _is_sourced; then
	_main "$@"
fi
"""
POSTGRES_SETUP = """\
#!/bin/bash
set -e

psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<-EOSQL
	CREATE TABLE visits (id serial PRIMARY KEY, day date NOT NULL);
	INSERT INTO visits (day) VALUES ('2024-01-01');
EOSQL
"""


def postgres() -> ImageBuilder:
    """postgres: the official entrypoint, and a script for it that fills a database."""
    folder = "/usr/lib/postgresql/12/bin"
    programs = [f"{folder}/{name}" for name in ("initdb", "pg_ctl", "postgres", "psql")]
    base = [
        *(compiled(path) for path in programs),
        *packaged("postgresql-12", *programs),
        file("/usr/local/bin/gosu", minimal_elf(), mode=0o755),
        text("/usr/local/bin/docker-entrypoint.sh", POSTGRES_ENTRYPOINT, 0o755),
        directory("/docker-entrypoint-initdb.d"),
        directory("/var/run/postgresql", mode=0o3777, uid=999, gid=999),
        directory("/var/lib/postgresql/data", mode=0o1777, uid=999, gid=999),
    ]
    setup = [text("/docker-entrypoint-initdb.d/10_setup_test_database.sh", POSTGRES_SETUP, 0o755, uid=999, gid=999)]
    return (
        based(
            [system("debian", "11", "postgres:x:999:999::/var/lib/postgresql:/bin/bash"), base, MOUNTS, setup],
            [ROOTFS, run("apt-get install -y postgresql-12"), MKDIR,
             "COPY --chown=postgres:postgres docker-entrypoint-initdb.d/ /docker-entrypoint-initdb.d/ # buildkit"],
            entrypoint=["docker-entrypoint.sh"], cmd=["postgres"], exposed_ports=["5432/tcp"], volumes=["/var/lib/postgresql/data"],
            env=[f"PATH={SBIN}:{folder}", "PG_MAJOR=12", "PGDATA=/var/lib/postgresql/data", "POSTGRES_USER=tester", "POSTGRES_DB=test"],
            stop_signal="SIGINT",
        )
        .empty_layer("ENV POSTGRES_USER=tester")
        .empty_layer("ENV POSTGRES_DB=test")
        .reference("postgres:latest")
    )  # fmt: skip
