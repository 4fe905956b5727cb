"""At the pages: headers on every answer, addresses nobody can guess or bend, nothing told to who may not know."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.app import App
from bot.pages import digest, files, operator, papers, registers, survey, track, visitor
from handlers.reports import links
from handlers.services import Svc
from storage import people
from storage.seal import Keyring
from storage.tables import HistoryEntry
from storage.words import Role
from tests.attacks.conftest import Site, body, event
from tests.evidence_papers.conftest import no_pictures
from tests.world import World, hears_now

PAGES = [
    "/",
    "/chat",
    "/chat/about",
    "/chat/events",
    "/static/chat.js",
    "/static/nothing",
    "/track/70-00482-5",
    "/track/nothing",
    "/files/x",
    "/report/x",
    "/digest/x",
    "/digest/x/cases",
    "/digest/x/chart.png",
    "/registers/x",
    "/operator/x",
    "/static/operator.js",
    "/survey/x",
    "/summary",
    "/summary/NOBODY",
    "/healthz",
    "/readyz",
    "/metrics",
    "/nothing",
    "/chat/",
]
KEPT_BY_BROWSERS = {"/", "/chat", "/static/chat.js", "/static/operator.js", "/summary"}  # the same for everybody


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_its_headers(site: Site, path: str) -> None:
    answer = site.http.get(path)
    headers = answer.headers
    assert answer.status_code < 500
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"].startswith("max-age="), "the public address is https"
    policy = headers["content-security-policy"]
    assert all(part in policy for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"))
    assert "unsafe" not in policy
    assert headers["cross-origin-resource-policy"] == "same-origin"
    if path not in KEPT_BY_BROWSERS:
        assert "no-store" in headers["cache-control"], headers["cache-control"]
    assert "set-cookie" not in headers, "nobody is followed"
    assert "server" not in headers
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", ["/chat/", "/summary/", "/summary//", "/track/x/", "/healthz/", "//evil.example/"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:80@x", ""])
def test_nothing_leads_to_a_host_somebody_named(site: Site, path: str, host: str) -> None:
    answer = site.http.get(path, headers={"host": host, "x-forwarded-host": "evil.example"})
    assert answer.status_code in (200, 400, 404)
    assert "evil.example" not in str(answer.headers) + answer.text


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/static/..%2f..%2fapp.py", "/static/%2e%2e/app.py"])
def test_no_way_out_of_the_pages_folder(site: Site, path: str) -> None:
    answer = site.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404"), answer[:60]
    assert b"import" not in answer


def test_gauges_and_readiness_tell_of_nobody(site: Site) -> None:
    site.line(body(event("02-gauge", "ชื่อสมหญิง โทร 081-234-5678 ไฟดับ ซอย 5 <script>")))
    for path in ("/metrics", "/readyz", "/healthz"):
        text = site.http.get(path).text
        assert not re.search(r"สมหญิง|081-?234|U1111|script|sqlite|postgres|/tmp|emulator|key", text), text
    known = r'pratu_[a-z_]+(\{[a-z]+="[\w:.+-]+"(,[a-z]+="[\w-]+")*\})? [\d.e+-]+'
    lines = site.http.get("/metrics").text.splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(known, line)] == []


def test_an_error_says_nothing_of_the_inside(site: Site) -> None:
    for path in ("/nothing", "/track/%00", "/files/%ff", "/summary/%2e%2e"):
        assert not re.search(r"Traceback|starlette|File \"|sqlalchemy|site-packages", site.http.get(path).text)


# --- signed links ----------------------------------------------------------------------------------------------------


Routes = Callable[[World], Starlette]


def app_of(world: World) -> Starlette:
    """Every page that is behind a link."""
    found = (world.db, world.tools, lambda: world.now)
    routes = [*files.routes(*found, Path("no-files")), *papers.routes(*found, no_pictures), *registers.routes(*found)]
    routes += [*digest.routes(*found), *survey.routes(*found), *track.routes(*found)]
    routes += operator.routes(*found, operator.Installed("0", str, lambda: 50.0))
    return Starlette(routes=routes)


def ask(app: Starlette, method: str, path: str, **more: object) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="https://pratu.example") as client:
            return await client.request(method, path, **more)  # type: ignore[arg-type]

    return asyncio.run(run())


DOORS = ("files", "report", "digest", "registers", "survey", "operator")
PURPOSES = (
    "operator",
    "letter",
    "dossier",
    "digest",
    "evidence",
    "registers",
    "survey",
    "paper",
    "poll",
    "proof asked",
    "proof",
)
OPENS = {
    "files": {"letter", "dossier"},
    "report": {"digest", "evidence"},
    "digest": {"digest"},
    "registers": {"registers"},
    "survey": {"survey", "paper", "poll"},
    "operator": {"operator"},
}


@pytest.mark.parametrize("door", DOORS)
def test_a_link_for_one_purpose_opens_no_other_door(world: World, door: str) -> None:
    """Every kind of token of ours, rightly signed, at every page that is not its own."""
    app = app_of(world)
    officer = world.officer("T2", Role.HEAD, Role.ADMIN)
    assert officer.parts
    with world.db.reading() as session:
        svc = Svc(session, world.now, world.tools)
        person = people.posts_in(session, "DEMO", svc.today)[0].person_id
        for purpose in PURPOSES:
            if purpose in OPENS[door]:
                continue
            for values in ((1, person), (1, person, 1), ("DEMO", 2570, person), (person,)):
                token = links.sign(svc, purpose, values, world.now + timedelta(days=1))
                assert ask(app, "GET", f"/{door}/{token}").status_code == 404, (purpose, values)


def test_a_mark_of_the_web_chat_signs_no_link(world: World) -> None:
    """A signature made for one thing is none for another, even over the same words."""
    with world.db.reading() as session:
        svc = Svc(session, world.now, world.tools)
        until = int((world.now + timedelta(days=1)).timestamp())
        for purpose in ("web chat", "web file", "digest ", "Digest"):
            token = f"1.1.{until}.{session.keys.signature(purpose, f'1.1.{until}')}"
            with pytest.raises(Exception, match="digest"):
                links.opened(svc, "digest", token)


def test_a_link_of_another_key_or_changed_in_any_letter_is_none(world: World) -> None:
    from handlers import access

    with world.db.reading() as session:
        svc = Svc(session, world.now, world.tools)
        token = links.sign(svc, "digest", (1, 2), world.now + timedelta(days=1))
        assert links.opened(svc, "digest", token) == ("1", "2")
        wrong = [token[:at] + ("0" if token[at] != "0" else "1") + token[at + 1 :] for at in range(len(token))]
        wrong += [token[:at] for at in range(len(token))] + [f"{token}0", f"0{token}", token.upper(), f" {token}"]
        value = token.rpartition(".")[0]
        wrong.append(
            f"{value}.{Keyring(['another installation has another key of its own']).signature('digest', value)}"
        )
        for one in wrong:
            with pytest.raises(access.NotFound):
                links.opened(svc, "digest", one)
        with pytest.raises(access.NotFound):
            links.opened(Svc(session, world.now + timedelta(days=1), world.tools), "digest", token)


def test_old_and_new_keys_both_open_while_one_is_replaced() -> None:
    old, new = "o" * 40, "n" * 40
    value = "1.2.3"
    mark = Keyring([old]).signature("digest", value)
    assert mark in Keyring([new, old]).signatures("digest", value)
    assert mark not in Keyring([new]).signatures("digest", value)


# --- references and their secrets ------------------------------------------------------------------------------------


def told(world: World) -> tuple[str, str]:
    """A case, and the secret of its receipt."""
    citizen = world.citizen("U-secret", "telegram").says("ไฟถนนดับ ซอย 5 หน้าวัดใหม่").taps("ส่งเรื่อง")
    found = re.search(r"\b[0-3]\d{7}\b", citizen.text)
    assert found is not None
    return citizen.reference, found.group()


def test_a_case_and_no_case_look_alike_on_the_page(world: World) -> None:
    """Status, words and length say nothing of whether a reference exists."""
    reference, _secret = told(world)
    app = app_of(world)
    for query in ("", "?s=12345678"):
        real, none = (ask(app, "GET", f"/track/{one}{query}") for one in (reference, "70-00482-5"))
        assert real.status_code == none.status_code
        assert real.text.replace(reference, "") == none.text.replace("70-00482-5", "")


def test_guesses_at_a_receipt_are_few(world: World) -> None:
    reference, secret = told(world)
    app = app_of(world)
    statuses = [ask(app, "GET", f"/track/{reference}?s={number:08d}").status_code for number in range(8)]
    assert statuses == [404] * 5 + [429] * 3
    assert ask(app, "GET", f"/track/{reference}?s={secret}").status_code == 429, "the right one proves nothing either"
    world.passes(hours=1, minutes=1)
    assert ask(app, "GET", f"/track/{reference}?s={secret}").status_code == 200


def test_one_connection_guesses_as_one_whatever_address_it_takes() -> None:
    """Of IPv6 a house has 18 million million million addresses."""

    def subject(host: str) -> str:
        from starlette.requests import Request

        return visitor.subject(Request({"type": "http", "client": (host, 1), "headers": []}))

    assert subject("2001:db8:1:2::1") == subject("2001:db8:1:2:ffff:ffff:ffff:ffff")
    assert subject("2001:db8:1:2::1") != subject("2001:db8:1:3::1")
    assert subject("::ffff:203.0.113.7") != subject("::ffff:203.0.113.8")
    assert subject("not an address") != subject("203.0.113.7")


def test_a_header_does_not_make_somebody_another_visitor(site: Site) -> None:
    """The last address before us counts, which our own proxy wrote: what the visitor wrote in front of it does not."""
    told_ = {site.http.get(f"/track/70-00{900 + n}-{luhn(f'7000{900 + n}')}", params={"s": "11111111"},
             headers={"x-forwarded-for": f"203.0.113.{n}, 198.51.100.7"}).status_code for n in range(9)}  # fmt: skip
    assert 429 in told_


def luhn(digits: str) -> int:
    total = 0
    for at, letter in enumerate(reversed(digits)):
        one = int(letter) * (2 - at % 2)
        total += one - 9 if one > 9 else one
    return -total % 10


# --- a second proof for what is confidential -------------------------------------------------------------------------


class Secret:
    """A confidential case's dossier behind a link of the head, and a browser that keeps cookies."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.reference, _ = told(world)
        self.head = world.officer("T-head", Role.HEAD)
        with world.db.transaction() as session:
            svc = Svc(session, world.now, world.tools)
            post = next(post for post in people.posts_in(session, "DEMO", svc.today) if post.role == Role.HEAD)
            self.person = post.person_id
        self.app = app_of(world)
        self.cookies: dict[str, str] = {}
        self.world.case(self.reference)
        self.hide()
        self.path = self.link()

    def hide(self) -> None:
        from sqlalchemy import update

        from storage.tables import Case

        with self.world.db.transaction() as session:
            session.execute(update(Case).where(Case.reference == self.reference).values(confidential=True))

    def link(self, person: int | None = None) -> str:
        from storage import cases

        with self.world.db.reading() as session:
            svc = Svc(session, self.world.now, self.world.tools)
            case = cases.by_reference(session, self.reference)
            assert case is not None
            return f"/files/{links.dossier_token(svc, case, person or self.person)}"

    def opens(self, path: str = "") -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return ask(self.app, "GET", path or self.path, headers={"cookie": cookie} if cookie else {})

    def sends(self, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        answer = ask(self.app, "POST", self.path, data=fields, headers=headers or {})
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        return answer

    def asks(self) -> tuple[str, str]:
        """(the question on the page, the number that came in the chat)."""
        page = self.sends(ask="1")
        assert page.status_code == 200, page.text
        question = re.search(r'name="question" value="([^"]+)"', page.text)
        number = re.search(r"\b\d{6}\b", hears_now(self.head).text)
        assert question is not None
        assert number is not None
        return question.group(1), number.group()


@pytest.fixture
def secret(world: World) -> Secret:
    return Secret(world)


def test_a_leaked_link_opens_no_confidential_paper(secret: Secret) -> None:
    page = secret.opens()
    assert (page.status_code, "ไฟถนน" in page.text, secret.reference in page.text) == (403, False, False)
    hears_now(secret.head).hears_nothing()  # a preview that opens links asks for nothing


def test_who_reads_the_chat_opens_it_for_half_an_hour(secret: Secret) -> None:
    question, number = secret.asks()
    answer = secret.sends(question=question, number=f" {number[:3]} {number[3:]} ")
    assert answer.status_code == 303
    paper = secret.opens()
    assert (paper.status_code, paper.headers["content-type"].startswith("application/vnd")) == (200, True)
    with secret.world.db.reading() as session:
        assert [entry.what for entry in session.scalars(select(HistoryEntry))].count("proved") == 1
    secret.world.passes(minutes=31)
    assert secret.opens().status_code == 403


def test_the_cookie_is_nobody_elses_and_no_scripts(secret: Secret) -> None:
    question, number = secret.asks()
    with_https = replace(secret.world.tools, page_link=lambda path: f"https://pratu.example{path}")
    secret.app = Starlette(routes=files.routes(secret.world.db, with_https, lambda: secret.world.now, Path("no-files")))
    cookie = secret.sends(question=question, number=number).headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "secure", "samesite=lax", "path=/files/", "max-age=1800"))
    other = secret.world.officer("T-delegate", Role.DELEGATE)
    assert other.parts
    with secret.world.db.reading() as session:
        today = Svc(session, secret.world.now, secret.world.tools).today
        posts = people.posts_in(session, "DEMO", today)
    person = next(post.person_id for post in posts if post.role == Role.DELEGATE)
    assert secret.opens(secret.link(person)).status_code == 403, "a proof is one person's"
    secret.cookies = {"pratu_proof": "1.2.3.4"}
    assert secret.opens().status_code == 403


def test_a_number_is_good_once_and_for_ten_minutes(secret: Secret) -> None:
    question, number = secret.asks()
    assert secret.sends(question=question, number=number).status_code == 303
    assert secret.sends(question=question, number=number).status_code == 422, "once"
    question, number = secret.asks()
    secret.world.passes(minutes=11)
    assert secret.sends(question=question, number=number).status_code == 422, "too late"


def test_numbers_cannot_be_tried_out(secret: Secret) -> None:
    question, number = secret.asks()
    wrong = [f"{(int(number) + step) % 10**6:06d}" for step in range(1, 6)]
    assert [secret.sends(question=question, number=one).status_code for one in wrong] == [422] * 5
    assert secret.sends(question=question, number=number).status_code == 429
    assert secret.sends(question="", number="").status_code == 429


def test_nobody_is_showered_with_numbers(secret: Secret) -> None:
    assert [secret.sends(ask="1").status_code for _ in range(7)] == [200] * 5 + [429] * 2


def test_a_question_of_another_person_is_none(secret: Secret) -> None:
    with secret.world.db.reading() as session:
        svc = Svc(session, secret.world.now, secret.world.tools)
        from handlers.actions import proving

        theirs = links.sign(svc, "proof asked", ("x", secret.person + 1), secret.world.now + timedelta(minutes=5))
        number = proving.number_of(svc, theirs)
    assert secret.sends(question=theirs, number=number).status_code == 422


def test_another_sites_form_is_not_taken(secret: Secret) -> None:
    for where in ("cross-site", "same-site"):
        assert secret.sends({"sec-fetch-site": where}, ask="1").status_code == 403
    hears_now(secret.head).hears_nothing()
    assert secret.sends(ask="1", more="x" * 5000).status_code == 403, "too large"


def test_an_open_case_asks_for_no_number(world: World) -> None:
    from sqlalchemy import update

    from storage.tables import Case

    secret = Secret(world)
    with world.db.transaction() as session:
        session.execute(update(Case).values(confidential=False))
    assert secret.opens().status_code == 200
    assert secret.sends(ask="1").status_code == 404


def test_who_left_gets_neither_paper_nor_number(secret: Secret) -> None:
    from handlers.actions import people as joining

    question, number = secret.asks()
    assert secret.sends(question=question, number=number).status_code == 303
    with secret.world.db.transaction() as session:
        joining.leave(Svc(session, secret.world.now, secret.world.tools), "DEMO", "T-head", None)
    assert (secret.opens().status_code, secret.sends(ask="1").status_code) == (404, 404)


def test_the_product_serves_every_page_through_the_edge() -> None:
    """No page can be added that does not get its headers."""
    import inspect

    assert "edge.pages(" in inspect.getsource(App)
