# other_extension.sh
#   Extensions that are no part of this project, built from source trees of their own; to
#   be sourced by bash after common.sh.  Each is built once, in build/<name>-<major>.
#
#   build_citus, stage_citus            from the tree CITUS_SOURCE
#   build_timescale, stage_timescale    from the tree TIMESCALE_SOURCE
#
#   stage_… installs it beside the staged extension.

# build_tree name tree: compiles a copy of a source tree by compile_<name>, unless that
# of this release is there.  Sets BUILT to the folder.
build_tree() {
    local name=$1 tree=$2 log=$SCRATCH/$1.log stamp
    test/bin/packages "$name"
    mkdir -p "$top/build"
    BUILT=$top/build/$name-$PG_VERSION
    stamp="$("$PG_CONFIG" --version) $(cksum <"$tree/CHANGELOG.md")"
    exec 9>"$BUILT.lock"
    flock 9
    if [ "$(cat "$BUILT/adpipe.stamp" 2>/dev/null)" != "$stamp" ]; then
        rm -rf "$BUILT"
        mkdir "$BUILT"
        tar -C "$tree" --exclude=.git --exclude=./build -cf - . | tar -C "$BUILT" -xf -
        "compile_$name" >"$log" 2>&1 9>&- ||
            { tail -n 50 "$log"; die "$name could not be built from $tree"; }
        printf '%s\n' "$stamp" >"$BUILT/adpipe.stamp"
    fi
    flock -u 9
}

# install_tree name arguments…: lets make install what was built.
install_tree() {
    local name=$1
    shift
    make "$@" "DESTDIR=$STAGE" >"$SCRATCH/$name.log" 2>&1 ||
        { tail -n 50 "$SCRATCH/$name.log"; die "$name could not be installed into the scratch folder"; }
    chmod -R a+rX "$STAGE"
}

build_citus() {
    build_tree citus "$CITUS_SOURCE"
}

compile_citus() {
    rename_duplicate
    (cd "$BUILT" && ./configure --without-libcurl "PG_CONFIG=$PG_CONFIG") &&
        nice -n 5 make -C "$BUILT" -j"$(nproc)" with_llvm=no extension
}

# Later minor versions of PostgreSQL 15 declare a function that Citus 13.2 defines.
rename_duplicate() {
    if grep -qs have_createdb_privilege "$("$PG_CONFIG" --includedir-server)/commands/dbcommands.h"; then
        sed -i 's/^have_createdb_privilege(void)$/citus_createdb_privilege(void)/' \
            "$BUILT/src/include/pg_version_compat.h"
    fi
}

stage_citus() {
    install_tree citus -C "$BUILT" with_llvm=no install-extension
}

build_timescale() {
    build_tree timescale "$TIMESCALE_SOURCE"
}

compile_timescale() {
    cmake -S "$BUILT" -B "$BUILT/build" "-DPG_CONFIG=$PG_CONFIG" -DCMAKE_BUILD_TYPE=Release \
        -DREGRESS_CHECKS=OFF -DWARNINGS_AS_ERRORS=OFF -DGENERATE_DOWNGRADE_SCRIPT=OFF &&
        nice -n 5 make -C "$BUILT/build" -j"$(nproc)"
}

stage_timescale() {
    install_tree timescale -C "$BUILT/build" install
}
