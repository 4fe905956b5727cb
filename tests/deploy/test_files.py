"""Every file of deploy/ is taken by the tool that reads it in service, and names only what exists."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import check_jsonschema
import kubernetes_validate
import pytest
import yaml

from tests import reading
from tests.test_house import ROOT

DEPLOY = ROOT / "deploy"
_KUBERNETES = "1.30"
_METRIC = re.compile(r"\bpratu_[a-z_]+")


def tool(name: str) -> str:
    """A validator; missing on a laptop it is skipped by name, in CI it fails."""
    found = shutil.which(name)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not on PATH")
    if found is None:
        pytest.skip(f"{name} is not on PATH")
    return found


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


def scripts() -> list[Path]:
    return sorted(DEPLOY.rglob("*.sh"))


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.name)
def test_shell_scripts(path: Path) -> None:
    found = run(tool("shellcheck"), str(path))
    assert found.returncode == 0, found.stdout
    assert os.access(path, os.X_OK)


def test_backups_are_thinned_out(tmp_path: Path) -> None:
    """A week of days, a month of Sundays, firsts of a month: nothing is older than 90 days."""
    said, today = tmp_path / "pratu", datetime.now(UTC).date()
    said.write_text('#!/bin/sh\n: > "$3"\n', encoding="utf-8")
    said.chmod(0o755)
    folder = tmp_path / "backups"
    folder.mkdir()
    days = [today - timedelta(days=age) for age in range(1, 400)]
    for day in days:
        (folder / f"pratu-{day}-023000.backup").touch()
    script = str(DEPLOY / "scripts" / "backup.sh")
    found = run("/bin/sh", script, BACKUP_DIR=str(folder), PATH=f"{tmp_path}:{os.environ['PATH']}", TZ="UTC")
    assert found.returncode == 0, found.stderr
    kept = {date.fromisoformat(path.name[6:16]) for path in folder.iterdir()}
    assert kept >= {today, *days[:6], *(day for day in days[:35] if day.isoweekday() == 7)}
    assert kept >= {day for day in days[:90] if day.day == 1}
    assert min(kept) >= today - timedelta(days=90)
    assert len(kept) < 20


def test_systemd_units(tmp_path: Path) -> None:
    """As they stand, but for the program, which is not installed here."""
    verify = tool("systemd-analyze")
    units = [*(DEPLOY / "systemd").glob("*.service"), *(DEPLOY / "systemd").glob("*.timer")]
    assert len(units) >= 6
    for unit in units:
        words = unit.read_text(encoding="utf-8")
        (tmp_path / unit.name).write_text(re.sub(r"/opt/pratu/\S+", "/bin/true", words), encoding="utf-8")
    found = run(verify, "verify", *(str(tmp_path / unit.name) for unit in units))
    assert (found.returncode, found.stderr) == (0, "")


def test_caddy() -> None:
    caddyfile, host = str(DEPLOY / "Caddyfile"), {"PRATU_HOST": "pratu.example.go.th"}
    found = run(tool("caddy"), "validate", "--config", caddyfile, "--adapter", "caddyfile", **host)
    assert found.returncode == 0, found.stderr


def test_compose() -> None:
    path = DEPLOY / "compose.yaml"
    check_jsonschema.main(["--builtin-schema", "vendor.compose-spec", str(path)], standalone_mode=False)
    services = yaml.safe_load(path.read_text(encoding="utf-8"))["services"]
    assert {"database", "migrate", "web", "worker", "jobs", "caddy", "backup"} <= services.keys()
    for name in ("migrate", "web", "worker", "jobs", "backup"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    assert not any("ports" in service for name, service in services.items() if name != "caddy"), "one way in"


def manifests() -> Iterator[dict[str, Any]]:
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def test_kubernetes_manifests() -> None:
    found = list(manifests())
    for manifest in found:
        kubernetes_validate.validate(manifest, _KUBERNETES, strict=True)
    kinds = {manifest["kind"] for manifest in found}
    assert {"Deployment", "Job", "CronJob", "PodDisruptionBudget", "NetworkPolicy", "Ingress", "Secret"} <= kinds


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for manifest in manifests():
        spec = manifest.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            yield manifest["metadata"]["name"], spec["template"]["spec"]


def test_no_pod_may_more_than_it_needs() -> None:
    assert {name for name, _ in pods()} == {"pratu-web", "pratu-worker", "pratu-jobs", "pratu-migrate", "pratu-backup"}
    for name, pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        for container in pod["containers"]:
            held = container["securityContext"]
            assert held["readOnlyRootFilesystem"] is True, name
            assert held["allowPrivilegeEscalation"] is False, name
            assert held["capabilities"]["drop"] == ["ALL"], name
            assert "memory" in container["resources"]["limits"], name


def test_every_path_of_ours_has_a_way_in_but_for_operators_ones() -> None:
    """What the web role serves, by the ingress; what only operators see stays inside."""
    (ingress,) = [manifest for manifest in manifests() if manifest["kind"] == "Ingress"]
    ways = {path["path"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]}
    routes = {
        found
        for source in (ROOT / "bot").rglob("*.py")
        for found in re.findall(r'(?:Route|Mount)\("(/[a-z]*)', source.read_text(encoding="utf-8"))
    }
    assert routes - ways - {"/healthz", "/readyz", "/metrics", "/demo"} == set()
    assert not ways & {"/metrics", "/readyz"}


def rules() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text())["groups"][0][
        "rules"
    ]
    return found


def test_prometheus_rules_name_metrics_that_exist_and_say_what_to_do() -> None:
    found = run(tool("promtool"), "check", "rules", str(DEPLOY / "prometheus" / "rules.yml"))
    assert found.returncode == 0, found.stdout + found.stderr
    told = "".join(source.read_text(encoding="utf-8") for source in (ROOT / "bot").rglob("*.py"))
    runbook = (DEPLOY / "runbook.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (\d+)\. (.*)$", runbook, re.M))
    for rule in rules():
        for metric in _METRIC.findall(rule["expr"]):
            name = metric.removeprefix("pratu_").removesuffix("_bucket")
            assert metric in told or f'"{name}' in told or f'"{name.removeprefix("model_")}' in told, metric
        (number,) = re.findall(r"ข้อ (\d+)", rule["annotations"]["action"])[:1]
        assert re.search(rf"\b{rule['alert']}\b", sections[number]), "the section it names is about it"
        assert re.search(r"[ก-๙]", rule["annotations"]["summary"] + rule["annotations"]["action"])


def test_each_alert_rings_when_it_must_and_not_before() -> None:
    path = DEPLOY / "prometheus" / "rules_test.yml"
    found = run(tool("promtool"), "test", "rules", str(path))
    assert found.returncode == 0, found.stdout + found.stderr
    tried = {test["name"] for test in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]}
    assert {rule["alert"] for rule in rules()} <= tried


def test_pages_name_only_commands_that_exist() -> None:
    pages = (*DEPLOY.glob("*.md"), ROOT / "README.md", *scripts(), *(DEPLOY / "systemd").iterdir())
    found = [(page.name, line) for page in pages for line in reading.commands_in(page)]
    assert len(found) > 40
    for page, line in found:
        assert reading.fault_of(line) == "", f"{page}: {line}"


def test_an_unfinished_secret_is_no_secret() -> None:
    """What stands in the examples could never start the bot."""
    (secret,) = [manifest for manifest in manifests() if manifest["kind"] == "Secret"]
    assert all(" " in value or "…" in value or not value for value in secret["stringData"].values())
