"""One door to both forms of a paper: by the ending of the file's name."""

from __future__ import annotations

from datetime import datetime

from bot.documents import evidence_pdf, pdf, word
from bot.documents.pictures import Load
from handlers.reports.dossier import Dossier
from handlers.reports.evidence.pack import Pack
from handlers.reports.paper import Paper

MIMES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def letter(paper: Paper, ending: str, made: datetime) -> bytes:
    """A letter, memo or order as a file. `ending` is one of MIMES."""
    return pdf.letter(paper, made) if ending == ".pdf" else word.letter(paper, made)


def dossier(found: Dossier, ending: str, made: datetime, load: Load) -> bytes:
    """A dossier as a file, its pictures embedded small."""
    return pdf.dossier(found, made, load) if ending == ".pdf" else word.dossier(found, made, load)


def pack(found: Pack, ending: str, made: datetime, contents: str, load: Load) -> bytes:
    """A paper of the evidence pack as a file, its pictures embedded small. `contents`: the name of a workbook's first
    sheet."""
    if ending == ".pdf":
        return evidence_pdf.pack(found, made, load)
    if ending == ".docx":
        from bot.documents import evidence_word

        return evidence_word.pack(found, made, load)
    from bot.documents import sheets

    return sheets.workbook(found, made, contents, load)
