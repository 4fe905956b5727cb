#!/bin/sh
# Install or upgrade pratu on one machine without containers. Run as root from the project's folder:
#   sh deploy/install.sh
# Puts the program into /opt/pratu, settings into /etc/pratu/pratu.env, data into /var/lib/pratu. Runs again safely: an
# upgrade keeps settings and data, and the old program stays in /opt/pratu.old. PRATU_TRACES=1 installs OpenTelemetry too.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
python="${PYTHON:-python3}"
target="${PRATU_PREFIX:-/opt/pratu}"

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed" >&2; exit 1; }
id pratu >/dev/null 2>&1 || useradd --system --user-group --home-dir /var/lib/pratu --shell /usr/sbin/nologin pratu
install -d -o pratu -g pratu -m 700 /var/lib/pratu /var/backups/pratu
install -d -m 755 /etc/pratu

# A virtual environment knows its own path: it is built where it will stay, the old one kept until this one is whole.
rm -rf "$target.old"
[ ! -e "$target" ] || mv "$target" "$target.old"
back() {
  status=$?
  [ $status -eq 0 ] || { rm -rf "$target"; [ ! -e "$target.old" ] || mv "$target.old" "$target"; }
  exit $status
}
trap back EXIT
"$python" -m venv "$target"
lock=requirements.lock
[ -z "${PRATU_TRACES:-}" ] || lock=requirements-traces.lock
"$target/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$here/$lock"
work=$(mktemp -d)
cp -R "$here/bot" "$here/handlers" "$here/nlp" "$here/storage" "$here/pyproject.toml" "$here/README.md" "$work"
"$target/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation "$work"
rm -rf "$work"
"$target/bin/python" -m compileall -qq "$target/lib" || true
install -d "$target/share"
cp -R "$here/deploy/seed" "$target/share/seed"
install -m 755 "$here/deploy/scripts/backup.sh" "$here/deploy/scripts/restore.sh" "$target/share/"
# A link of an older installer would be written through.
rm -f /usr/local/bin/pratu
sed "s|/opt/pratu/|$target/|" "$here/deploy/scripts/pratu.sh" > /usr/local/bin/pratu
chmod 755 /usr/local/bin/pratu

if [ ! -e /etc/pratu/pratu.env ]; then
  key=$("$python" -c 'import secrets; print(secrets.token_urlsafe(48))')
  sed -e "s|^PRATU_SECRET_KEY=.*|PRATU_SECRET_KEY=$key|" \
      -e "s|^PRATU_DATA_DIR=.*|PRATU_DATA_DIR=/var/lib/pratu|" \
      -e "s|^PRATU_DATABASE_URL=.*|PRATU_DATABASE_URL=sqlite:////var/lib/pratu/pratu.db|" \
      "$here/deploy/env.example" > /etc/pratu/pratu.env
  chown root:pratu /etc/pratu/pratu.env
  chmod 640 /etc/pratu/pratu.env
  echo "settings: /etc/pratu/pratu.env (a new key stands in it: keep a copy elsewhere)"
fi
if [ -d /etc/systemd/system ]; then
  cp "$here"/deploy/systemd/*.service "$here"/deploy/systemd/*.timer /etc/systemd/system/
fi
echo "installed: $("$target/bin/python" -c 'import importlib.metadata as m; print("pratu", m.version("pratu"))')"
echo "next: edit /etc/pratu/pratu.env; pratu migrate; pratu seed YOUR-OWN-SEED (a copy of $target/share/seed); systemctl enable --now pratu pratu-backup.timer"
