#!/bin/sh
# pratu with this machine's settings, as the account that owns the data. An environment that has the key is left as it is.
if [ -z "${PRATU_SECRET_KEY:-}" ]; then
  [ -r /etc/pratu/pratu.env ] || { echo "pratu: run it as root (sudo pratu ...): /etc/pratu/pratu.env holds the key" >&2; exit 2; }
  set -a
  # shellcheck source=/dev/null
  . /etc/pratu/pratu.env
  set +a
fi
[ "$(id -u)" != 0 ] || exec setpriv --reuid=pratu --regid=pratu --init-groups env HOME=/var/lib/pratu /opt/pratu/bin/pratu "$@"
exec /opt/pratu/bin/pratu "$@"
