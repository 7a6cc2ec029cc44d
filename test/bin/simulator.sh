# simulator.sh
#   What scripts share that show adpipe beside the platform simulator; to be
#   sourced by bash after common.sh.
#
#   start_simulator [option…]  starts it; sets READY, its one line about itself,
#                              and sees to it that it ends with the script
#   ready key                  prints a member of that line
#   control name [JSON]        calls one of its control endpoints
#   run_sql [option…]          psql that ends the script at an error
#   set_up_platforms           servers, user mappings and tables of all platforms

# The simulator's log-in is that of its README.
manager=9876543210

start_simulator() {
    local file=$SCRATCH/tmp/ready.json pid
    find_python
    trap 'status=$?; set +e; stop_simulator; clean_up $status' EXIT
    as_user "$python" "$TREE/test/simulator" --ready-file "$file" "$@" \
        >"$SCRATCH/simulator.log" 2>&1 &
    pid=$!
    until grep -q '}$' "$file" 2>/dev/null; do
        kill -0 "$pid" 2>/dev/null ||
            { cat "$SCRATCH/simulator.log"; die "the simulator did not start"; }
        sleep 0.1
    done
    READY=$(cat "$file")
}

# Ends the simulator: started in the background, it is in no list of clean_up.
stop_simulator() {
    local pid
    [ -n "${READY:-}" ] || return 0
    pid=$(ready pid)
    grep -q simulator "/proc/$pid/cmdline" 2>/dev/null && kill "$pid"
    READY=
}

ready() {
    python3 -c 'import json, sys
value = json.loads(sys.argv[1]).get(sys.argv[2], "")
print(value if isinstance(value, str) else json.dumps(value))' "$READY" "$1"
}

control() {
    python3 -c 'import sys, urllib.request
body = sys.argv[2].encode() if len(sys.argv) > 2 else None
print(urllib.request.urlopen(urllib.request.Request(
    sys.argv[1], body, {"Content-Type": "application/json"})).read().decode())' \
        "$(ready http)/_control/$1" "${@:2}"
}

run_sql() {
    psql -X -v ON_ERROR_STOP=1 "$@"
}

# The ids of a platform's accounts, with commas between them.
accounts() {
    control "accounts?platform=$1" | python3 -c 'import json, sys
print(",".join(one["id"] for one in json.load(sys.stdin)
               if one.get("assigned", True)))'
}

set_up_platforms() {
    run_sql -q -v endpoint="$(ready http)" -v token_endpoint="$(ready token_url)" \
        -v manager="$manager" -v flyer_token="$(ready appsflyer_token)" \
        -v apps="$(accounts appsflyer)" -v tiktok_token="$(ready tiktok_token)" \
        -v tiktok_advertisers="$(accounts tiktok)" -v naver_manager="$(ready naver_manager)" \
        -v naver_api_key="$(ready naver_api_key)" -v naver_secret_key="$(ready naver_secret_key)" \
        -v kakao_accounts="$(accounts kakao_moment)" -v kakao_token="$(ready kakao_token)" \
        -f test/demo/setup.sql
}
