#!/usr/bin/env python3
"""Reads a document back with a library that knows nothing of ours and says where it deviates from GB/T 9704-2012.

    read_back.py FILE KIND

KIND is the document's kind in small letters (plan, report, ...). Prints one line per deviation and the number of checks; ends with 1 where there is one.
Needs python-docx.
"""

import re
import sys

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

OFFICIAL = {"plan", "report", "progress", "notice", "minutes"}
PLAIN = {"slip", "closure", "brief", "weekly", "duties", "archive"}
TITLE, BODY, FIRST, SECOND, NUMBER = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"

# Style: font, size in points, alignment, indent, level in the outline. None: not asked for.
INDENTED = {"firstLineChars": "200", "firstLine": "640"}
FLUSH = {"firstLineChars": "0", "firstLine": "0"}
STYLES = {
    "公文标题": (TITLE, 22, "center", FLUSH, None),
    "公文正文": (BODY, 16, "both", INDENTED, None),
    "主送机关": (BODY, 16, "left", FLUSH, None),
    "一级标题": (FIRST, 16, "both", INDENTED, 0),
    "二级标题": (SECOND, 16, "both", INDENTED, 1),
    "三级标题": (BODY, 16, "both", INDENTED, 2),
    "附件说明": (BODY, 16, "both", {"leftChars": "500", "hangingChars": "300"}, None),
    "发文机关署名": (BODY, 16, "right", {"rightChars": "200"}, None),
    "成文日期": (BODY, 16, "right", {"rightChars": "400"}, None),
    "附件标签": (FIRST, 16, "left", FLUSH, None),
    "发文机关标志": (TITLE, None, "center", FLUSH, None),
}
# Styles whose lines have the body's pitch.
PITCHED = {"公文正文", "主送机关", "一级标题", "二级标题", "三级标题", "附件说明", "发文机关署名", "成文日期", "附件标签"}
MUST = {
    "plan": {"公文标题", "公文正文", "一级标题", "附件说明", "发文机关署名", "成文日期", "附件标签", "发文机关标志"},
    "report": {"公文标题", "公文正文", "主送机关", "一级标题", "二级标题", "三级标题", "发文机关署名", "成文日期", "发文机关标志"},
    "progress": {"公文标题", "公文正文", "一级标题", "发文机关署名", "成文日期", "发文机关标志"},
    "notice": {"公文标题", "公文正文", "一级标题", "二级标题", "发文机关署名", "成文日期"},
    "minutes": {"公文标题", "公文正文", "一级标题", "发文机关标志"},
}

deviations, checks = [], 0


def check(holds, said):
    global checks
    checks += 1
    if not holds:
        deviations.append(said)


def equal(found, wanted, what):
    check(found == wanted, f"{what}：应为 {wanted}，实为 {found}")


def near(found, wanted, what, within=0.1):
    check(found is not None and abs(found - wanted) <= within, f"{what}：应为 {wanted} 毫米，实为 {found and round(found, 2)} 毫米")


def chain(style):
    while style is not None:
        yield style.element
        style = style.base_style


def format_of(paragraph, name):
    """The properties of a paragraph under a name, its own first, then those of its styles."""
    for owner in [paragraph._p, *chain(paragraph.style)]:
        properties = owner.find(qn("w:pPr"))
        found = properties.find(qn(name)) if properties is not None else None
        if found is not None:
            return found
    return None


def run_format(paragraph, run, name):
    for owner in [run._r, *chain(paragraph.style)]:
        properties = owner.find(qn("w:rPr"))
        found = properties.find(qn(name)) if properties is not None else None
        if found is not None and (name != "w:rFonts" or found.get(qn("w:eastAsia"))):
            return found
    return None


def value(element, attribute="w:val"):
    return None if element is None else element.get(qn(attribute))


def font(paragraph, run):
    return value(run_format(paragraph, run, "w:rFonts"), "w:eastAsia")


def size(paragraph, run):
    found = value(run_format(paragraph, run, "w:sz"))
    return None if found is None else int(found) / 2


def pitch(paragraph):
    spacing = format_of(paragraph, "w:spacing")
    if spacing is None or value(spacing, "w:lineRule") != "exact":
        return None
    return int(value(spacing, "w:line")) / 20


def words(paragraph):
    return [run for run in paragraph.runs if run.text.strip()]


def paper(document, kind):
    for number, section in enumerate(document.sections, 1):
        width, height = section.page_width.mm, section.page_height.mm
        what = f"第 {number} 节"
        if width > height:
            check(section.orientation == 1, f"{what}：横排而未标明横向")
            near(width, 297, f"{what}纸宽"), near(height, 210, f"{what}纸高")
            continue
        near(width, 210, f"{what}纸宽"), near(height, 297, f"{what}纸高")
        if kind in OFFICIAL:
            near(section.top_margin.mm, 37, f"{what}上边距"), near(section.bottom_margin.mm, 35, f"{what}下边距")
            near(section.left_margin.mm, 28, f"{what}左边距"), near(section.right_margin.mm, 26, f"{what}右边距")
            area = (section.page_height - section.top_margin - section.bottom_margin) / Mm(1)
            check(area / 25.4 * 72 >= 22 * 29, f"{what}：版心容不下 22 行 29 磅")
            grid = section._sectPr.find(qn("w:docGrid"))
            equal(value(grid, "w:type"), "linesAndChars", f"{what}网格")
            equal(value(grid, "w:linePitch"), "580", f"{what}网格行距")


def text(document, kind):
    seen = set()
    for number, paragraph in enumerate(document.paragraphs, 1):
        name, runs = paragraph.style.name, words(paragraph)
        what = f"第 {number} 段（{name}）"
        for run in runs:
            check(font(paragraph, run) in {TITLE, BODY, FIRST, SECOND, NUMBER}, f"{what}：字体 {font(paragraph, run)}")
        if name not in STYLES or not runs:
            continue
        seen.add(name)
        wanted_font, wanted_size, alignment, indent, level = STYLES[name]
        # A label in 黑体 may begin a line of the body.
        said = runs if name != "公文正文" or font(paragraph, runs[0]) != FIRST else runs[1:]
        for run in said:
            equal(font(paragraph, run), wanted_font, f"{what}字体")
            if wanted_size:
                equal(size(paragraph, run), wanted_size, f"{what}字号")
            check(value(run_format(paragraph, run, "w:b")) in (None, "0"), f"{what}：不应加粗")
        equal(value(format_of(paragraph, "w:jc")), alignment, f"{what}对齐")
        found = format_of(paragraph, "w:ind")
        for side, wanted in indent.items():
            equal(value(found, f"w:{side}"), wanted, f"{what}缩进 {side}")
        outline = value(format_of(paragraph, "w:outlineLvl"))
        if level is not None:
            equal(outline, str(level), f"{what}大纲级别")
        if name in PITCHED:
            check(pitch(paragraph) is not None and 28 <= pitch(paragraph) <= 30, f"{what}：行距应为固定值 28 至 30 磅，实为 {pitch(paragraph)}")
        if name == "公文正文" and len("".join(run.text for run in runs)) > 28:
            close = value(run_format(paragraph, runs[-1], "w:spacing"))
            width = 16 + int(close or 0) / 20
            check(28 * width <= 442.2 < 29 * width, f"{what}：每行不是 28 字（字宽 {width} 磅）")
        if name == "发文机关标志":
            equal(value(run_format(paragraph, runs[0], "w:color")), "FF0000", f"{what}颜色")
        if name == "主送机关":
            check(paragraph.text.endswith("："), f"{what}：应以全角冒号结束")
        if name == "成文日期":
            check(re.fullmatch(r"\d{4}年[1-9]\d?月[1-9]\d?日", paragraph.text), f"{what}：日期写法 {paragraph.text}")
    for name in sorted(MUST.get(kind, set()) - seen):
        check(False, f"缺“{name}”")


def tables(document, kind):
    for number, table in enumerate(document.tables, 1):
        what = f"第 {number} 个表格"
        is_foot = any(p.style.name == "版记" for row in table.rows for cell in row.cells for p in cell.paragraphs)
        heads = [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table.rows]
        is_list = not is_foot and kind not in {"slip", "closure"}
        if is_list:
            check(bool(heads) and heads[0] and not any(heads[1:]), f"{what}：首行应为重复的标题行，且只有它")
        for row in table.rows:
            check(row._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None, f"{what}：行可跨页断开")
            for element in row._tr.findall(qn("w:tc")):
                for p in element.findall(qn("w:p")):
                    paragraph = next(q for c in row.cells for q in c.paragraphs if q._p is p) if value(element.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")) != "continue" else None
                    for run in words(paragraph) if paragraph is not None else []:
                        low, high = (14, 14) if is_foot else (10.5, 12)
                        check(low <= size(paragraph, run) <= high, f"{what}：字号 {size(paragraph, run)}")
                        check(font(paragraph, run) in {BODY, FIRST}, f"{what}：字体 {font(paragraph, run)}")


def parts(document):
    """The paragraphs and tables of each section in turn; a paragraph that bears a section's format ends it."""
    inside = []
    for element in document.element.body.iterchildren():
        if element.tag == qn("w:p"):
            inside.append(Paragraph(element, document._body))
            if element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
                yield inside
                inside = []
        elif element.tag == qn("w:tbl"):
            inside.append(element)
    yield inside


def annexes(document):
    """Every annex begins a page that lies, with its label first."""
    labels = [p.text for p in document.paragraphs if p.style.name == "附件标签"]
    equal(labels, [f"附件{n}" for n in range(1, len(labels) + 1)], "附件标签")
    lying = [s for s in document.sections if s.page_width > s.page_height]
    equal(len(lying), len(labels), "横排的节数（每个附件一节）")
    for section, inside in zip(document.sections, parts(document)):
        if section.page_width <= section.page_height:
            continue
        check(section.start_type == 2, "附件应另起一页")
        first = next((p for p in inside if isinstance(p, Paragraph) and p.text.strip()), None)
        check(first is not None and first.style.name == "附件标签", "附件标签应在附件首行顶格")


def feet(document):
    check(document.settings.odd_and_even_pages_header_footer, "页脚未区分单双页")
    for section in document.sections:
        for foot, alignment, side in ((section.footer, "right", "rightChars"), (section.even_page_footer, "left", "leftChars")):
            paragraph = next((p for p in foot.paragraphs if "PAGE" in "".join(t.text or "" for t in p._p.iter(qn("w:instrText")))), None)
            check(paragraph is not None, "页脚没有页码")
            if paragraph is None:
                continue
            check(re.fullmatch(r"— *\d* *—", paragraph.text.strip()), f"页码写法 {paragraph.text}")
            equal(value(format_of(paragraph, "w:jc")), alignment, "页码对齐")
            equal(value(format_of(paragraph, "w:ind"), f"w:{side}"), "100", "页码空一字")
            for run in words(paragraph):
                equal(font(paragraph, run), NUMBER, "页码字体"), equal(size(paragraph, run), 14, "页码字号")


def main():
    if len(sys.argv) != 3 or sys.argv[2] not in OFFICIAL | PLAIN:
        sys.exit(__doc__)
    path, kind = sys.argv[1:]
    document = Document(path)
    paper(document, kind)
    text(document, kind)
    tables(document, kind)
    if kind == "plan":
        annexes(document)
    if kind not in {"slip", "closure"}:
        feet(document)
    left = [p.text for p in document.element.body.iter(qn("w:t")) if p.text and ("{{" in p.text or "}}" in p.text)]
    check(not left, f"留有未填的标记：{left[:3]}")
    for deviation in dict.fromkeys(deviations):
        print(deviation)
    print(f"{path}：核对 {checks} 项，{len(deviations)} 处不符")
    sys.exit(1 if deviations else 0)


if __name__ == "__main__":
    main()
