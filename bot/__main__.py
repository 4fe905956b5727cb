"""The commands: `pratu …`, the same as `python -m bot …`. Each is a few lines over app, jobs and storage."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from bot import (
    backup,
    commands,
    digests,
    engine,
    enlisting,
    erasing,
    exporting,
    papers,
    platforms,
    registers,
    rekey,
    surveys,
)
from bot.rehearsal.command import rehearse
from bot.settings import BadSettings
from bot.simulation.command import simulate


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Errors an operator can mend are one clear line, never a traceback."""
    arguments = _parser().parse_args(argv)
    try:
        result: int = arguments.run(arguments)
    except BadSettings as bad:
        for problem in bad.problems:
            print(f"pratu: {problem}", file=sys.stderr)
        return 2
    except commands.Refused as refused:
        print(f"pratu: {refused}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0  # the reader of our output went away
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pratu", description="The chat front door of a Thai government agency")
    sub = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: object, text: str) -> argparse.ArgumentParser:
        command = sub.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    demo = add("demo", commands.demo, "citizen, officer and head side by side, on this machine only")
    demo.add_argument("--port", type=int, default=8080)
    serve = add("serve", commands.serve, "run the bot")
    serve.add_argument("--role", choices=("all", "web", "worker", "jobs"), default="all")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8080)
    add("migrate", commands.migrate, "bring the database to the newest version")
    _seed(add("seed", commands.seed, "load agencies, units, categories, services, holidays from a folder or workbook"))
    add("check", commands.check, "say what is missing for real use, in Thai and English")
    _invite(add("invite", enlisting.invite, "a one-time code for an officer or a head"))
    _leave(add("leave", enlisting.leave, "somebody's posts end now: they see nothing any more"))
    line = add("line", platforms.line, "LINE chores").add_subparsers(required=True, metavar="menu")
    line.add_parser("menu", help="build and install the rich menus").set_defaults(run=platforms.line_menu)
    telegram = add("telegram", platforms.telegram, "Telegram chores")
    chores = telegram.add_subparsers(required=True, metavar="webhook")
    webhook = chores.add_parser("webhook", help="set the webhook, its secret and the command lists")
    webhook.set_defaults(run=platforms.telegram_webhook)
    _engine(add)
    job = add("job", commands.job, "run one scheduled job now")
    job.add_argument("name", metavar="NAME")
    job.add_argument("--now", metavar="ISO8601", help="stand in for the clock, with time zone")
    job.add_argument("--dry-run", action="store_true", help="say what would be done")
    export = add("export", exporting.export, "cases, survey answers or messages, one row each")
    export.add_argument("what", choices=("cases", "surveys", "messages"))
    export.add_argument("--format", choices=("csv", "jsonl"), default="jsonl")
    export.add_argument("--masked", action="store_true", help="personal data masked")
    export.add_argument("--out", metavar="FILE")
    _papers(add)
    _digest(add("digest", digests.digest, "the figures of a period, printed without sending"))
    _survey(add)
    _safe(add)
    _trust(add)
    _simulate(add("simulate", simulate, "fill an empty, seeded database with a made-up world"))
    _rehearse(add("rehearse", rehearse, "play recorded messages to another model or other data, and compare"))
    return parser


def _rehearse(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="since", metavar="DATE", help="first day of the record (YYYY-MM-DD)")
    parser.add_argument("--to", dest="until", metavar="DATE", help="its last day")
    parser.add_argument("--file", metavar="FILE", help="a record made by export messages --format jsonl")
    parser.add_argument("--cases", metavar="FILE", help="with --file: what became of it, by export cases")
    parser.add_argument("--model", metavar="FILE", help="a model made by train; without it the one in use")
    parser.add_argument("--seed", metavar="DIR|FILE.xlsx", help="data laid over what the database holds")
    parser.add_argument("--show", type=int, default=20, metavar="N", help="references of so many changed cases")
    parser.add_argument("--keep", metavar="FILE", help="keep the database of the rehearsal (SQLite, sealed by our key)")
    parser.add_argument("--json", action="store_true")


def _seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="DIR|FILE.xlsx", nargs="?", help="stored only if all of it is right")
    text = "write a workbook of what the database holds now (of DIR where one is named), ready to be changed"
    parser.add_argument("--template", metavar="FILE.xlsx", help=text)
    parser.add_argument("--dry-run", action="store_true", help="say what would change")


def _safe(add: Callable[..., argparse.ArgumentParser]) -> None:
    """What keeps an installation whole."""
    replay = add("replay", commands.replay, "work on a parked event again")
    replay.add_argument("event_id", metavar="EVENT_ID")
    keep = add("backup", backup.backup, "the whole installation, database and files, into one file")
    keep.add_argument("--out", metavar="FILE", required=True)
    restore = add("restore", backup.restore, "bring a backup back into an empty database, on either engine")
    restore.add_argument("file", metavar="FILE")


def _trust(add: Callable[..., argparse.ArgumentParser]) -> None:
    """What people may ask of us, and what proves that nothing was changed."""
    add("verify", commands.verify, "check the history chain")
    erase = add("erase", erasing.erase, "a person goes: rows, files, free pages; the service may run meanwhile")
    erase.add_argument("--account", required=True, metavar="CHANNEL:USERID")
    sealing = add("rekey", rekey.run, "seal everything anew with the newest key of PRATU_SECRET_KEY=NEW,OLD")
    sealing.add_argument("--index", action="store_true", help="new hashes too; the service must be stopped")
    erase.add_argument("--rewrite", action="store_true", help="PostgreSQL: rewrite the tables (VACUUM FULL)")


def _simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--citizens", type=int, required=True, metavar="N", help="so many people write or come")
    parser.add_argument("--days", type=int, required=True, metavar="D", help="over so many days, back from --end")
    parser.add_argument("--seed", type=int, required=True, metavar="S", help="the same seed makes the same world")
    parser.add_argument("--end", metavar="DATE", help="the last day (YYYY-MM-DD); today without it")
    parser.add_argument("--add", action="store_true", help="also into a database that simulate filled before")


def _papers(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Papers about one case, and about a year."""
    dossier = add("dossier", papers.dossier, "the seven-step evidence file of one case")
    letter = add("letter", papers.letter, "a letter about one case, numbered in the register of outgoing letters")
    for command in (dossier, letter):
        command.add_argument("reference", metavar="REFERENCE")
    letter.add_argument("kind", metavar="KIND", help="notify_unit, memo_head, tell_complainant, chase_1 …")
    letter.add_argument("--to", metavar="NAME", help="whom it is written to, where the case does not say")
    letter.add_argument("--new", action="store_true", help="another one, though there is one of this kind already")
    letter.add_argument("--thai-digits", action="store_true", help="numbers as ๐-๙")
    for command in (dossier, letter):
        command.add_argument("--out", metavar="FILE", required=True, help="ends in .docx or .pdf")
        command.add_argument("--open", action="store_true", help="personal data shown; masked without it")
    report = add("report", papers.report, "the evidence of PMQA category 3: tables T-01 to T-22 and the KPIs")
    report.add_argument("--fiscal-year", type=int, metavar="YEAR", help="Buddhist era, as 2570")
    report.add_argument("--agency", metavar="CODE", help="one agency; all of them without it")
    report.add_argument("--what", choices=papers.PAPERS, default=papers.PAPERS[0], help="another paper of the pack")
    report.add_argument("--out", metavar="FILE", help=f"ends in {' or '.join(papers.REPORTS)}")
    report.add_argument("--issue", action="store_true", help="keep it as it is now: a version that never moves again")
    text = "as it was issued: version N, the newest without a number"
    report.add_argument("--issued", nargs="?", type=int, const=0, metavar="N", help=text)
    report.add_argument("--behind", metavar="CELL", help="what a figure counts, one a line: T-04:line:2570")
    _registers(add("registers", registers.registers, "the registers of the evidence as a workbook, out and in"))


def _registers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--agency", required=True, metavar="CODE")
    parser.add_argument("--fiscal-year", required=True, type=int, metavar="YEAR", help="Buddhist era, as 2570")
    parser.add_argument("--out", metavar="FILE", help="write what is there now, ready to be changed (.xlsx)")
    parser.add_argument("--in", dest="into", metavar="FILE", help="read it back; stored only if all of it is right")
    parser.add_argument("--dry-run", action="store_true", help="with --in: say what would change")


def _survey(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Survey chores."""
    chores = add("survey", surveys.survey, "survey chores").add_subparsers(required=True, metavar="import")
    text = (
        "results of a survey done by an institute, one row a respondent: answered_on, channel, group (optional) and a "
        "column for each item asked (S1.1.1 …); cells 3 2 1 (3 is the best), codes or Thai words, empty: not answered"
    )
    sheet = chores.add_parser("import", help="an institute's results from a CSV or XLSX file", description=text)
    sheet.set_defaults(run=surveys.take_sheet)
    sheet.add_argument("file", metavar="FILE", help="ends in .csv or .xlsx (its first sheet)")
    sheet.add_argument("--agency", required=True, metavar="CODE")
    sheet.add_argument("--form", required=True, metavar="FORM", help="S1, S2")
    sheet.add_argument("--dry-run", action="store_true", help="say what would be stored")


def _engine(add: Callable[..., argparse.ArgumentParser]) -> None:
    """What one can ask of the engine, and teach it."""
    classify = add("classify", engine.classify, "kind and category of a text, as JSON")
    classify.add_argument("text", nargs="?", metavar="TEXT")
    classify.add_argument("--jsonl", action="store_true", help='one {"id","text"} a line from standard input')
    classify.add_argument("--model", metavar="FILE", help="a model made by train; categories are its labels")
    train = add("train", engine.train, "learn a model from labelled texts, or from the agency's own cases")
    train.add_argument("--data", metavar="FILE", nargs="+", help='JSONL, {"text","labels":[...]} each')
    train.add_argument("--own", action="store_true", help="masked cases whose category people chose or confirmed")
    train.add_argument("--agency", metavar="CODE", help="with --own: of this agency only")
    train.add_argument("--out", metavar="MODEL", help="with --own: PRATU_DATA_DIR/models/VERSION.model without it")
    train.add_argument("--promote", action="store_true", help="with --own: use it from the next start on if better")
    train.add_argument("--demote", action="store_true", help="back to the shipped model")
    evaluate = add("evaluate", engine.evaluate, "figures of a model on labelled texts, as JSON")
    evaluate.add_argument(
        "--data", metavar="FILE", nargs="+", required=True, help='JSONL, {"text","labels":[...]} each'
    )
    evaluate.add_argument("--model", metavar="MODEL", help="a model made by train; without it the shipped one")


def _digest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--agency", required=True, metavar="CODE", help='"*" is all agencies together')
    period = parser.add_mutually_exclusive_group(required=True)
    period.add_argument("--week", metavar="2026-W47", help="ISO week, Monday to Monday")
    period.add_argument("--month", metavar="2026-11")
    period.add_argument("--quarter", metavar="2570-Q1", help="of a fiscal year; Q1 is October to December")
    period.add_argument("--year", metavar="2570", help="fiscal year, Buddhist era")
    parser.add_argument("--format", choices=("text", "html", "png", "json"), default="text")
    parser.add_argument("--as-told", action="store_true", help="as the head was told it, where a later deed moved it")


_ROLES = ("officer", "unit_head", "head", "delegate", "governor", "intake", "coordinator", "admin")


def _leave(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--agency", required=True, metavar="CODE")
    parser.add_argument("--name", required=True, help="as on the invitation, or a part that fits one person")
    parser.add_argument("--role", choices=_ROLES, help="only this post")


def _invite(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--agency", required=True, metavar="CODE")
    parser.add_argument("--role", required=True, choices=_ROLES)
    parser.add_argument("--unit", metavar="CODE")
    parser.add_argument("--name", default="")
    parser.add_argument("--since", metavar="DATE", help="the post begins on this day (YYYY-MM-DD)")
    parser.add_argument("--until", metavar="DATE", help="and ends by itself after this one")
    parser.add_argument("--json", action="store_true")


if __name__ == "__main__":
    sys.exit(main())
