#!/bin/sh
# Bring a backup back into an empty database (PRATU_DATABASE_URL) and data folder (PRATU_DATA_DIR), and prove it.
#   restore.sh FILE
set -eu
[ $# -eq 1 ] || { echo "restore.sh FILE" >&2; exit 2; }
pratu restore "$1"
pratu verify
pratu job reconcile --dry-run
echo "restored; now start pratu and run: pratu check"
