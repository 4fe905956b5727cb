"""Survey chores for operators: `pratu survey import`."""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot import clock, settings
from bot.commands import Refused, current_database

if TYPE_CHECKING:
    from handlers.rules.survey_sheet import Known
    from handlers.services import Svc

LARGEST = 20 * 1024 * 1024  # bytes of a file
UNPACKED = 200 * 1024 * 1024  # bytes of what is in a spreadsheet
MOST_ROWS, MOST_COLUMNS = 50_000, 200  # of a spreadsheet: a small file may unfold into a very large one
_SHOWN = 200  # problems printed


def survey(_arguments: argparse.Namespace) -> int:
    """Never reached: the sub-command is required."""
    return 2


def take_sheet(arguments: argparse.Namespace) -> int:
    """An institute's results: stored whole, or not at all with every problem named. The same file only once."""
    from bot.app import tools
    from handlers.actions import surveys_sent
    from handlers.rules import survey_sheet
    from handlers.services import Svc
    from storage import surveys

    content = _content(arguments.file)
    digest = hashlib.sha256(content).hexdigest()[:16]
    rows = _sheet_rows(content) if _ending(arguments.file) == ".xlsx" else _rows(content)
    with current_database() as db, db.transaction() as session:
        svc = Svc(session, clock.now(), tools(settings.read()))
        known = _known(svc, arguments.agency, arguments.form)
        people, problems = survey_sheet.read(rows, known)
        for problem in problems[:_SHOWN]:
            print(f"pratu: {problem}", file=sys.stderr)
        if problems:
            raise Refused(f"{arguments.file}: {len(problems)} problems; nothing was stored")
        if surveys.has_batch(session, f":{digest}"):
            raise Refused(f"{arguments.file}: this file was stored before; nothing was stored")
        batch = f"{Path(arguments.file).name[:90]}:{digest}"
        origin = surveys_sent.Origin(surveys_sent.IMPORT, arguments.agency, arguments.form, "", batch=batch)
        if not arguments.dry_run:
            surveys_sent.file_sheet(svc, origin, people)
    answers = sum(answer is not None for one in people for answer in one.answers.values())
    done = "would be stored" if arguments.dry_run else "stored"
    scale = ", ".join(f"{number} = {point}" for number, point in survey_sheet.NUMBERS.items())
    print(f"{len(people)} respondents with {answers} answers {done} as {batch} ({scale})")
    return 0


def _content(name: str) -> bytes:
    path = Path(name)
    if _ending(name) not in (".csv", ".xlsx"):
        raise Refused(f"{name!r}: the name must end in .csv or .xlsx")
    try:
        if path.stat().st_size > LARGEST:
            raise Refused(f"{name!r} is larger than {LARGEST // 1024 // 1024} MB")
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{name!r}: {error.strerror}") from error


def _ending(name: str) -> str:
    return Path(name).suffix.lower()


def _sheet_rows(content: bytes) -> list[list[str]]:
    """The cells of a spreadsheet's first sheet, as they would stand in a CSV file. Raises Refused."""
    import openpyxl

    from bot.documents import register_sheets

    try:
        register_sheets.check(content, LARGEST, UNPACKED)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
        found = [[_cell(value) for value in row] for row in rows]
    except register_sheets.NotTaken as wrong:  # it says what it is: a bomb, macros, no workbook
        raise Refused(f"this is no spreadsheet that can be read: {wrong}") from wrong
    except Exception as wrong:  # a damaged file fails anywhere in the reader; the operator wants a line
        raise Refused(f"this is no spreadsheet that can be read: {type(wrong).__name__}") from wrong
    if len(found) > MOST_ROWS:
        raise Refused(f"more than {MOST_ROWS} rows: send them in several files")
    while found and not any(found[-1]):
        found.pop()
    width = max((at for row in found[:1] for at, cell in enumerate(row, 1) if cell), default=0)
    return [row[:width] + [cell for cell in row[width:] if cell] for row in found]


def _cell(value: object) -> str:
    """One cell as text: dates as ISO, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _rows(content: bytes) -> list[list[str]]:
    """The cells of a CSV file: commas, semicolons or tabs; UTF-8, or what Thai spreadsheets write without asking."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp874")
        except UnicodeDecodeError as wrong:
            raise Refused("the file is neither UTF-8 nor Thai (Windows-874) text") from wrong
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as wrong:
        raise Refused(f"this is no CSV: {wrong}") from wrong


def _known(svc: Svc, agency: str, form: str) -> Known:
    """What may stand in the file. Raises Refused."""
    from handlers.rules.survey_sheet import Known, folded
    from storage import agencies, surveys

    if agencies.agency(svc.session, agency) is None:
        codes = ", ".join(row.code for row in agencies.all_agencies(svc.session))
        raise Refused(f"no agency {agency!r}; there are: {codes}")
    forms = {code: found for code, found in surveys.forms(svc.session).items() if found.items}
    if form not in forms:
        raise Refused(f"no form {form!r}; there are: {', '.join(forms)}")

    def words_of(register: str) -> dict[str, str]:
        rows = agencies.register(svc.session, register)
        words = {word: row.code for row in rows for word in (row.name, row.details.get("label", row.name), row.code)}
        return {folded(word): code for word, code in words.items()}

    points = {point: point for point in surveys.SCALE}
    points |= {svc.texts.word(f"scale.{point}"): point for point in surveys.SCALE}
    return Known(
        items=[item.code for item in forms[form].items],
        channels=words_of("channel"),
        groups=words_of("group"),
        points={folded(word): point for word, point in points.items()},
        today=svc.today,
    )
