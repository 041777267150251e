#!/usr/bin/env python3
"""Reads the corpus of ledgers again and asserts that its truth tells what stands in their cells, and that no row was forgotten.

    python3 tools/check_ledgers.py

Looks at the ledgers whose truth names their heads (93 and later). Of every told cell nothing may be left over once what is told, the numbering and
the words of roles and posts are taken away; limits and states are read a second time, by rules that know only what these ledgers use. Prints the
columns that nothing is told of, to be looked at.
"""
import calendar
import csv
import datetime
import json
import pathlib
import re
import unicodedata

from openpyxl import load_workbook

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fixtures"
CORPUS = FIXTURES / "ledgers" / "corpus"
UNITS = {u["name"]: [u["name"], *filter(None, u["aliases"].split("、"))] for u in csv.DictReader(open(FIXTURES / "units.csv", encoding="utf-8-sig"))}
PEOPLE = {p["name"] for p in csv.DictReader(open(FIXTURES / "people.csv", encoding="utf-8-sig"))}
LABELS = re.compile(r"^(存在问题|整改措施|责任单位|责任人|分管领导|整改期限|整改情况)：")
NUMBERING = re.compile(r"[（(]?(\d+|[一二三四五六七八九十])[）).、]+|[一二三四五六七八九十]是|第[一二三四五六七八九十]，|[①-⑳]")
BETWEEN = re.compile(r"[\s、，,；;。/：:（）()]+|牵头|配合")
POSTS = re.compile(r"总会计师|副?总编辑|副?院长|机关党委书记|纪检组长|纪委书记|工会主席|副支队长|政委|副社长")
DONE = {"是", "√", "✔", "已销号", "已整改", "已完成", "已经办结", "已整改到位", "100%", "已闭环", "整改完毕", "Y", "已改", "已关闭", "整改完成", "已落实", "已完成整改"}
OPEN = {
    "否", "未销号", "正在整改", "完成30%", "整改中", "未完成", "正在推进", "完成60%", "完成20%", "80%", "40%", "50%", "0%", "未闭环", "N", "没有", "尚未完成", "未启动", "未整改", "进行中", "处理中", "待处理", "正在办理",
    "尚未办结", "未落实",
}
AT_ONCE = {"立行立改", "即知即改", "立即整改", "马上改", "立即"}
FOR_GOOD = {"长期坚持", "常抓不懈"}


def plain(value):
    if isinstance(value, (datetime.date, datetime.datetime)):
        return f"{value:%Y-%m-%d}"
    return LABELS.sub("", "" if value is None else str(value)).strip()


def last_day(year, month):
    return f"{year}-{month:02}-{calendar.monthrange(year, month)[1]}"


def limit(shown):
    """What a limit says: how, and by when."""
    text = unicodedata.normalize("NFKC", plain(shown)).replace(" ", "")
    if text in AT_ONCE or text in FOR_GOOD:
        return "immediate" if text in AT_ONCE else "sustained", None
    if text.isdigit() and len(text) == 5:
        return "dated", str(datetime.date(1899, 12, 30) + datetime.timedelta(days=int(text)))
    kind = "staged" if ";" in text else "dated"
    text = re.sub(r"18:00$", "", text.split(";")[-1])
    if found := re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text):
        return kind, "-".join(found.groups())
    year = int(found[1]) if (found := re.match(r"(\d{4})[年./-]", text)) else 2021
    text = re.sub(r"^\d{4}[年./-]", "", text)
    if found := re.match(r"(?:第?)([一二三])季度", text):
        return kind, last_day(year, 3 * ("一二三".index(found[1]) + 1))
    if found := re.match(r"(\d+)月([上中下])旬", text):
        month = int(found[1])
        return kind, last_day(year, month) if found[2] == "下" else f"{year}-{month:02}-{'10' if found[2] == '上' else '20'}"
    if found := re.match(r"(\d+)月底", text):
        return kind, last_day(year, int(found[1]))
    if found := re.fullmatch(r"(\d+)[月./-](\d+)日?(之?前)?", text):
        return kind, f"{year}-{int(found[1]):02}-{int(found[2]):02}"
    return None


def in_order(text, words):
    at = 0
    for word in words:
        at = text.find(word, at)
        if at < 0:
            return False
        at += len(word)
    return True


def check(told, read, others):
    """What is wrong with a told cell; `others` are names told of the same cell under another kind."""
    beside = [plain(read(cell)) for cell in told.get("beside", [])]
    text, kind = plain(read(told["cell"])), told["kind"]
    if not text:
        return "empty"
    if kind in ("title", "finding"):
        return None if text == told["text"] else f"{text!r} for {told['text']!r}"
    if kind == "measures":
        whole = "\n".join([text, *beside])
        if not in_order(whole, told["texts"]):
            return f"{whole!r} has not {told['texts']}"
        for one in sorted(told["texts"], key=len, reverse=True):
            whole = whole.replace(one, "", 1)
        rest = re.sub(r"[\s；;，。]", "", NUMBERING.sub("", whole))
        return f"left over {rest!r}" if rest else None
    if kind in ("persons", "leaders"):
        if told["names"] is None:
            return f"{text} is known" if text in PEOPLE else None
        whole = "、".join([text, *filter(None, beside)])
        for one in others:
            whole = whole.replace(one, "、", 1)
        seen = re.sub(r"(?<=[\u4e00-\u9fff]) (?=衡)", "", POSTS.sub("", whole))
        names = list(dict.fromkeys(filter(None, BETWEEN.split(seen))))
        return None if names == told["names"] and PEOPLE.issuperset(names) else f"{names} for {told['names']}"
    if kind == "units":
        if told["names"] is None:
            return f"{text} is known" if any(text in called for called in UNITS.values()) else None
        whole = text
        for one in others:
            whole = whole.replace(one, "、")
        # Who helps stands behind （牵头）, or in a column of his own.
        lead, help = whole.split("牵头") if "牵头" in whole else (whole, "、".join(beside))
        seen = [[part for part in BETWEEN.split(side) if part] for side in (lead, help)]
        full = [[next((name for name, called in UNITS.items() if part in called), part) for part in side] for side in seen]
        return None if full == [told["names"], told["supporting"]] else f"{full} for {told['names']} with {told['supporting']}"
    if kind == "due":
        found, means = limit(read(told["cell"])), told["means"]
        wanted = means and (means["disposition"], means["on"])
        return None if found == wanted else f"{text!r} is {found}, told {wanted}"
    if kind == "measure_due":
        found = limit(read(told["cell"]))
        return None if found == ("dated", told["on"]) else f"{text!r} is {found}, told {told['on']}"
    if kind == "status":
        words = set(re.split(r"[。，]", text))
        if bool(words & DONE) == bool(words & OPEN):
            return f"{text!r} is neither done nor open"
        return None if bool(words & DONE) == told["done"] else f"{text!r} told {told['done']}"
    return f"told of {kind}"


def look(truth):
    book, wrong, cells = load_workbook(CORPUS / truth["file"]), [], 0
    told_rows = {(task["sheet"], row) for task in truth["tasks"] for row in task["rows"]}
    skipped = {(one["sheet"], one["row"]) for one in truth["skipped"]}
    heads = {(one["sheet"], one["row"]) for one in truth["heads"]}
    told_cells = set()
    for task in truth["tasks"]:
        sheet = book[task["sheet"]]
        if task["row"] not in task["rows"]:
            wrong.append(f"{task['sheet']} row {task['row']} is not of its task")
        kinds = [told["kind"] for told in task["cells"]]
        if "title" not in kinds or "measures" not in kinds or len(kinds) != len(set(kinds)) + max(0, kinds.count("measure_due") - 1):
            wrong.append(f"{task['sheet']} row {task['row']}: {kinds}")
        for told in task["cells"]:
            cells += 1
            told_cells |= {(task["sheet"], cell) for cell in [told["cell"], *told.get("beside", [])]}
            shared = [one for one in task["cells"] if one["cell"] == told["cell"] and one is not told]
            others = [name for one in shared for name in (one.get("names") or []) + (one.get("supporting") or [])]
            others = [called for name in others for called in UNITS.get(name, [name])]
            if problem := check(told, lambda cell: sheet[cell].value, sorted(others, key=len, reverse=True)):
                wrong.append(f"{task['sheet']} {told['cell']} {told['kind']}: {problem}")
    for sheet in book:
        untold = {}
        for row in sheet.iter_rows():
            filled = [cell for cell in row if plain(cell.value)]
            at = (sheet.title, row[0].row)
            known = [at in told_rows, at in skipped, at in heads]
            if filled and sheet.sheet_state == "visible" and not any(known):
                wrong.append(f"{sheet.title} row {at[1]} is forgotten: {filled[0].value!r}")
            if any(known) and not filled or known[0] and known[1]:
                wrong.append(f"{sheet.title} row {at[1]} is told of twice, or is empty")
            if known[0]:
                for cell in filled:
                    if (sheet.title, cell.coordinate) not in told_cells:
                        untold.setdefault(cell.column_letter, []).append(plain(cell.value)[:12])
        for column, values in untold.items():
            print(f"  {truth['file']} {sheet.title} {column}: {' | '.join(values)}")
    for sheet, row in skipped:
        if row is None and sheet not in book.sheetnames:
            wrong.append(f"no sheet {sheet}")
    return [f"{truth['file']} {one}" for one in wrong], cells


def main():
    truths = [truth for truth in json.loads((CORPUS / "truth.json").read_text(encoding="utf-8")) if "heads" in truth]
    looked = [look(truth) for truth in truths]
    wrong = [one for found, _ in looked for one in found]
    print(len(truths), "ledgers,", sum(len(truth["tasks"]) for truth in truths), "tasks,", sum(cells for _, cells in looked), "told cells,", len(wrong), "wrong")
    print(*wrong, sep="\n")
    assert not wrong


main()
