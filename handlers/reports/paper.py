"""What every paper about a case shares: its parts as plain figures, and words with or without personal data."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from handlers.services import Svc
from handlers.texts import BUDDHIST_ERA, Texts
from nlp.mask import veil
from storage import agencies, dossiers
from storage.tables import Agency, Case

Form = Literal["external", "memo", "order"]
_SHORTEST_NAME = 3  # letters; shorter parts of a name stand in too many words


@dataclass(frozen=True)
class Paper:
    """One letter, memo or order as it stands on paper, every word in it; how it is drawn is bot/documents' matter."""

    form: Form
    name: str  # what kind of paper it is, for titles and lists
    reference: str
    emblem: str
    title: str  # "" on a หนังสือภายนอก
    secrecy: str
    speed: str
    number: str
    sender: tuple[str, ...]  # agency and address, top right
    date: str
    heads: tuple[tuple[str, str], ...]  # (เรื่อง, …), (เรียน, …) …
    body: tuple[str, ...]
    members: tuple[tuple[str, str], ...]  # of a working group: who, as what
    after: tuple[str, ...]  # what follows the members
    regards: str
    signature: tuple[str, ...]
    decision: tuple[str, ...]  # on a memo: what the head may tick
    foot: tuple[str, ...]  # the unit in charge, its telephone, copies

    def in_thai_digits(self, texts: Texts) -> Paper:
        """The same paper with ๐-๙; its reference for file names stays."""
        table = str.maketrans("0123456789", texts.word("letter.digits"))
        changed: dict[str, Any] = {field.name: _translated(getattr(self, field.name), table) for field in fields(self)}
        return replace(self, **{**changed, "form": self.form, "reference": self.reference})


def _translated(value: object, table: dict[int, int]) -> object:
    if isinstance(value, tuple):
        return tuple(_translated(one, table) for one in value)
    return value.translate(table) if isinstance(value, str) else value


def long_date(texts: Texts, day: date, key: str = "letter.date") -> str:
    """A date as it stands on paper: "20 พฤศจิกายน 2569"; `key` names another order of day, month and year."""
    return texts.word(key, day=day.day, month=texts.words("letter.months")[day.month - 1], year=day.year + BUDDHIST_ERA)


@dataclass(frozen=True)
class Words:
    """The words of one case as a reader may have them: masked, or with `open_` as they were written."""

    svc: Svc
    case: Case
    open_: bool
    veiled: bool = False  # open words without what is sensitive in them (PDPA s. 26)

    def of(self, sealed: bytes | None, masked: str | None = None, *, masked_always: bool = False) -> str:
        """Sealed words on one line. Masked ones also lose the complainant's name and number, wherever they stand;
        of a confidential case nothing is left of them. The receipt's secret is on no paper."""
        opened = self.svc.session.keys.open_text(sealed) or ""
        return self.plain(opened, masked, masked_always=masked_always)

    def plain(self, words: str, masked: str | None = None, *, masked_always: bool = False) -> str:
        """The same for words that are not sealed."""
        if self.veiled:
            words, masked = veil(words), None if masked is None else veil(masked)
        if self.open_ and not masked_always:
            return self._without_secret(_line(words))
        if self.case.confidential:
            return self.svc.texts.word("letter.words.hidden") if words or masked else ""
        return self._without_secret(self._without_person(_line(masked if masked is not None else self.mask(words))))

    def mask(self, words: str) -> str:
        """Words with personal data masked."""
        return self.svc.tools.mask(words)

    @cached_property
    def complainant(self) -> str:
        """The complainant's name, opened; "" when unknown."""
        return dossiers.complainant_name(self.svc.session, self.case).strip()

    @cached_property
    def phone(self) -> str:
        """The complainant's telephone number, opened; "" when unknown."""
        return self.svc.session.keys.open_text(self.case.contact) or ""

    @cached_property
    def _known(self) -> tuple[str, ...]:
        """The complainant's name, whole and in parts, longest first."""
        titles = self.svc.texts.words("letter.titles")
        title = max((one for one in titles if self.complainant.startswith(one)), key=len, default="")
        bare = self.complainant.removeprefix(title).strip()
        parts = {self.complainant, bare, *bare.split()}
        return tuple(sorted((part for part in parts if len(part) >= _SHORTEST_NAME), key=len, reverse=True))

    def _without_person(self, words: str) -> str:
        for part in self._known:
            words = words.replace(part, self.svc.texts.word("letter.words.hidden_name"))
        if self.phone:
            words = words.replace(self.phone, self.svc.texts.word("letter.words.hidden_phone"))
        return words

    def _without_secret(self, words: str) -> str:
        secret = self.svc.session.keys.open_text(self.case.secret)
        return words.replace(secret, self.svc.texts.word("letter.words.hidden_secret")) if secret else words


def _line(words: str) -> str:
    return " ".join(words.split())


def local_date(svc: Svc, moment: datetime) -> date:
    """The date of a moment where the agency is."""
    return moment.astimezone(svc.tools.zone).date()


def channel_name(svc: Svc, code: str) -> str:
    """A channel's name in the register of channels; its code where it is not there."""
    names = {row.code: row.name for row in agencies.register(svc.session, "channel")}
    return names.get(code, code)


def category_name(svc: Svc, code: str) -> str:
    """A category's name."""
    found = agencies.category(svc.session, code)
    return found.name if found else code


def head_title(texts: Texts, agency: Agency) -> str:
    """What the head of an agency is called."""
    kind = str(agency.settings.get("kind", ""))
    kinds = ("municipality", "tambon_administration", "province", "district", "provincial_office", "police")
    return str(agency.settings.get("head_title") or texts.word(f"letter.heads.{kind if kind in kinds else 'other'}"))


def unit_title(texts: Texts, unit: str) -> str:
    """What the head of a unit is called: ผู้อำนวยการกองช่าง, หัวหน้าสำนักปลัด."""
    directed = any(unit.startswith(word) for word in texts.words("letter.directors"))
    return texts.word("letter.words.director" if directed else "letter.words.unit_head", unit=unit)
