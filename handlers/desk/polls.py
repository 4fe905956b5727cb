"""`/แบบสำรวจ [ฉบับ] [ช่องทาง]`: where an officer types in paper forms, and an address for citizens to fill one in."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.access import Actor
from handlers.desk.order import example, pick
from handlers.messages import Choice, Part, Say
from handlers.reports import survey_links
from handlers.services import Svc, Talk
from storage import agencies, surveys
from storage.surveys import PULSE, Form


def addresses(svc: Svc, talk: Talk, actor: Actor, rest: str) -> list[Part]:
    """Both addresses for one form; the other forms are a tap away. Never in a group: the first bears a name."""
    post = next((post for post in actor.posts if post.role in survey_links.MAY_TYPE), None)
    if post is None:
        return [Say(svc.texts.say("officer.survey_may_not"))]
    if not talk.private:
        return [Say(svc.texts.say("officer.alone_only"))]
    forms = {code: form for code, form in surveys.forms(svc.session).items() if form.items and code != PULSE}
    if not forms:
        return [Say(svc.texts.say("officer.survey_none"))]
    form, words = _form_in(forms, rest)
    channel, name = _channel_in(svc, words)
    if not channel:
        names = " · ".join(row.name for row in agencies.register(svc.session, "channel"))
        return [Say(svc.texts.say("officer.survey_channel", words=words, names=names))]
    paper = survey_links.paper_address(svc, actor.person_id, post.agency_code, form.code)
    poll = survey_links.poll_address(svc, post.agency_code, form.code, channel)
    if not poll:
        return [Say(svc.texts.say("officer.survey_no_link"))]
    others = tuple(Choice(example("survey", code)) for code in forms if code != form.code)
    opens = (
        Choice(svc.texts.word("officer.survey_paper"), paper, opens="link"),
        Choice(svc.texts.word("officer.survey_poll"), poll, opens="link"),
    )
    text = svc.texts.say("officer.survey", form=form.name, code=form.code, channel=name)
    return [Say(poll), Say(text, (*opens, *others))]


def _form_in(forms: Mapping[str, Form], rest: str) -> tuple[Form, str]:
    """The form whose code stands among these words, else the first; and the other words."""
    words = rest.split()
    named = next((word for word in words if word.upper() in forms), None)
    form = forms[named.upper()] if named else next(iter(forms.values()))
    return form, " ".join(word for word in words if word != named)


def _channel_in(svc: Svc, words: str) -> tuple[str, str]:
    """Code and name of the channel these words name; surveys' own without any words, ("", "") where none is meant."""
    rows = {row.code: row.name for row in agencies.register(svc.session, "channel")}
    if not words:
        return survey_links.CHANNEL, rows.get(survey_links.CHANNEL, survey_links.CHANNEL)
    if words.lower() in rows:
        return words.lower(), rows[words.lower()]
    found = pick(words, list(rows.values()))
    return list(rows.items())[found[0]] if len(found) == 1 else ("", "")
