"""One door to both forms of a paper: by the ending of the file's name."""

from __future__ import annotations

from datetime import datetime

from bot.documents import pdf, word
from bot.documents.pictures import Load
from handlers.reports.dossier import Dossier
from handlers.reports.paper import Paper

MIMES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
}


def letter(paper: Paper, ending: str, made: datetime) -> bytes:
    """A letter, memo or order as a file. `ending` is one of MIMES."""
    return pdf.letter(paper, made) if ending == ".pdf" else word.letter(paper, made)


def dossier(found: Dossier, ending: str, made: datetime, load: Load) -> bytes:
    """A dossier as a file, its pictures embedded small."""
    return pdf.dossier(found, made, load) if ending == ".pdf" else word.dossier(found, made, load)
