#!/usr/bin/env python3
"""Makes small ledgers of many shapes with their truth, for measuring the importer (crates/api/tests/ledger_corpus.rs).

    pip install openpyxl && python3 tools/make_ledgers.py

Writes tests/fixtures/ledgers/corpus/NN.xlsx and truth.json, with the same contents every time. Ledgers 1-16 were looked at while the importer was
built; 17-34 are made with other words, layouts and ways of writing, and were held out; 35-44 (tools/office_ledgers.py) are in the habits of ten
offices, and were held out as well, as were 45-56 (tools/sector_ledgers.py), of twelve kinds of inspection, 57-68 (tools/field_ledgers.py), as offices
in the field send them in, 69-80 (tools/county_ledgers.py), as county offices keep them, 81-92 (tools/company_ledgers.py), as companies do, 93-104
(tools/city_ledgers.py), as city and provincial offices do, and 105-116 (tools/group_ledgers.py), as the subsidiaries of a group do.
Organisation and people are those of tests/fixtures/units.csv and people.csv; every text is made up.
"""
import csv
import datetime
import json
import pathlib
import random

import city_ledgers
import company_ledgers
import county_ledgers
import field_ledgers
import group_ledgers
import office_ledgers
import sector_ledgers
from openpyxl import Workbook
from openpyxl.utils import get_column_letter as letter

HOME = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = HOME / "tests" / "fixtures"
TARGET = FIXTURES / "ledgers" / "corpus"
YEAR = 2021

UNITS = [u for u in csv.DictReader(open(FIXTURES / "units.csv", encoding="utf-8-sig")) if u["level"] != "1"]
PEOPLE = list(csv.DictReader(open(FIXTURES / "people.csv", encoding="utf-8-sig")))
NAMES = [p["name"] for p in PEOPLE]
ONCE = [p for p in PEOPLE if NAMES.count(p["name"]) == 1]
LEADERS = [p["name"] for p in ONCE if p["role"] == "leader"]
STAFF = [p["name"] for p in ONCE if p["role"] == "unit"]

ASPECTS = ["政治建设", "制度执行", "队伍建设", "作风建设", "安全生产", "财务管理"]
SUBJECTS = ["采购台账", "值班记录", "会议纪要", "设备检修", "合同归档", "培训档案", "费用报销", "用车登记", "印章管理", "库房盘点", "巡检路线", "应急演练"]
FAULTS = ["填写不全", "更新不及时", "流于形式", "责任不清", "与实际不符", "缺少复核"]
VERBS = ["补齐", "修订", "核对", "公示", "培训", "检查", "归档", "通报"]
OBJECTS = ["缺项清单", "管理办法", "岗位职责", "月度计划", "考核细则", "现场记录", "审批流程", "移交手续"]
CHINESE = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"]

BUILT = {
    "ordinal": ["序号", "编号"], "aspect": ["方面", "问题类别"], "finding": ["反馈问题", "存在问题"], "item": ["具体问题", "具体表现"],
    "single": ["存在问题", "问题描述", "反馈问题"], "measure": ["整改措施", "具体措施"], "due": ["整改时限", "完成时限"], "leaders": ["责任领导", "分管领导"],
    "units": ["责任单位", "责任部门"], "supporting": ["配合单位"], "persons": ["责任人", "具体责任人"], "status": ["完成情况", "整改状态"],
    "remark": ["备注"], "done_on": ["销号日期"], "disposition": ["处置类型"],
}
HELD = {
    "ordinal": ["序 号", "项次"], "aspect": ["问题方面", "类别"], "finding": ["巡察反馈问题", "反馈意见（原文）"], "item": ["问题具体表现", "整改任务"],
    "single": ["检查发现问题", "存在的主要问题", "问题内容"], "measure": ["整改举措", "措施（可附页）", "整改具体措施"], "due": ["完成期限", "时间节点", "计划完成时间"],
    "leaders": ["包保领导", "责任领导（班子成员）"], "units": ["牵头部门", "承办部门", "整改责任单位"], "supporting": ["协办部门", "协助单位"],
    "persons": ["直接责任人", "承办人"], "status": ["销号情况", "是否完成", "目前进展"], "remark": ["备 注", "说明"], "done_on": ["办结时间", "实际完成日期"],
    "disposition": ["整改类型", "整改方式"],
}
DONE = {False: ["已完成", "完成", "√", "已销号"], True: ["整改完成", "已整改", "已整改销号", "现场处置", "已完成。"]}
OPEN = {False: ["正在推进", "未完成", "整改中", ""], True: ["按计划推进", "待整改", "阶段性办结", "部分整改", "", "未整改"]}
MARKS = {False: ["1.", "1、", "（一）", "①", "一是"], True: ["1、", "（1）", "1)", "第一，", "一、", "①", "一是"]}
SPLIT = {False: ["、", "，", " ", "/", "\n"], True: ["；", "、\n", "，", "　", ";", " / "]}


def mark(style, i):
    n, c = str(i + 1), CHINESE[i]
    return {"1.": n + ".", "1、": n + "、", "（一）": f"（{c}）", "①": chr(0x2460 + i), "一是": c + "是", "（1）": f"（{n}）", "1)": n + ")",
            "第一，": f"第{c}，", "一、": c + "、"}[style]


def full(text):
    return text.translate({ord(str(d)): 0xFF10 + d for d in range(10)})


class Sheet:
    """A sheet that is written from top to bottom, with what is true of its cells."""

    def __init__(self, sheet, truth):
        self.sheet, self.truth, self.row = sheet, truth, 1

    def put(self, row, column, value):
        if value not in (None, ""):
            self.sheet.cell(row, column, value)

    def merge(self, top, left, bottom, right):
        if (top, left) != (bottom, right):
            self.sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)

    def skip(self, reason, row=None):
        self.truth["skipped"].append({"sheet": self.sheet.title, "row": row or self.row, "reason": reason})


class Maker:
    def __init__(self, n):
        self.n, self.dice = n, random.Random(20210300 + n)
        self.held = n > 16
        self.words = HELD if self.held else BUILT
        self.shape = SHAPES[n - 1]
        self.heads = {k: self.dice.choice(v) for k, v in self.words.items()}
        self.style = self.dice.choice(MARKS[self.held])
        self.split = self.dice.choice(SPLIT[self.held])
        self.used = set()

    def text(self, *parts):
        while True:
            made = "".join(self.dice.choice(p) for p in parts)
            if made not in self.used:
                self.used.add(made)
                return made
            made = "".join(self.dice.choice(p) for p in parts) + self.dice.choice(["有差距", "仍存在", "较突出", "待加强"])
            if made not in self.used:
                self.used.add(made)
                return made

    def due(self):
        """A time limit as it is typed, with what it means."""
        month, day = self.dice.randint(4, 11), self.dice.choice([5, 10, 15, 20, 25])
        date = datetime.date(YEAR, month, day)
        last = datetime.date(YEAR, month + 1, 1) - datetime.timedelta(days=1)
        built = [
            (date, date), (f"{YEAR}.{month}.{day}", date), (f"{month}月{day}日前", date), (f"{YEAR}年{month}月底前", last),
            (int(date.strftime("%Y%m%d")), date), (f"{YEAR}/{month}/{day}", date), (full(f"{YEAR}年{month}月{day}日"), date), ("立行立改", "immediate"),
            ("长期坚持", "sustained"), (f"立行立改（{month}月{day}日前）", ("immediate", date)),
        ]
        held = [
            (date, date), (f"{YEAR}-{month:02}-{day:02}", date), (f"{month}月{day}日", date), (f"{month}月份", last), (f"{YEAR}年{month}月", last),
            (f"{month}月中旬", datetime.date(YEAR, month, 20)), (f"{month}月上旬", datetime.date(YEAR, month, 10)), (f"{month}月底前完成", last),
            (f"限期整改（{month}月{day}日前）", date), ("立行立改，已完成", "immediate"), ("立即整改", "immediate"), ("持续推进", "sustained"), ("长期坚持。", "sustained"),
            (f"{YEAR}年底前", datetime.date(YEAR, 12, 31)), (f"{YEAR % 100}.{month}.{day}", date), (f"分步实施：{month}月底前完成摸底；{YEAR}年12月20日前完成总结", ("staged", datetime.date(YEAR, 12, 20))),
            (f"{YEAR}年{month}月{day}日17:00前", date),
        ]
        if self.dice.random() < 0.04:
            return self.dice.choice(["尽快", "按上级要求", "待定"]), None
        value, means = self.dice.choice(held if self.held else built)
        if isinstance(means, tuple):
            return value, {"disposition": means[0], "on": str(means[1])}
        if isinstance(means, str):
            return value, {"disposition": means, "on": None}
        return value, {"disposition": "dated", "on": str(means)}

    def units(self, roles):
        """Units of a row: what is typed, who leads, who supports; None where nobody can say."""
        if self.dice.random() < 0.03:
            return self.dice.choice(["各单位", "各有关部门"]), None, None
        if self.dice.random() < 0.03:
            return self.dice.choice(["综合事务中心", "战略研究院"]), None, None
        chosen = self.dice.sample(UNITS, self.dice.choice([1, 1, 2, 3]))
        names = [self.dice.choice([u["name"]] + [a for a in u["aliases"].split("、") if a]) for u in chosen]
        full_names = [u["name"] for u in chosen]
        if roles and len(names) > 1 and self.dice.random() < 0.5:
            text = self.dice.choice(["牵头：{} 配合：{}", "牵头单位：{}；配合单位：{}"]).format(names[0], "、".join(names[1:]))
            return text, full_names[:1], full_names[1:]
        return self.split.join(names), full_names, []

    def persons(self, pool, low=1, high=3):
        chosen = self.dice.sample(pool, self.dice.randint(low, high))
        return self.split.join(chosen), chosen

    def task(self):
        """One problem with all that is said of it."""
        task = {"title": self.text(SUBJECTS, FAULTS), "measures": [self.text(VERBS, SUBJECTS, OBJECTS) for _ in range(self.dice.choice([1, 2, 2, 3]))]}
        task["due"] = self.due()
        task["units"] = self.units(self.shape.get("roles"))
        task["persons"] = self.persons(STAFF)
        task["leaders"] = self.persons(LEADERS, 1, 2)
        is_done = self.dice.random() < 0.4
        task["status"] = (self.dice.choice(DONE[self.held] if is_done else OPEN[self.held]), is_done)
        return task

    def numbered(self, measures):
        if len(measures) == 1 and self.dice.random() < 0.5:
            return measures[0]
        between = "\n" if self.style in ("1.", "1)") else self.dice.choice(["；", "。", "\n"])
        return between.join(mark(self.style, i) + m for i, m in enumerate(measures))

    def make(self):
        book = Workbook()
        book.remove(book.active)
        truth = {"n": self.n, "held": self.held, "file": f"{self.n:02}.xlsx", "tasks": [], "skipped": []}
        names = self.shape.get("sheets", ["台账"])
        for name in names:
            sheet = Sheet(book.create_sheet(name), truth)
            {"table": self.table, "form": self.form, "across": self.across}[self.shape.get("kind", "table")](sheet)
        if self.shape.get("hidden"):
            hidden = book.create_sheet("选项")
            hidden.sheet_state = "hidden"
            hidden["A1"] = "已完成"
            truth["skipped"].append({"sheet": "选项", "row": None, "reason": "hidden_sheet"})
        if self.shape.get("notes"):
            page = book.create_sheet("填表说明")
            page["A1"], page["A2"] = "本表由各单位填报。", "每月底前报送。"
            truth["skipped"] += [{"sheet": "填表说明", "row": r, "reason": "note"} for r in (1, 2)]
        book.properties.created = book.properties.modified = datetime.datetime(2021, 3, 1)
        book.save(TARGET / truth["file"])
        return truth

    def columns(self):
        """The columns of a table in the order of this ledger, with groups above them."""
        shape, columns = self.shape, ["ordinal"]
        if shape.get("aspect") == "column":
            columns.append("aspect")
        columns += ["finding", "item"] if shape.get("double") else ["single"]
        columns.append("measure")
        tail = ["leaders", "units"] + (["supporting"] if shape.get("supporting") else []) + ["persons"]
        rest = ["due", "status"] + (["done_on"] if shape.get("done_on") else []) + ["remark"]
        if shape.get("kept"):
            rest.insert(1, "kept")
        columns += rest[:-1] + tail + rest[-1:] if shape.get("late") else tail + rest
        return columns

    def head(self, sheet, columns):
        shape, width = self.shape, len(columns)
        for title in range(shape.get("titles", 1)):
            text = ["××集团整改台账", f"填报单位：综合部　填报日期：{YEAR}年3月10日"][title]
            sheet.put(sheet.row, 1, text)
            sheet.merge(sheet.row, 1, sheet.row, width)
            sheet.skip("title")
            sheet.row += 1
        top, rows = sheet.row, shape.get("rows", 1)
        heads = dict(self.heads, kept="问题来源", single=self.heads["single"])
        groups = {"leaders": "责任落实", "units": "责任落实", "supporting": "责任落实", "persons": "责任落实"}
        if rows >= 3:
            groups |= {"finding": "问题", "item": "问题", "due": "整改", "status": "整改", "done_on": "整改"}
        done = set()
        for i, name in enumerate(columns):
            column, group = i + 1, groups.get(name) if rows > 1 else None
            if group is None:
                sheet.put(top, column, heads[name])
                if shape.get("merged", True) or rows == 1:
                    sheet.merge(top, column, top + rows - 1, column)
                continue
            sheet.put(top + rows - 1, column, heads[name])
            if (group, i) in done:
                continue
            span = [j for j, other in enumerate(columns) if j >= i and groups.get(other) == group and all(groups.get(c) == group for c in columns[i:j])]
            done |= {(group, j) for j in span}
            sheet.put(top, column, group)
            sheet.merge(top, span[0] + 1, top + rows - 2, span[-1] + 1)
        sheet.row = top + rows
        if shape.get("numbers"):
            for i in range(width):
                sheet.put(sheet.row, i + 1, i + 1)
            sheet.row += 1

    def table(self, sheet):
        shape, columns = self.shape, self.columns()
        at = {name: i + 1 for i, name in enumerate(columns)}
        self.head(sheet, columns)
        ordinal = 0
        entered = []
        for a in range(shape.get("aspects", 2)):
            aspect = ASPECTS[(a + self.n) % len(ASPECTS)]
            first_of_aspect = sheet.row
            if shape.get("aspect") == "section":
                sheet.put(sheet.row, 1, f"{CHINESE[a]}、{aspect}方面")
                if shape.get("merged", True):
                    sheet.merge(sheet.row, 1, sheet.row, len(columns))
                sheet.skip("section")
                sheet.row += 1
                first_of_aspect = sheet.row
            for _ in range(self.dice.choice([2, 3])):
                ordinal += 1
                finding = self.text(SUBJECTS, ["管理", "工作"], FAULTS) if shape.get("double") else None
                first = sheet.row
                for _ in range(self.dice.choice([1, 2, 3]) if finding else 1):
                    entered.append(self.enter(sheet, at, self.task(), finding, first, ordinal))
                last = sheet.row - 1
                if finding and shape.get("merged", True):
                    sheet.merge(first, at["finding"], last, at["finding"])
                    sheet.merge(first, at["ordinal"], last, at["ordinal"])
            if shape.get("aspect") == "column":
                sheet.put(first_of_aspect, at["aspect"], aspect)
                if shape.get("merged", True):
                    sheet.merge(first_of_aspect, at["aspect"], sheet.row - 1, at["aspect"])
            if shape.get("blanks"):
                sheet.put(sheet.row, at["remark"], "  ")
                sheet.row += 1
        if shape.get("duplicate"):
            task, finding = entered[-1]
            if finding:
                sheet.put(sheet.row, at["finding"], finding)
            sheet.put(sheet.row, at["item" if finding else "single"], task["title"] + " ")
            sheet.put(sheet.row, at["measure"], "同上")
            sheet.put(sheet.row, at["remark"], "重复")
            sheet.skip("duplicate")
            sheet.row += 1
        if shape.get("total"):
            sheet.put(sheet.row, 1, "合计")
            sheet.put(sheet.row, at["measure"], f"共{len(entered)}项")
            sheet.skip("total")
            sheet.row += 1
        if shape.get("note"):
            sheet.put(sheet.row, 1, "注：本表每月更新一次。")
            sheet.merge(sheet.row, 1, sheet.row, len(columns))
            sheet.skip("note")
            sheet.row += 1
        if shape.get("signature"):
            sheet.put(sheet.row, 1, "填表人：甲某　　审核人：乙某")
            sheet.skip("signature")
            sheet.row += 1

    def ordinal(self, n):
        if self.held:
            return self.dice.choice([n, f"{n}、", f"（{n}）", str(n)])
        return self.dice.choice([n, str(n), f"{n}.", f"（{CHINESE[(n - 1) % 10]}）" if n <= 10 else n, full(str(n))])

    def enter(self, sheet, at, task, finding, first_of_finding, ordinal):
        shape, first = self.shape, sheet.row
        by_row = shape.get("measures") == "rows" and len(task["measures"]) > 1
        rows = len(task["measures"]) if by_row else 1
        last = first + rows - 1
        problem = at["item" if finding else "single"]
        told = {"sheet": sheet.sheet.title, "row": first, "rows": list(range(first, last + 1)), "cells": []}

        def tell(kind, column, **what):
            told["cells"].append({"kind": kind, "cell": f"{letter(column)}{first}", **what})

        if first == first_of_finding or not finding:
            sheet.put(first, at["ordinal"], self.ordinal(ordinal))
        if finding and (first == first_of_finding or shape.get("repeat")):
            sheet.put(first, at["finding"], finding)
        sheet.put(first, problem, task["title"])
        tell("title", problem, text=task["title"])
        if finding:
            told["cells"].append({"kind": "finding", "cell": f"{letter(at['finding'])}{first_of_finding}", "text": finding})
        if by_row:
            for i, measure in enumerate(task["measures"]):
                sheet.put(first + i, at["measure"], (mark("1.", i) if shape.get("numbered") else "") + measure)
        else:
            sheet.put(first, at["measure"], self.numbered(task["measures"]))
        tell("measures", at["measure"], texts=task["measures"])
        value, means = task["due"]
        sheet.put(first, at["due"], value)
        tell("due", at["due"], means=means)
        text, leading, supporting = task["units"]
        if leading and "supporting" in at and len(leading) > 1:
            text, leading, supporting = leading[0], leading[:1], leading[1:]
            sheet.put(first, at["supporting"], self.split.join(supporting))
        sheet.put(first, at["units"], text)
        tell("units", at["units"], names=leading, supporting=supporting)
        for name in ("persons", "leaders"):
            text, names = task[name]
            sheet.put(first, at[name], text)
            tell(name, at[name], names=names)
        text, is_done = task["status"]
        sheet.put(first, at["status"], text)
        if text:
            tell("status", at["status"], done=is_done)
        if is_done and "done_on" in at:
            sheet.put(first, at["done_on"], datetime.date(YEAR, 3, self.dice.randint(1, 9)))
        if "kept" in at:
            sheet.put(first, at["kept"], "专项检查")
        if by_row and shape.get("merged", True):
            for name, column in at.items():
                if name not in ("measure", "ordinal", "aspect", "finding", "remark"):
                    sheet.merge(first, column, last, column)
            if not finding:
                sheet.merge(first, at["ordinal"], last, at["ordinal"])
        sheet.truth["tasks"].append(told)
        sheet.row = last + 1
        return task, finding

    def form(self, sheet):
        """Forms one under another: labels and values side by side."""
        for i in range(4):
            task = self.task()
            told = {"sheet": sheet.sheet.title, "row": sheet.row, "rows": [], "cells": []}
            lines = [
                [("ordinal", i + 1), ("leaders", task["leaders"][0])], [("single", task["title"])], [("measure", self.numbered(task["measures"]))],
                [("units", task["units"][0]), ("persons", task["persons"][0])], [("due", task["due"][0]), ("status", task["status"][0])],
            ]
            for line in lines:
                for j, (name, value) in enumerate(line):
                    column = 1 + 2 * j
                    sheet.put(sheet.row, column, self.heads[name] + ("：" if self.held else ""))
                    sheet.put(sheet.row, column + 1, value)
                    cell = f"{letter(column + 1)}{sheet.row}"
                    told["cells"] += self.told(name, cell, task)
                if len(line) == 1:
                    sheet.merge(sheet.row, 2, sheet.row, 4)
                told["rows"].append(sheet.row)
                sheet.row += 1
            sheet.truth["tasks"].append(told)
            sheet.row += 1

    def told(self, name, cell, task):
        if name == "single":
            return [{"kind": "title", "cell": cell, "text": task["title"]}]
        if name == "measure":
            return [{"kind": "measures", "cell": cell, "texts": task["measures"]}]
        if name == "due":
            return [{"kind": "due", "cell": cell, "means": task["due"][1]}]
        if name == "units":
            return [{"kind": "units", "cell": cell, "names": task["units"][1], "supporting": task["units"][2]}]
        if name in ("persons", "leaders"):
            return [{"kind": name, "cell": cell, "names": task[name][1]}]
        if name == "status" and task["status"][0]:
            return [{"kind": "status", "cell": cell, "done": task["status"][1]}]
        return []

    def across(self, sheet):
        """Labels down the first column, a problem in every column beside it."""
        sheet.put(1, 1, "整改情况表")
        sheet.skip("title", 1)
        names = ["ordinal", "single", "measure", "leaders", "units", "persons", "due", "status"]
        tasks = [self.task() for _ in range(4)]
        for r, name in enumerate(names):
            sheet.put(r + 2, 1, self.heads[name])
        for c, task in enumerate(tasks):
            values = [c + 1, task["title"], self.numbered(task["measures"]), task["leaders"][0], task["units"][0], task["persons"][0], task["due"][0], task["status"][0] or "未完成"]
            told = {"sheet": sheet.sheet.title, "row": 3, "rows": [], "cells": []}
            for r, (name, value) in enumerate(zip(names, values)):
                sheet.put(r + 2, c + 2, value)
                told["cells"] += self.told(name, f"{letter(c + 2)}{r + 2}", task)
            sheet.truth["tasks"].append(told)


SHAPES = [
    # 1-16: looked at while the importer was built.
    {"double": True, "aspect": "section", "rows": 2, "titles": 2, "total": True, "signature": True, "hidden": True},
    {"double": True, "aspect": "section", "measures": "rows", "rows": 2, "titles": 1, "blanks": True, "duplicate": True},
    {"aspect": "column", "titles": 1, "notes": True},
    {"titles": 0, "rows": 1, "total": True},
    {"double": True, "aspect": "column", "rows": 3, "titles": 1, "measures": "rows", "numbered": True},
    {"double": True, "aspect": "section", "merged": False, "titles": 1, "signature": True},
    {"measures": "rows", "titles": 1, "rows": 2, "late": True},
    {"double": True, "roles": True, "titles": 2, "late": True, "note": True},
    {"kind": "form"},
    {"double": True, "aspect": "section", "rows": 2, "numbers": True, "titles": 1, "done_on": True},
    {"sheets": ["甲表", "乙表"], "titles": 1, "aspect": "column"},
    {"double": True, "supporting": True, "rows": 2, "titles": 1, "duplicate": True, "total": True},
    {"double": True, "repeat": True, "merged": False, "titles": 1, "kept": True},
    {"aspect": "section", "titles": 2, "measures": "rows", "merged": False, "signature": True, "blanks": True},
    {"kind": "across"},
    {"double": True, "rows": 4, "titles": 1, "aspect": "section", "total": True, "note": True, "signature": True},
    # 17-34: held out.
    {"double": True, "aspect": "section", "rows": 2, "titles": 2, "roles": True, "total": True, "signature": True},
    {"double": True, "aspect": "column", "rows": 2, "titles": 1, "measures": "rows", "late": True, "blanks": True},
    {"titles": 1, "rows": 2, "aspect": "section", "supporting": True, "note": True},
    {"titles": 0, "rows": 1, "kept": True, "done_on": True, "late": True},
    {"double": True, "rows": 4, "titles": 2, "measures": "rows", "numbered": True, "hidden": True},
    {"kind": "form"},
    {"double": True, "merged": False, "rows": 2, "titles": 1, "aspect": "section", "blanks": True, "total": True},
    {"measures": "rows", "merged": False, "titles": 1, "numbered": True, "aspect": "column"},
    {"sheets": ["一分册", "二分册", "三分册"], "titles": 2, "double": True, "aspect": "section"},
    {"double": True, "rows": 3, "titles": 1, "numbers": True, "duplicate": True, "aspect": "section", "done_on": True},
    {"kind": "across"},
    {"double": True, "repeat": True, "measures": "rows", "rows": 2, "titles": 1, "late": True, "signature": True},
    {"titles": 2, "rows": 1, "roles": True, "total": True, "note": True, "signature": True, "hidden": True, "notes": True},
    {"double": True, "aspect": "column", "merged": False, "repeat": True, "titles": 0, "supporting": True},
    {"titles": 1, "rows": 3, "aspect": "section", "kept": True, "done_on": True, "duplicate": True},
    {"double": True, "rows": 2, "titles": 1, "late": True, "supporting": True, "measures": "rows", "total": True, "blanks": True},
    {"sheets": ["2021年上半年", "2021年下半年"], "titles": 0, "rows": 2, "measures": "rows", "numbered": True},
    {"double": True, "aspect": "section", "titles": 2, "rows": 2, "numbers": True, "roles": True, "kept": True, "note": True, "signature": True},
]


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    truths = [Maker(n).make() for n in range(1, len(SHAPES) + 1)]
    truths += office_ledgers.make(len(truths) + 1, UNITS, PEOPLE, TARGET)
    truths += sector_ledgers.make(len(truths) + 1, UNITS, PEOPLE, TARGET)
    truths += field_ledgers.make(len(truths) + 1, UNITS, PEOPLE, TARGET)
    truths += county_ledgers.make(len(truths) + 1, UNITS, PEOPLE, TARGET)
    truths += company_ledgers.make(len(truths) + 1, UNITS, PEOPLE, TARGET)
    truths += city_ledgers.make(len(truths) + 1, UNITS, PEOPLE, TARGET)
    truths += group_ledgers.make(len(truths) + 1, UNITS, PEOPLE, TARGET)
    (TARGET / "truth.json").write_text(json.dumps(truths, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(len(truths), "ledgers,", sum(len(t["tasks"]) for t in truths), "tasks,", sum(len(k["cells"]) for t in truths for k in t["tasks"]), "cells")


main()
