#!/bin/bash
# From a bare Debian to a working pratu, in one script: install, serve, file a case, upgrade with a migration, back up,
# restore elsewhere. Proves the steps of the image and of deploy/install.sh where no container engine runs.
#   bare-debian.sh FOLDER [OLD]      FOLDER: becomes the root of a Debian; OLD: the commit to upgrade from
#   RESTORE_URL=postgresql+psycopg://… restores there (default: another SQLite file)
# Run as root, from a checkout with its history. DEBIAN_SUITE: another Debian than 13 (bookworm); DEBIAN_MIRROR: another
# mirror than debootstrap's own.
set -euo pipefail
root=$(mkdir -p "$1" && cd "$1" && pwd)
project=$(cd "$(dirname "$0")/../.." && pwd)
old=${2:-$(git -C "$project" log --format=%H --diff-filter=A -1 -- storage/migrations/versions)^}
port=18980
begun=$SECONDS

step() {
  printf '%4d s  %s\n' $((SECONDS - begun)) "$*"
}

inside() {
  chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    ${PIP_CERT:+PIP_CERT=/etc/ssl/certs/host.crt} "$@"
}

as_pratu() {
  inside setpriv --reuid=pratu --regid=pratu --clear-groups /bin/sh -c \
    "set -a; . /etc/pratu/pratu.env; set +a; export HOME=/var/lib/pratu; cd /var/lib/pratu; $1"
}

served() {
  as_pratu "exec pratu serve --host 127.0.0.1 --port $port" > "$root/serve.log" 2>&1 &
  server=$!
  for _ in $(seq 120); do
    if inside python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/readyz', timeout=5)" 2>/dev/null; then
      return
    fi
    sleep 0.5
  done
  tail -20 "$root/serve.log" >&2
  exit 1
}

stopped() {
  [ -z "${server:-}" ] || { pkill -TERM -P "$server" 2>/dev/null || kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
  server=
}
cleaned() {
  stopped
  umount "$root/proc" "$root/dev" 2>/dev/null || true
}
trap cleaned EXIT

# --- a bare Debian ---------------------------------------------------------------------------------------------------
if [ ! -e "$root/etc/debian_version" ]; then
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates "${DEBIAN_SUITE:-trixie}" "$root" \
    ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} > "$root.debootstrap.log" 2>&1
fi
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
mountpoint -q "$root/dev" || mount --bind /dev "$root/dev"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
# How this machine reaches its package index, where it is set for the whole machine.
for settings in /etc/pip.conf /etc/xdg/pip; do
  [ ! -e "$settings" ] || { mkdir -p "$root$(dirname "$settings")"; cp -RL "$settings" "$root$(dirname "$settings")/"; }
done
[ -z "${PIP_CERT:-}" ] || cp -L "$PIP_CERT" "$root/etc/ssl/certs/host.crt"
[ ! -e /etc/pip.conf ] || sed -i 's#^cert *=.*#cert = /etc/ssl/certs/host.crt#' "$root/etc/pip.conf"
rm -rf "$root/old" "$root/new" "$root/var/lib/pratu" "$root/etc/pratu" "$root/opt/pratu" "$root/opt/pratu.old"
mkdir -p "$root/old" "$root/new" "$root/check"
git -C "$project" archive "$old" | tar -x -C "$root/old"
git -C "$project" archive HEAD | tar -x -C "$root/new"
cp -R "$project/deploy" "$root/check/"
# The older one has no installer of its own: it is installed by today's.
cp -R "$root/new/deploy/install.sh" "$root/new/deploy/scripts" "$root/new/deploy/systemd" "$root/old/deploy/"
step "a Debian $(cat "$root/etc/debian_version") with Python $(inside python3 -c 'import platform; print(platform.python_version())')"

# --- install and use -------------------------------------------------------------------------------------------------
inside sh /old/deploy/install.sh
inside sh -c "cd / && pratu migrate && pratu seed /opt/pratu/share/seed" > /dev/null
step "installed $(git -C "$project" rev-parse --short "$old"), prepared"
served
first=$(inside python3 /check/deploy/check/file_a_case.py http://127.0.0.1:$port "ไฟถนนดับ หน้าวัดใหม่ ซอย 5")
step "served; case $first filed by the website's chat"
stopped

# --- upgrade ---------------------------------------------------------------------------------------------------------
inside sh /new/deploy/install.sh
as_pratu "pratu migrate"
served
second=$(inside python3 /check/deploy/check/file_a_case.py http://127.0.0.1:$port "ถนนเป็นหลุม หน้าวัดใหม่ ซอย 7")
as_pratu "pratu verify" > /dev/null
count=$(as_pratu "pratu export cases" | grep -c -e "$first" -e "$second")
[ "$count" = 2 ] || { echo "a case is missing after the upgrade" >&2; exit 1; }
step "upgraded to $(git -C "$project" rev-parse --short HEAD) with its migrations; case $second filed; both are there"

# --- back up, restore elsewhere --------------------------------------------------------------------------------------
as_pratu "BACKUP_DIR=/var/backups/pratu PATH=/opt/pratu/bin:\$PATH /opt/pratu/share/backup.sh" > /dev/null
backup=$(cd "$root" && find var/backups/pratu -name "*.backup" | sort | tail -1)
step "backed up while it served: $(stat -c %s "$root/$backup") bytes"
elsewhere="export PRATU_DATABASE_URL=${RESTORE_URL:-sqlite:////var/lib/pratu/elsewhere/pratu.db} PRATU_DATA_DIR=/var/lib/pratu/elsewhere"
as_pratu "mkdir -p elsewhere; $elsewhere; PATH=/opt/pratu/bin:\$PATH /opt/pratu/share/restore.sh /$backup" > /dev/null
for what in cases surveys messages; do
  here=$(as_pratu "pratu export $what --format jsonl" | sha256sum)
  there=$(as_pratu "$elsewhere; pratu export $what --format jsonl" | sha256sum)
  [ "$here" = "$there" ] || { echo "$what differ after the restore" >&2; exit 1; }
done
step "restored elsewhere; cases, surveys and messages are the same"
stopped
step "done"
