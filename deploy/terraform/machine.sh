#!/bin/bash
# First start of the machine.  Terraform fills in what is in braces; shell variables
# have none.
set -eu -o pipefail
export DEBIAN_FRONTEND=noninteractive

# The volume, by its name at the provider; on a new one, a file system.
for n in $(seq 60); do
    disk=$(lsblk --noheadings --paths --output NAME,TYPE,MOUNTPOINTS |
        awk '$2 == "disk" && $3 == "" { print $1 }' | tail -n 1)
    if [ -n "$disk" ] && ! lsblk --noheadings --output MOUNTPOINTS "$disk" | grep -q /; then break; fi
    sleep 5
done
blkid "$disk" >/dev/null || mkfs.ext4 -q -L adpipe "$disk"
mkdir -p /var/lib/postgresql /etc/postgresql-common /etc/adpipe
echo 'LABEL=adpipe /var/lib/postgresql ext4 defaults,noatime 0 2' >>/etc/fstab
mount /var/lib/postgresql

echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
apt-get -q update
apt-get -q -y install --no-install-recommends awscli ca-certificates curl postgresql-15 postgresql-15-cron
curl --fail --silent --show-error --output /tmp/adpipe.deb '${package_url}'
echo '${package_hash}  /tmp/adpipe.deb' | sha256sum --check
apt-get -q -y install --no-install-recommends /tmp/adpipe.deb

# Secrets become files that only the server reads; the timer fetches those that changed.
cat >/usr/local/sbin/adpipe-secrets <<'END'
#!/bin/bash
set -eu -o pipefail
umask 077
install -d -o postgres -g postgres -m 0700 /etc/adpipe/secrets
for file in ${files}; do
    if aws secretsmanager get-secret-value --region '${region}' --secret-id "${prefix}/$file" \
        --query SecretString --output text >"/etc/adpipe/secrets/.$file"; then
        chown postgres: "/etc/adpipe/secrets/.$file"
        mv "/etc/adpipe/secrets/.$file" "/etc/adpipe/secrets/$file"
    else
        rm -f "/etc/adpipe/secrets/.$file"
    fi
done
END
chmod 0755 /usr/local/sbin/adpipe-secrets
printf '[Service]\nType=oneshot\nExecStart=/usr/local/sbin/adpipe-secrets\n' >/etc/systemd/system/adpipe-secrets.service
printf '[Timer]\nOnBootSec=1min\nOnUnitActiveSec=15min\n[Install]\nWantedBy=timers.target\n' >/etc/systemd/system/adpipe-secrets.timer
systemctl enable --now adpipe-secrets.timer

if [ -s /var/lib/postgresql/15/main/PG_VERSION ]; then
    pg_createcluster 15 main
else
    pg_createcluster --locale=C.UTF-8 --encoding=UTF8 15 main -- --auth-host=scram-sha-256
fi
cat >/etc/postgresql/15/main/conf.d/adpipe.conf <<'END'
listen_addresses = '*'
shared_preload_libraries = 'adpipe, pg_cron'
cron.database_name = 'ads'
cron.host = '/var/run/postgresql'
END
echo 'hostssl all all all scram-sha-256' >>/etc/postgresql/15/main/pg_hba.conf
pg_ctlcluster 15 main start
cd /
if ! su postgres -c "psql -XAtd ads -c 'ALTER EXTENSION adpipe UPDATE'"; then
    su postgres -c "createdb ads && psql -Xd ads -c 'CREATE EXTENSION adpipe' -c 'CREATE EXTENSION pg_cron'"
fi
