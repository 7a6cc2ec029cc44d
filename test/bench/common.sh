# common.sh
#   What the parts of test/bench share; to be sourced by bash.  Goes to the top
#   of the clone and brings test/bin/common.sh along.
#
#   bench_server   builds, and starts a private server in a scratch folder that
#                  goes away with the script; sets what find_server,
#                  make_scratch, copy_tree and start_server set, and PYTHON;
#                  with PRELOAD=1 its sessions share memory

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. test/bin/common.sh

bench_server() {
    test/bin/packages
    find_python
    PYTHON=$python
    find_server
    make_scratch
    heading "build for PostgreSQL $PG_VERSION"
    build_extension
    stage_extension
    [ -z "${PRELOAD:-}" ] ||
        echo "shared_preload_libraries = 'adpipe'" >>"$TEMP_CONFIG"
    copy_tree
    start_server
}
