"""What we are made of: the bill of materials agrees with the lock, and an audit tells what it could not ask."""

from __future__ import annotations

import re
from typing import Any

import pytest

from deploy import audit, sbom


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    found: dict[str, Any] = sbom.bill(sbom.LOCK.read_text(encoding="utf-8"))
    return found


def test_every_pinned_package_is_on_the_bill_with_its_hashes(bill: dict[str, Any]) -> None:
    lock = sbom.LOCK.read_text(encoding="utf-8")
    pins = {"==".join(pin).lower() for pin in re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE)}
    assert {f"{one['name']}=={one['version']}" for one in bill["components"]} == pins
    assert sum(len(one["hashes"]) for one in bill["components"]) == lock.count("--hash=sha256:")
    assert all(one["hashes"] for one in bill["components"])


def test_the_bill_names_no_address_and_is_the_same_each_time(bill: dict[str, Any]) -> None:
    assert "://" not in repr(bill)
    assert sbom.bill(sbom.LOCK.read_text(encoding="utf-8")) == bill
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")


def test_what_needs_what_is_on_the_bill(bill: dict[str, Any]) -> None:
    refs = {one["bom-ref"] for one in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    needs = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert set(needs) == refs
    assert {one for those in needs.values() for one in those} <= refs
    own = needs[bill["metadata"]["component"]["bom-ref"]]
    assert {"sqlalchemy", "httpx", "pillow"} <= {one.split("/")[1].split("@")[0] for one in own}
    reached, todo = set(), list(own)
    while todo:
        one = todo.pop()
        if one not in reached:
            reached.add(one)
            todo += needs[one]
    assert reached == {one["bom-ref"] for one in bill["components"]}, "nothing is there for nothing"


def test_an_audit_without_a_network_says_so_and_is_no_failure() -> None:
    for nobody in ([], [{"name": "a", "version": "1", "skip_reason": "not found"}]):
        status, lines = audit.told(nobody)
        assert (status, "not audited" in lines[0]) == (0, True)


def test_an_audit_with_a_hole_is_a_failure() -> None:
    hole = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2"]}
    found = [{"name": "a", "version": "1", "vulns": [hole]}, {"name": "b", "version": "1", "skip_reason": "x"}]
    status, lines = audit.told(found)
    assert status == 1
    assert lines == ["a 1: PYSEC-1 CVE-1, mended in 2", "not audited: b", "1 of 2 packages audited"]
    assert audit.told([{"name": "a", "version": "1", "vulns": []}]) == (0, ["1 of 1 packages audited"])
