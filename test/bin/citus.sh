# citus.sh
#   Citus, built from a source tree that is not part of this project; to be sourced
#   by bash after common.sh.
#
#   build_citus         builds the tree CITUS_SOURCE, once, in build/citus-<major>
#   stage_citus         installs it beside the staged extension

# Sets CITUS_BUILD.
build_citus() {
    local root=$top/build log=$SCRATCH/citus.log stamp
    test/bin/packages citus
    mkdir -p "$root"
    CITUS_BUILD=$root/citus-$PG_VERSION
    stamp="$("$PG_CONFIG" --version) $(cksum <"$CITUS_SOURCE/configure") $(cksum <"$CITUS_SOURCE/CHANGELOG.md")"
    exec 9>"$CITUS_BUILD.lock"
    flock 9
    if [ "$(cat "$CITUS_BUILD/adpipe.stamp" 2>/dev/null)" != "$stamp" ]; then
        rm -rf "$CITUS_BUILD"
        mkdir "$CITUS_BUILD"
        tar -C "$CITUS_SOURCE" --exclude=.git -cf - . | tar -C "$CITUS_BUILD" -xf -
        rename_duplicate
        { (cd "$CITUS_BUILD" && ./configure --without-libcurl "PG_CONFIG=$PG_CONFIG") &&
            nice -n 5 make -C "$CITUS_BUILD" -j"$(nproc)" with_llvm=no extension; } >"$log" 2>&1 9>&- ||
            { tail -n 50 "$log"; die "Citus could not be built from $CITUS_SOURCE"; }
        printf '%s\n' "$stamp" >"$CITUS_BUILD/adpipe.stamp"
    fi
    flock -u 9
}

# Later minor versions of PostgreSQL 15 declare a function that Citus 13.2 defines.
rename_duplicate() {
    if grep -qs have_createdb_privilege "$("$PG_CONFIG" --includedir-server)/commands/dbcommands.h"; then
        sed -i 's/^have_createdb_privilege(void)$/citus_createdb_privilege(void)/' \
            "$CITUS_BUILD/src/include/pg_version_compat.h"
    fi
}

stage_citus() {
    make -C "$CITUS_BUILD" with_llvm=no "DESTDIR=$STAGE" install-extension >"$SCRATCH/citus.log" 2>&1 ||
        { tail -n 50 "$SCRATCH/citus.log"; die "Citus could not be installed into the scratch folder"; }
    chmod -R a+rX "$STAGE"
}
