#!/bin/sh
# A backup of database and files, checked by reading it, and old ones thinned out: 7 days, 5 Sundays, 3 firsts
# of a month; none is older than 90 days, so that what was erased is gone from them too.
#   BACKUP_DIR=/var/backups/pratu backup.sh [--each-night]
# The key (PRATU_SECRET_KEY) is not in it: keep that apart, on paper or in another safe.
set -eu
umask 077
folder="${BACKUP_DIR:-/var/backups/pratu}"

one() {
  mkdir -p "$folder"
  name="$folder/pratu-$(date +%Y-%m-%d-%H%M%S).backup"
  pratu backup --out "$name"
  thin_out
  echo "$name"
}

# Names sort by time. A name stays if it is one of the newest seven, a Sunday's among 35 days, or a first of a month among 90.
thin_out() {
  kept=0
  for name in $(find "$folder" -maxdepth 1 -name 'pratu-????-??-??-*.backup' | sort -r); do
    kept=$((kept + 1))
    [ "$kept" -le 7 ] && continue
    day=$(basename "$name" | cut -c7-16)
    [ "$(date -d "$day" +%d)" = 01 ] && [ "$(age "$day")" -le 90 ] && continue
    [ "$(date -d "$day" +%u)" = 7 ] && [ "$(age "$day")" -le 35 ] && continue
    rm -f "$name"
  done
}

age() {
  echo $((($(date +%s) - $(date -d "$1" +%s)) / 86400))
}

if [ "${1:-}" = --each-night ]; then
  while true; do
    now=$(date +%s)
    next=$(date -d "today 02:30" +%s)
    [ "$next" -gt "$now" ] || next=$(date -d "tomorrow 02:30" +%s)
    sleep $((next - now))
    one || echo "backup failed" >&2
  done
fi
one
