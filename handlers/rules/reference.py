"""Case references YY-NNNNN-C: two digits of the Thai fiscal year, a running number, a Luhn check digit.

Digits only, so that they can be read out over the telephone; the check digit catches every single wrong digit and
nearly every swapped pair (ISO/IEC 7812-1 annex B).
"""

from __future__ import annotations


def make(fiscal_year: int, number: int) -> str:
    """The printed reference of the n-th case of a Buddhist-era fiscal year."""
    head = f"{fiscal_year % 100:02d}"
    body = f"{number:05d}"
    return f"{head}-{body}-{check_digit(head + body)}"


def check_digit(digits: str) -> int:
    """The Luhn check digit over all digits before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def is_reference(printed: str) -> bool:
    """Does this printed form hold together?"""
    parts = printed.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return False
    head, body, check = parts
    return len(head) == 2 and len(body) >= 5 and len(check) == 1 and check_digit(head + body) == int(check)
