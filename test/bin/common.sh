# common.sh
#   What the scripts of test/bin share; to be sourced by bash.
#
# In order of use:
#   find_server         picks pg_config; sets PG_CONFIG, PG_BINDIR, PG_VERSION
#   make_scratch        a folder of this run's own; sets SCRATCH, and sees to it
#                       that nothing outlives the script
#   build_extension     builds into build/<version><variant>
#   stage_extension     installs into the scratch folder; sets TEMP_CONFIG, the
#                       server settings that make it visible
#   copy_tree           copies the sources to $SCRATCH/tree, for servers and
#                       tests that may not read the clone
#   wrap_server         lets servers run under ADPIPE_UNDER
#   as_user command…    runs a command as an ordinary user, in a process group
#                       that ends with the script
#   python_environment folder log pip's-arguments…
#                       a virtual environment of Python with packages
#   start_server        starts a server of its own that knows the extension; sets
#                       PGHOST and PGUSER for psql
#   show_reports        prints what the command of ADPIPE_UNDER has reported; sets
#                       REPORT_COUNT
#
# Variables a caller may set: PG_CONFIG, PG_MAJOR, ASSERTIONS (a server that
# assertion_server builds, in their place), KEEP (keep the scratch folder), ADPIPE_STAGE (destdir, path, relocate: how a server finds the
# extension, instead of the best way it knows; system: the server's own extension, which
# a package installed, in place of a build), ADPIPE_UNDER (shell words in
# front of the server's program, valgrind and its options, say; $REPORTS in them
# is the folder for what it finds, $TREE that of copy_tree).

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# What make hands down is for its own children; ours start afresh.
unset MAKEFLAGS MAKELEVEL MAKEOVERRIDES MFLAGS GNUMAKEFLAGS
# Settings of the person's own client must not reach the tests.
unset PGHOST PGPORT PGUSER PGDATABASE PGDATA PGOPTIONS PGSERVICE PGPASSWORD \
    PGPASSFILE PGSSLMODE PGTZ PGCLIENTENCODING PGAPPNAME LANGUAGE \
    http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY \
    PERL5OPT PYTHONPATH
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1

heading() {
    printf '\n== %s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Prints the files of the project: tracked, or new and not ignored.  Without
# git, or outside a clone, all but build products.
project_files() {
    if [ -e "$top/.git" ] &&
        git -C "$top" -c safe.directory='*' ls-files -z -co --exclude-standard \
            2>/dev/null >"${1:?}" && [ -s "$1" ]; then
        # A file deleted but not yet committed is still listed.
        (cd "$top" && xargs -0 sh -c 'for f; do
            if [ -e "$f" ]; then printf "%s\n" "$f"; fi; done' sh <"$1")
    else
        (cd "$top" && find . -name .git -prune -o -path ./build -prune -o \
            -name __pycache__ -prune -o -type f \
            ! -name '*.o' ! -name '*.bc' ! -name '*.so' -print |
            sed 's,^\./,,')
    fi | sort
}

# Sets PG_CONFIG, PG_BINDIR and PG_VERSION (the major).
find_server() {
    if [ -n "${ASSERTIONS:-}" ]; then
        PG_CONFIG=$("$top/test/bin/assertion_server") || die "there is no server with assertions"
    elif [ -n "${PG_MAJOR:-}" ]; then
        PG_CONFIG=/usr/lib/postgresql/$PG_MAJOR/bin/pg_config
    fi
    PG_CONFIG=${PG_CONFIG:-pg_config}
    PG_CONFIG=$(command -v "$PG_CONFIG") || die "pg_config not found"
    [ -e "$("$PG_CONFIG" --pgxs)" ] ||
        die "$PG_CONFIG: the server's development files are missing"
    PG_BINDIR=$("$PG_CONFIG" --bindir)
    PG_VERSION=$("$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
    PG_PGXS_DIR=$(cd "$(dirname "$("$PG_CONFIG" --pgxs)")/../.." && pwd)
    export PG_CONFIG
}

# Sets SCRATCH and the traps that clean up.
make_scratch() {
    umask 022
    SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/adpipe.XXXXXX")
    export SCRATCH
    mkdir "$SCRATCH/tmp" "$SCRATCH/home"
    chmod 755 "$SCRATCH"
    choose_user
    own "$SCRATCH/tmp" "$SCRATCH/home"
    groups=()
    trap 'clean_up $?' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

# Sets RUN_USER, empty if we are an ordinary user already.
choose_user() {
    RUN_USER=
    [ "$(id -u)" = 0 ] || return 0
    for RUN_USER in postgres nobody; do
        ! id "$RUN_USER" >/dev/null 2>&1 || return 0
    done
    die "servers refuse to run as root, and there is no ordinary user to use"
}

# Gives files to the user that servers run as.
own() {
    if [ -n "$RUN_USER" ]; then
        chown -R "$RUN_USER" "$@"
    fi
}

# Runs a command as the ordinary user with everything temporary in the scratch
# folder.  Its process group is ended when the script ends.
as_user() {
    local drop=()
    if [ -n "$RUN_USER" ]; then
        drop=(setpriv "--reuid=$(id -u "$RUN_USER")"
            "--regid=$(id -g "$RUN_USER")" --clear-groups)
    fi
    env HOME="$SCRATCH/home" TMPDIR="$SCRATCH/tmp" USER="${RUN_USER:-$(id -un)}" \
        LOGNAME="${RUN_USER:-$(id -un)}" \
        setsid "${drop[@]}" "$@" </dev/null &
    local group=$! status=0
    groups+=("$group")
    wait "$group" || status=$?
    if ! kill -0 -- "-$group" 2>/dev/null; then
        unset "groups[-1]"
    fi
    return "$status"
}

# Ends running processes.  Then removes the scratch folder, unless a test failed
# or KEEP is set.
clean_up() {
    local status=$1 group
    trap - EXIT INT TERM HUP
    for group in "${groups[@]}"; do
        kill -TERM -- "-$group" 2>/dev/null
    done
    stop_servers
    for group in "${groups[@]}"; do
        kill -KILL -- "-$group" 2>/dev/null
    done
    if [ "$status" = 0 ] && [ -z "${KEEP:-}" ]; then
        rm -rf "$SCRATCH"
    else
        printf 'Kept for a look: %s\n' "$SCRATCH" >&2
    fi
    exit "$status"
}

# Stops servers whose data folders lie in the scratch folder.
stop_servers() {
    local file pid tries
    find "$SCRATCH" -name postmaster.pid 2>/dev/null |
        while read -r file; do
            pid=$(head -n 1 "$file" 2>/dev/null)
            # Valgrind is the program, and names itself memcheck-<machine>.
            case $(cat "/proc/${pid:-0}/comm" 2>/dev/null) in
                postgres | memcheck*) ;;
                *) continue ;;
            esac
            kill -QUIT "$pid" 2>/dev/null
            for tries in $(seq 100); do
                kill -0 "$pid" 2>/dev/null || break
                sleep 0.1
            done
        done
}

# build_extension [variant [make arguments…]]: compiles into build/<version>
# <variant>, where links stand for the sources, so that versions and variants
# do not meet, neither with each other nor with a build in the clone itself.
# Sets BUILD_DIR.  Only one at a time builds there.
build_extension() {
    local variant=${1:-} log
    shift || true
    [ "${ADPIPE_STAGE:-}" != system ] || return 0
    local root=$top/build
    if ! mkdir -p "$root" 2>/dev/null || ! [ -w "$root" ]; then
        root=$SCRATCH/build
    fi
    BUILD_DIR=$root/$PG_VERSION${ASSERTIONS:+-assertions}$variant
    mkdir -p "$BUILD_DIR"
    BUILD_MAKE=(make --no-print-directory -s -C "$BUILD_DIR"
        "PG_CONFIG=$PG_CONFIG" with_llvm=no "$@")
    exec 9>"$BUILD_DIR/lock"
    flock 9
    link_sources
    log=$SCRATCH/build.log
    "${BUILD_MAKE[@]}" -j"$(nproc)" all >"$log" 2>&1 9>&- ||
        { cat "$log"; die "the build failed"; }
    cat "$log"
    if [ "$(id -u)" = 0 ]; then
        chown -R --reference="$top" "$root"
    fi
    flock -u 9
}

# Links what a build reads into BUILD_DIR; drops links to what is gone.
link_sources() {
    find "$BUILD_DIR" -xtype l -delete
    (cd "$top" && find Makefile adpipe.control src -type f \
        \( -name '*.[ch]' -o -name '*.sql' -o -name '*.awk' -o -name Makefile \
        -o -name '*.control' \)) |
        while read -r file; do
            [ -e "$BUILD_DIR/$file" ] && continue
            mkdir -p "$(dirname "$BUILD_DIR/$file")"
            ln -s "$top/$file" "$BUILD_DIR/$file"
        done
}

# Installs the build below $SCRATCH/install and writes TEMP_CONFIG.
stage_extension() {
    local how=${ADPIPE_STAGE:-}
    STAGE=$SCRATCH/install
    if [ -n "$how" ]; then
        :
    elif grep -q extension_destdir "$PG_BINDIR/postgres"; then
        how=destdir
    elif [ "$PG_VERSION" -ge 18 ]; then
        how=path
    else
        how=relocate
    fi
    [ "$how" != relocate ] || relocate_server
    [ "$how" != system ] || { write_config system; return; }
    exec 9>"$BUILD_DIR/lock"
    flock 9
    "${BUILD_MAKE[@]}" "DESTDIR=$STAGE" install >"$SCRATCH/install.log" 2>&1 \
        9>&- || { cat "$SCRATCH/install.log"; die "the installation failed"; }
    flock -u 9
    chmod -R a+rX "$STAGE"
    write_config "$how"
}

# Server settings for tests.  Both pg_regress (--temp-config) and the Perl
# modules (by this variable) take such a file.
write_config() {
    local libraries=$STAGE$("$PG_CONFIG" --pkglibdir)
    export TEMP_CONFIG=$SCRATCH/temp.conf
    {
        case $1 in
            destdir)
                echo "extension_destdir = '$STAGE'"
                ;;
            path)
                echo "extension_control_path = '$STAGE$("$PG_CONFIG" --sharedir):\$system'"
                ;;
        esac
        # For LOAD and shared_preload_libraries, which take a bare name.
        [ "$1" = system ] || echo "dynamic_library_path = '$libraries:\$libdir'"
        echo "fsync = off"
        echo "jit = off"
    } >"$TEMP_CONFIG"
}

# A copy of the server that looks for everything below STAGE: programs find
# their libraries and data relative to where they lie.  Links would do but for
# programs; yet the ordinary user may not be able to read what they lead to.
relocate_server() {
    local bindir dir
    bindir=$PG_BINDIR
    mkdir -p "$STAGE$bindir"
    cp "$bindir"/* "$STAGE$bindir"
    for dir in "$("$PG_CONFIG" --pkglibdir)" "$("$PG_CONFIG" --sharedir)"; do
        mkdir -p "$STAGE$dir"
        cp -r "$dir/." "$STAGE$dir"
    done
    PG_BINDIR=$STAGE$bindir
}

# Puts programs of the same names in front of the server's: "postgres" runs the
# real one under ADPIPE_UNDER, but not for the steps of initdb, which never see
# the extension, and pg_ctl starts that "postgres".  The rest are links; initdb
# looks beside the file that the link names, so it finds the real server.
wrap_server() {
    local programs=$SCRATCH/programs
    REPORTS=$SCRATCH/reports
    mkdir "$programs" "$REPORTS"
    own "$REPORTS"
    ln -s "$PG_BINDIR"/* "$programs"
    rm "$programs/postgres" "$programs/pg_ctl"
    cat >"$programs/postgres" <<END
#!/bin/sh
export REPORTS=$REPORTS TREE=$TREE
case " \$* " in
    *" --boot "* | *" --single "*" template1 "* | *" --check "* | *" -V "*)
        exec $PG_BINDIR/postgres "\$@"
        ;;
esac
exec $ADPIPE_UNDER $PG_BINDIR/postgres "\$@"
END
    cat >"$programs/pg_ctl" <<END
#!/bin/sh
exec $PG_BINDIR/pg_ctl -p $programs/postgres "\$@"
END
    chmod 755 "$programs/postgres" "$programs/pg_ctl"
    PG_BINDIR=$programs
    # A finding ends a process; the tests after it are to run all the same.
    echo "restart_after_crash = on" >>"$TEMP_CONFIG"
}

# Prints the reports, one file for each process that had something to say.
show_reports() {
    local file
    REPORT_COUNT=0
    heading "reports"
    for file in "$REPORTS"/*; do
        [ -s "$file" ] || continue
        REPORT_COUNT=$((REPORT_COUNT + 1))
        head -n 200 "$file"
    done
    [ "$REPORT_COUNT" != 0 ] || echo "none"
}

# Copies the project's files to $SCRATCH/tree, owned by the ordinary user.
copy_tree() {
    TREE=$SCRATCH/tree
    mkdir "$TREE"
    project_files "$SCRATCH/files" >"$SCRATCH/files.txt"
    tar -C "$top" -cf - -T "$SCRATCH/files.txt" | tar -C "$TREE" -xf -
    chmod -R u+rwX,a+rX "$TREE"
    own "$TREE"
    # Each test starts a simulator: compiled once, by the Python that will run it.
    as_user sh -c 'exec python3 -m compileall -q "$1"' sh "$TREE/test/simulator" || true
}

# Sets python to one that the ordinary user may run, too: not from somebody's home folder.
find_python() {
    python=/usr/bin/python3
    [ -x "$python" ] || python=$(command -v python3)
}

# python_environment folder log pip's-arguments…: a virtual environment with packages.
# Returns 2 where the package index cannot be reached.
python_environment() {
    local folder=$1 log=$2 python
    shift 2
    find_python
    { test/bin/packages venv && as_user "$python" -m venv "$folder" &&
        as_user "$folder/bin/pip" install -q --disable-pip-version-check --retries 1 \
            "$@"; } >"$log" 2>&1 && return 0
    # What pip prints of an index that does not answer.
    ! grep -qE 'NewConnectionError|ConnectTimeoutError|ProxyError|NameResolutionError|Temporary failure' "$log" || return 2
    cat "$log"
    return 1
}

# start_server [command…]: starts a server in $SCRATCH/server with the settings
# of TEMP_CONFIG, under the given command (valgrind, say) if there is one.  It
# listens on a socket in the scratch folder only; superuser is "postgres".
start_server() {
    local data=$SCRATCH/server/data
    mkdir "$SCRATCH/server"
    own "$SCRATCH/server"
    as_user "$PG_BINDIR/initdb" -D "$data" -U postgres -A trust -N \
        --encoding=UTF8 --locale=C >"$SCRATCH/initdb.log" 2>&1 ||
        { cat "$SCRATCH/initdb.log"; die "initdb failed"; }
    {
        cat "$TEMP_CONFIG"
        echo "listen_addresses = ''"
        echo "unix_socket_directories = '$SCRATCH/server'"
    } >>"$data/postgresql.conf"
    export PGHOST=$SCRATCH/server PGUSER=postgres PGDATABASE=postgres
    as_user "$@" "$PG_BINDIR/postgres" -D "$data" >"$SCRATCH/server.log" 2>&1 &
    wait_for_server $!
}

# Waits until the server answers; gives up when its process (or the shell that
# waits for it) has ended.
wait_for_server() {
    until "$PG_BINDIR/pg_isready" -q; do
        kill -0 "$1" 2>/dev/null ||
            { tail -n 30 "$SCRATCH/server.log"; die "the server did not start"; }
        sleep 0.1
    done
}
