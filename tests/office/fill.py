#!/usr/bin/env python3
"""Fills a workbook in as an office program would: opens it with a library that knows nothing of ours, writes cells, saves it whole.

    fill.py IN OUT < CELLS

CELLS is a JSON list of [SHEET, CELL, VALUE]: a text, a number, null to empty the cell, or {"day": "2026-05-20"} for a date. Nothing else is touched.
Needs openpyxl.
"""

import datetime
import json
import sys

from openpyxl import load_workbook


def value(given):
    return datetime.date.fromisoformat(given["day"]) if isinstance(given, dict) else given


def main(source, target):
    book = load_workbook(source)
    for sheet, cell, given in json.load(sys.stdin):
        at = book[sheet][cell]
        if at.protection.locked and book[sheet].protection.sheet:
            print(f"{sheet}!{cell} is locked", file=sys.stderr)
            return 1
        at.value = value(given)
    book.save(target)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
