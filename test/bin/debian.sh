# debian.sh
#   What scripts share that make new Debian systems; to be sourced by bash after common.sh.
#
#   find_mirror              sets MIRROR, and sees to it that debootstrap is there
#   new_system SUITE FOLDER  makes a system that trusts what this machine does; its
#                            packages start no service and wait for no disk

find_mirror() {
    [ "$(id -u)" = 0 ] || die "debootstrap needs root"
    # The address of Debian itself among the machine's sources, in either of their formats.
    MIRROR=$(find /etc/apt/sources.list /etc/apt/sources.list.d -type f 2>/dev/null |
        xargs sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \([^[ ][^ ]*\).*/\1/p' |
        grep -m 1 '/debian/*$' || true)
    [ -n "$MIRROR" ] || die "no mirror of Debian in /etc/apt"
    command -v debootstrap >/dev/null ||
        { apt-get -q update && apt-get -q -y install debootstrap; } >/dev/null
}

new_system() {
    local suite=$1 system=$2
    debootstrap --variant=minbase "$suite" "$system" "$MIRROR" && apt_settings "$system" &&
        mkdir -p "$system/usr/local/share/ca-certificates" &&
        cp -a /usr/local/share/ca-certificates/. "$system/usr/local/share/ca-certificates/" &&
        printf '#!/bin/sh\nexit 101\n' >"$system/usr/sbin/policy-rc.d" &&
        chmod +x "$system/usr/sbin/policy-rc.d" &&
        echo force-unsafe-io >"$system/etc/dpkg/dpkg.cfg.d/unsafe-io"
}

# Those of this machine that no package brought: of others, an installation would ask
# whether to keep them.
apt_settings() {
    local file
    for file in /etc/apt/apt.conf.d/*; do
        dpkg -S "$file" >/dev/null 2>&1 || cp "$file" "$1/etc/apt/apt.conf.d/" || return
    done
}
