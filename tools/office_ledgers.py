"""Ten ledgers in the habits of ten offices, with their truth: a second set that was held out, written before the importer was looked at again.

Each is one function that writes a book the way that office keeps it. `make_ledgers.py` writes them beside the others as 35.xlsx to 44.xlsx.
In the truth, a skipped row without a reason may be called anything; one that is `optional` need not be skipped. A cell with `beside` may be asked
about in one of those cells as well.
"""
import datetime
import random

from openpyxl import Workbook
from openpyxl.utils import get_column_letter as letter

YEAR = 2021
SUBJECTS = ["党费收缴", "谈心谈话", "干部考勤", "废旧物资处置", "工程签证", "劳务外包", "招标评审", "食堂采购", "公车加油", "仓储消防", "档案移交", "应收账款", "督办事项", "巡线记录"]
FAULTS = ["台账缺失", "落实不到位", "把关不严", "超期未办", "手续不全", "底数不清", "跟踪不力"]
VERBS = ["梳理", "完善", "开展", "制定", "复核", "清退", "约谈", "上报"]
OBJECTS = ["专项自查", "问题清单", "管理细则", "责任分工", "补办手续", "季度复盘", "交叉检查"]
CHINESE = "一二三四五六七八九十"


class Office:
    """One office: its book, its truth, its dice, and the people and units it knows."""

    def __init__(self, n, units, people):
        self.book, self.dice = Workbook(), random.Random(77_000 + n)
        self.book.remove(self.book.active)
        self.truth = {"n": n, "held": True, "file": f"{n:02}.xlsx", "tasks": [], "skipped": []}
        self.units, self.people = units, people
        names = [p["name"] for p in people]
        self.once = [p for p in people if names.count(p["name"]) == 1]
        self.leaders = [p for p in self.once if p["role"] == "leader"]
        self.used = set()

    def sheet(self, name):
        return self.book.create_sheet(name)

    def words(self, *parts):
        while True:
            made = "".join(self.dice.choice(p) for p in parts)
            if made not in self.used:
                self.used.add(made)
                return made

    def problem(self):
        return self.words(SUBJECTS, FAULTS)

    def measures(self, low=1, high=3):
        return [self.words(VERBS, SUBJECTS, OBJECTS) for _ in range(self.dice.randint(low, high))]

    def unit(self):
        return self.dice.choice(self.units)

    def staff_of(self, unit):
        return [p for p in self.once if p["unit_id"] == unit["unit_id"] and p["role"] == "unit"]

    def manned(self):
        """A unit that has two people of its own, each the only one of the name."""
        return self.dice.choice([u for u in self.units if len(self.staff_of(u)) == 2])

    def called(self, unit):
        """What people call it."""
        return self.dice.choice([unit["name"]] + [a for a in unit["aliases"].split("、") if a])

    def leader(self):
        return self.dice.choice(self.leaders)

    def skip(self, sheet, row, reason=None, optional=False):
        told = {"sheet": sheet.title, "row": row, "reason": reason}
        self.truth["skipped"].append(told | {"optional": True} if optional else told)

    def task(self, sheet, row, rows=None):
        task = {"sheet": sheet.title, "row": row, "rows": rows if rows is not None else [row], "cells": []}
        self.truth["tasks"].append(task)
        return task

    def save(self, target):
        self.book.properties.created = self.book.properties.modified = datetime.datetime(YEAR, 3, 1)
        self.book.save(target / self.truth["file"])
        return self.truth


def write(sheet, row, values):
    for i, value in enumerate(values):
        if value not in (None, ""):
            sheet.cell(row, i + 1, value)


def across(sheet, row, width):
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)


def down(sheet, column, first, last):
    if last > first:
        sheet.merge_cells(start_row=first, start_column=column, end_row=last, end_column=column)


def tell(task, kind, cell, **what):
    task["cells"].append({"kind": kind, "cell": cell, **what})


def dated(on):
    return {"disposition": "dated", "on": str(on)}


def day(month, day_of_month):
    return datetime.date(YEAR, month, day_of_month)


def numbered(measures, style="{}."):
    return "\n".join(style.format(i + 1) + m for i, m in enumerate(measures)) if len(measures) > 1 else measures[0]


def weekly_columns(o):
    """Unit and person share a cell; a column for every week; 是 and 否 say whether it is done."""
    s = o.sheet("Sheet1")
    for row, text in enumerate(["附件2", "集团公司巡察反馈问题整改任务清单", "（截至2021年3月12日）"], 1):
        write(s, row, [text])
        if row > 1:
            across(s, row, 10)
        o.skip(s, row, "title")
    write(s, 4, ["序\n号", "问 题 清 单", "整改措施", "责任领导", "责任单位及责任人", "完成时限", "第一周进展", "第二周进展", "是否完成", "未完成原因"])
    for i in range(7):
        row, unit, measures = 5 + i, o.manned(), o.measures()
        people, leader, done = [p["name"] for p in o.staff_of(unit)], o.leader(), o.dice.random() < 0.5
        shown = [p for p in people[: o.dice.randint(1, 2)]]
        both = o.dice.choice(["{u}\n{p}", "{u}（{p}）", "{u} {p}", "{u}：{p}"]).format(u=o.called(unit), p="、".join(shown))
        on, title = day(o.dice.randint(4, 9), o.dice.choice([10, 20, 28])), o.problem()
        write(s, row, [i + 1, title, numbered(measures, "{}、"), leader["name"], both, f"{on.month}月{on.day}日", "已召开专题会研究", "正在收集资料" if i % 2 else "", "是" if done else "否", "" if done else "资料较多"])
        task = o.task(s, row)
        tell(task, "title", f"B{row}", text=title)
        tell(task, "measures", f"C{row}", texts=measures)
        tell(task, "leaders", f"D{row}", names=[leader["name"]])
        tell(task, "units", f"E{row}", names=[unit["name"]], supporting=[])
        tell(task, "persons", f"E{row}", names=shown)
        tell(task, "due", f"F{row}", means=dated(on))
        tell(task, "status", f"I{row}", done=done)


def posts_with_names(o):
    """Everybody is written with his post; supporting units have a column; an objective is set."""
    s = o.sheet("整改台账")
    write(s, 1, ["巡察整改问题、任务、责任“三个清单”"])
    across(s, 1, 11)
    o.skip(s, 1, "title")
    write(s, 2, ["编号", "巡察反馈问题", "具体问题", "整改目标", "整改措施", "牵头领导", "主责单位", "配合单位", "责任人及职务", "整改时限", "进展情况"])
    row = 3
    for f in range(3):
        finding, first = o.words(SUBJECTS, ["方面", "环节"], FAULTS), row
        for i in range(o.dice.randint(2, 3)):
            title, measures, unit, leader = o.problem(), o.measures(1, 2), o.manned(), o.leader()
            post = leader["title"].split("、")[0].split("（")[0]
            person = o.dice.choice(o.staff_of(unit))
            others = o.dice.sample([u for u in o.units if u is not unit], o.dice.choice([0, 1, 2]))
            on = day(o.dice.randint(4, 10), 30)
            status, done = o.dice.choice([("已完成整改", True), ("基本完成", False), ("推进中", False), ("已销号", True), ("未启动", False)])
            write(s, row, [
                f"{f + 1}.{i + 1}", finding if row == first else "", title, "建立长效机制", numbered(measures, "（{}）"),
                o.dice.choice(["{p}{n}", "{p} {n}", "{n}（{p}）"]).format(p=post, n=leader["name"]), o.called(unit), "、".join(o.called(u) for u in others),
                o.dice.choice(["{n}（{t}）", "{t}{n}", "{n} {t}"]).format(n=person["name"], t=person["title"].split("、")[0].replace("（矿）", "")), f"{YEAR}年{on.month}月{on.day}日前", status,
            ])
            task = o.task(s, row)
            tell(task, "title", f"C{row}", text=title)
            tell(task, "finding", f"B{first}", text=finding)
            tell(task, "measures", f"E{row}", texts=measures)
            tell(task, "leaders", f"F{row}", names=[leader["name"]])
            tell(task, "units", f"G{row}", names=[unit["name"]], supporting=[u["name"] for u in others], beside=[f"H{row}"])
            tell(task, "persons", f"I{row}", names=[person["name"]])
            tell(task, "due", f"J{row}", means=dated(on))
            tell(task, "status", f"K{row}", done=done)
            row += 1
        down(s, 2, first, row - 1)


def findings_as_rows(o):
    """As in a plan of action: the aspect is a line, the finding is a line under it, the problems are numbered under that."""
    s = o.sheet("整改方案任务分解")
    write(s, 1, ["整改任务分解表"])
    across(s, 1, 7)
    o.skip(s, 1, "title")
    write(s, 2, ["序号", "整改问题", "整改措施", "责任领导", "责任部门", "完成时间", "备注"])
    row, n = 3, 0
    for a, aspect in enumerate(["党的领导方面", "选人用人方面"]):
        write(s, row, [f"{CHINESE[a]}、{aspect}"])
        across(s, row, 7)
        o.skip(s, row, "section")
        row += 1
        for f in range(2):
            finding, finding_row = o.words(SUBJECTS, ["制度", "责任"], FAULTS), row
            write(s, row, [f"（{CHINESE[f]}）{finding}。"])
            across(s, row, 7)
            o.skip(s, row, optional=True)
            row += 1
            for _ in range(o.dice.randint(2, 3)):
                n += 1
                title, measures, unit, leader = o.problem(), o.measures(), o.unit(), o.leader()
                text, means = o.dice.choice([("立行立改", {"disposition": "immediate", "on": None}), ("6月底", dated(day(6, 30))), ("长期坚持", {"disposition": "sustained", "on": None}), ("9月30日", dated(day(9, 30)))])
                write(s, row, [n, title, "".join(f"{i + 1}.{m}。" for i, m in enumerate(measures)), leader["name"], o.called(unit), text])
                task = o.task(s, row)
                tell(task, "title", f"B{row}", text=title)
                tell(task, "finding", f"A{finding_row}", text=finding + "。")
                tell(task, "measures", f"C{row}", texts=measures)
                tell(task, "leaders", f"D{row}", names=[leader["name"]])
                tell(task, "units", f"E{row}", names=[unit["name"]], supporting=[])
                tell(task, "due", f"F{row}", means=means)
                row += 1


def printed_pages(o):
    """Turned from a printed document into a sheet: every page has its number and the header again."""
    s = o.sheet("Table 1")
    head = ["序号", "发现的问题", "整改落实措施", "责任单位", "责任人", "整改期限", "完成情况"]
    row, n = 1, 0
    for page in range(3):
        write(s, row, ["党委巡察整改工作台账" + ("（续）" if page else "")])
        across(s, row, 7)
        o.skip(s, row, "title" if page == 0 else None)
        row += 1
        write(s, row, head)
        if page:
            o.skip(s, row, optional=True)
        row += 1
        for _ in range(3):
            n += 1
            title, measures, unit = o.problem(), o.measures(1, 2), o.manned()
            person, on, done = o.dice.choice(o.staff_of(unit)), day(o.dice.randint(4, 9), 15), o.dice.random() < 0.5
            write(s, row, [n, title, numbered(measures, "({})"), o.called(unit), person["name"], f"{YEAR}.{on.month:02}.{on.day}", "整改完成" if done else "正在整改"])
            task = o.task(s, row)
            tell(task, "title", f"B{row}", text=title)
            tell(task, "measures", f"C{row}", texts=measures)
            tell(task, "units", f"D{row}", names=[unit["name"]], supporting=[])
            tell(task, "persons", f"E{row}", names=[person["name"]])
            tell(task, "due", f"F{row}", means=dated(on))
            tell(task, "status", f"G{row}", done=done)
            row += 1
        write(s, row, ["", "", "", f"第 {page + 1} 页 共 3 页"])
        o.skip(s, row)
        row += 1


def one_sheet_a_unit(o):
    """What the units sent in, gathered into one book: the unit stands above the table only."""
    s = o.sheet("封面")
    write(s, 3, ["", "", "整改台账汇编"])
    write(s, 5, ["", "", "2021年3月"])
    o.skip(s, 3)
    o.skip(s, 5)
    for alias in ["财务部", "审计部", "安环部"]:
        unit = next(u for u in o.units if alias in [u["name"], *u["aliases"].split("、")])
        s, people = o.sheet(alias), o.staff_of(unit)
        write(s, 1, [f"{alias}整改台账"])
        across(s, 1, 7)
        write(s, 2, [f"填报单位：{alias}", "", "", f"负责人：{people[0]['name']}"])
        o.skip(s, 1, "title")
        o.skip(s, 2, "title")
        write(s, 3, ["编号", "问题", "措施", "责任人", "完成时间", "完成情况", "备注"])
        row = 4
        for i in range(3):
            title, measures, person, on = o.problem(), o.measures(), o.dice.choice(people), day(o.dice.randint(4, 9), 30)
            status, done = o.dice.choice([("完成", True), ("未完成", False), ("进行中", False)])
            write(s, row, [f"{alias[0]}-{i + 1:02}", title, numbered(measures, "{}．"), person["name"], on, status])
            task = o.task(s, row)
            tell(task, "title", f"B{row}", text=title)
            tell(task, "measures", f"C{row}", texts=measures)
            tell(task, "units", "A2", names=[unit["name"]], supporting=[], beside=[f"A{row}", f"B{row}"])
            tell(task, "persons", f"D{row}", names=[person["name"]])
            tell(task, "due", f"E{row}", means=dated(on))
            tell(task, "status", f"F{row}", done=done)
            row += 1
        write(s, row, ["填报人：", "", "", "审核人："])
        o.skip(s, row, "signature")


def spans_of_time(o):
    """From and to in one cell, quarters, Chinese numerals, and what nobody can date."""
    s = o.sheet("台账")
    write(s, 1, ["整改进度安排表"])
    across(s, 1, 7)
    o.skip(s, 1, "title")
    write(s, 2, ["项目", "存在的突出问题", "整改工作措施", "责任领导", "落实单位", "起止时间", "落实情况"])
    limits = [
        ("2021年3月-6月", dated(day(6, 30))), ("2021年3月1日至2021年8月31日", dated(day(8, 31))), ("3.1-5.20", dated(day(5, 20))), ("第三季度", dated(day(9, 30))),
        ("二〇二一年六月底前", dated(day(6, 30))), ("六月底", dated(day(6, 30))), ("1个月内", None), ("巡察反馈后三个月内", None), ("即知即改", {"disposition": "immediate", "on": None}),
        ("常抓不懈", {"disposition": "sustained", "on": None}), ("9月末", dated(day(9, 30))), ("2021年12月31日之前", dated(day(12, 31))), ("长期", {"disposition": "sustained", "on": None}),
        ("边查边改", {"disposition": "immediate", "on": None}), ("5月20日—7月15日", dated(day(7, 15))),
    ]
    for i, (text, means) in enumerate(limits):
        row, title, measures, unit, leader = 3 + i, o.problem(), o.measures(1, 2), o.unit(), o.leader()
        status, done = o.dice.choice([("已办结", True), ("落实中", False), ("已落实到位", True), ("", False)])
        write(s, row, [i + 1, title, numbered(measures, "{}) "), leader["name"], o.called(unit), text, status])
        task = o.task(s, row)
        tell(task, "title", f"B{row}", text=title)
        tell(task, "measures", f"C{row}", texts=measures)
        tell(task, "leaders", f"D{row}", names=[leader["name"]])
        tell(task, "units", f"E{row}", names=[unit["name"]], supporting=[])
        tell(task, "due", f"F{row}", means=means)
        if status:
            tell(task, "status", f"G{row}", done=done)


def filtered_with_percent(o):
    """Somebody filtered the list and saved it: rows are hidden; progress is a per cent, a light stands beside it, a code column is hidden."""
    s = o.sheet("2021年台账")
    write(s, 1, ["内部编码", "序号", "问题类别", "问题描述", "整改举措", "责任部门", "经办人", "计划完成时间", "完成进度", "亮灯情况"])
    s.column_dimensions["A"].hidden = True
    s.auto_filter.ref = "A1:J9"
    for i in range(8):
        row, title, measures, unit = 2 + i, o.problem(), o.measures(), o.manned()
        person, on = o.dice.choice(o.staff_of(unit)), day(o.dice.randint(4, 9), 25)
        percent = o.dice.choice(["100%", "60%", 1, 0.3])
        done = percent in ("100%", 1)
        write(s, row, [f"ZG{i + 1:04}", i + 1, "制度类" if i < 4 else "作风类", title, "；".join(measures) + "。", o.called(unit), person["name"], on, percent, "绿灯" if done else "黄灯"])
        if not isinstance(percent, str):
            s.cell(row, 9).number_format = "0%"
        if done:
            s.row_dimensions[row].hidden = True
        task = o.task(s, row)
        tell(task, "title", f"D{row}", text=title)
        tell(task, "measures", f"E{row}", texts=measures)
        tell(task, "units", f"F{row}", names=[unit["name"]], supporting=[])
        tell(task, "persons", f"G{row}", names=[person["name"]])
        tell(task, "due", f"H{row}", means=dated(on))
        tell(task, "status", f"I{row}", done=done)


def one_sheet_a_matter(o):
    """A slip for each problem, on a sheet of its own, with boxes to sign."""
    for i in range(4):
        s, title, measures, unit, leader = o.sheet(f"{i + 1}号"), o.problem(), o.measures(2, 3), o.manned(), o.leader()
        person, on, done = o.dice.choice(o.staff_of(unit)), day(o.dice.randint(4, 9), 20), o.dice.random() < 0.5
        rows = [
            ["整改任务交办单"], [f"编号：整改〔2021〕{i + 1}号"], ["问题内容", title], ["整改要求", "举一反三，限期办结"], ["整改措施", numbered(measures, "（{}）")],
            ["责任领导", leader["name"], "责任单位", o.called(unit)], ["责任人", person["name"], "办结时限", f"{YEAR}年{on.month}月{on.day}日"], ["办理情况", "已办结" if done else "办理中"],
            ["签发人：", "", "签收人："],
        ]
        for row, values in enumerate(rows, 1):
            write(s, row, values)
        for row in (1, 2):
            across(s, row, 4)
            o.skip(s, row)
        for row in (3, 4, 5, 8):
            s.merge_cells(start_row=row, start_column=2, end_row=row, end_column=4)
        o.skip(s, 9, "signature")
        task = o.task(s, 3, [])
        tell(task, "title", "B3", text=title)
        tell(task, "measures", "B5", texts=measures)
        tell(task, "leaders", "B6", names=[leader["name"]])
        tell(task, "units", "D6", names=[unit["name"]], supporting=[])
        tell(task, "persons", "B7", names=[person["name"]])
        tell(task, "due", "D7", means=dated(on))
        tell(task, "status", "B8", done=done)


def measures_across(o):
    """Three columns of measures under one heading; two people who lead, in two columns."""
    s = o.sheet("问题整改清单")
    write(s, 1, ["单位：××公司党委", "", "", "", "", "", "", "", "", "2021年3月"])
    o.skip(s, 1, "title")
    write(s, 2, ["序号", "主要问题", "整改措施", "", "", "责任分工", "", "", "整改完成时限", "整改结果"])
    write(s, 3, ["", "", "措施一", "措施二", "措施三", "责任领导", "牵头单位", "责任人"])
    s.merge_cells("C2:E2")
    s.merge_cells("F2:H2")
    for column in (1, 2, 9, 10):
        down(s, column, 2, 3)
    for i in range(6):
        row, title, measures, unit, leader = 4 + i, o.problem(), o.measures(), o.manned(), o.leader()
        person, on = o.dice.choice(o.staff_of(unit)), day(o.dice.randint(4, 9), 10)
        status, done = o.dice.choice([("已整改", True), ("正在整改", False), ("√", True), ("×", False)])
        write(s, row, [i + 1, title, *(measures + ["", "", ""])[:3], leader["name"], o.called(unit), person["name"], f"{on.month}月{on.day}日前", status])
        task = o.task(s, row)
        tell(task, "title", f"B{row}", text=title)
        tell(task, "measures", f"C{row}", texts=measures, beside=[f"D{row}", f"E{row}"])
        tell(task, "leaders", f"F{row}", names=[leader["name"]])
        tell(task, "units", f"G{row}", names=[unit["name"]], supporting=[])
        tell(task, "persons", f"H{row}", names=[person["name"]])
        tell(task, "due", f"I{row}", means=dated(on))
        tell(task, "status", f"J{row}", done=done)
    write(s, 10, ["说明：1.整改结果栏填写已整改、正在整改。2.每周五报送。"])
    across(s, 10, 10)
    o.skip(s, 10, "note")


def measures_with_their_own(o):
    """Each measure has a row with its own person and its own date; the problem, its unit and its state are merged beside them."""
    s = o.sheet("台账")
    write(s, 1, ["专项整治问题整改台账"])
    across(s, 1, 8)
    o.skip(s, 1, "title")
    write(s, 2, ["序号", "存在问题", "责任单位", "整改措施", "措施责任人", "措施完成时限", "完成情况", "备注"])
    row = 3
    for i in range(5):
        title, measures, unit, first = o.problem(), o.measures(2, 3), o.manned(), row
        status, done = o.dice.choice([("已完成", True), ("整改中", False), ("部分完成", False)])
        task = o.task(s, first, list(range(first, first + len(measures))))
        people = []
        month = o.dice.randint(4, 6)
        for k, measure in enumerate(measures):
            person, on = o.dice.choice(o.staff_of(unit)), day(month + k, 20)
            people += [person["name"]] if person["name"] not in people else []
            write(s, row, [i + 1 if k == 0 else "", title if k == 0 else "", o.called(unit) if k == 0 else "", f"{k + 1}.{measure}", person["name"], f"{on.month}月{on.day}日", status if k == 0 else ""])
            tell(task, "measure_due", f"F{row}", nth=k, on=str(on))
            row += 1
        for column in (1, 2, 3, 7, 8):
            down(s, column, first, row - 1)
        tell(task, "title", f"B{first}", text=title)
        tell(task, "units", f"C{first}", names=[unit["name"]], supporting=[])
        tell(task, "measures", f"D{first}", texts=measures)
        tell(task, "persons", f"E{first}", names=people, beside=[f"E{r}" for r in range(first + 1, row)])
        tell(task, "status", f"G{first}", done=done)
    write(s, row, ["小计", "", "", f"{row - 3}条"])
    o.skip(s, row, "total")


HABITS = [
    weekly_columns, posts_with_names, findings_as_rows, printed_pages, one_sheet_a_unit, spans_of_time, filtered_with_percent, one_sheet_a_matter,
    measures_across, measures_with_their_own,
]


def make(first, units, people, target):
    """Writes all of them; the truth of each."""
    truths = []
    for n, habit in enumerate(HABITS, first):
        office = Office(n, units, people)
        habit(office)
        truths.append(office.save(target))
    return truths
