"""What a rehearsal reads of a record, on both engines."""

from __future__ import annotations

from datetime import timedelta

from storage import recorded, seeded
from storage.words import Role
from tests.world import World


def test_what_was_said_by_whom_and_what_became_of_it(world: World) -> None:
    since = world.now
    builder = world.officer("T1", Role.OFFICER, unit="ENG")
    citizen = world.citizen().says("ไฟถนนดับทั้งซอย 5 หน้าวัดใหม่")
    citizen.sends_place(16.82, 100.26, "หน้าวัด")
    reference = citizen.taps("ส่งเรื่อง").reference
    citizen.says("ขอถอนคำ").unsends()
    until = world.passes(minutes=1).now
    with world.db.reading() as session:
        said = list(recorded.said(session, since, until))
        officers = recorded.officers(session)
        filings = recorded.filings(session, since, until)
        filed = recorded.filed(session, since, until)
        assert list(recorded.told(session, since, until, officers.keys())) == [], "nothing was delivered"
        assert seeded.officers(session, world.now, world.now.date()) != []
    own = [one for one in said if one.who not in officers]
    assert [(one.kind, one.plays) for one in own] == [
        ("text", True),
        ("place", True),
        ("text", True),
        ("text", False),
    ]
    assert (own[1].lat, own[1].lon, own[0].reference) == (16.82, 100.26, reference)
    assert own[3].text == ""
    (posts,) = officers.values()
    assert [(post.name, post.role, post.unit_code) for post in posts] == [(builder.name, "officer", "ENG")]
    assert [(name, whose) for name, whose, _at in filings] == [(reference, frozenset({own[0].who}))]
    case = filed[reference]
    assert (case.agency, case.unit, case.category, case.urgent) == ("DEMO", "ENG", "EL", False)
    with world.db.reading() as session:
        assert recorded.filed(session, until, until + timedelta(days=1)) == {}
        assert list(recorded.said(session, until, until + timedelta(days=1))) == []
