#!/usr/bin/env python3
"""Reads a list that was handed on back with a library that knows nothing of ours: paper, repeated heading, merged cells, typed cells.

    read_list.py FILE PAPER

PAPER is A3 or A4. Prints one line per deviation and the number of checks; ends with 1 where there is one. Needs openpyxl.
"""

import datetime
import sys

from openpyxl import load_workbook

SIZES = {"A3": 8, "A4": 9}


def main(path, paper):
    sheet = load_workbook(path).active
    faults, checks = [], 0

    def check(is_so, what):
        nonlocal checks
        checks += 1
        if not is_so:
            faults.append(what)

    check(sheet.page_setup.orientation == "landscape", f"orientation {sheet.page_setup.orientation}")
    check(int(sheet.page_setup.paperSize or 0) == SIZES[paper], f"paper {sheet.page_setup.paperSize}")
    check(bool(sheet.print_title_rows), "no heading is repeated")
    check(bool(sheet.freeze_panes), "no heading stays in sight")
    # Title, range and totals; in a list that is put together more, in the others a filter.
    merged = len(sheet.merged_cells.ranges)
    check(merged > 3 or (merged == 3 and bool(sheet.auto_filter.ref)), f"{merged} merged ranges and no filter")
    rows = list(sheet.iter_rows())
    heading = next(i for i, row in enumerate(rows) if row[0].value == "序号")
    titles = [cell.value for cell in rows[heading]]
    check(len(set(titles)) == len(titles), "a heading stands twice")
    days = [i for i, title in enumerate(titles) if title in ("完成时限", "销号日期", "认领日期", "办结时限", "签发日期", "签收时间")]
    words = ("长期坚持",)
    n_days = 0
    for row in rows[heading + 1 : -1]:
        for i in days:
            value = row[i].value
            if value is not None and value not in words:
                n_days += 1
                check(isinstance(value, (datetime.datetime, datetime.date)), f"{row[i].coordinate} is no date: {value!r}")
        for cell in row:
            check(cell.data_type != "f", f"{cell.coordinate} is a formula")
        if row[0].value is not None:
            check(isinstance(row[0].value, (int, float)), f"{row[0].coordinate} is no number")
    check(n_days > 0, "no date was found")
    widths = [sheet.column_dimensions[c.column_letter].width for c in rows[heading]]
    check(all(4 <= w <= 60 for w in widths), f"widths {widths}")
    check("截至" in str(rows[-1][0].value), "the last line has no moment")
    for fault in faults:
        print(fault)
    print(f"{path}: {checks} checks, {len(faults)} deviations")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
