"""Twelve ledgers as offices in the field send them in, with their truth: a fourth set that was held out, written without a look at the importer.

A waterworks, a hospital, a port, a bank branch, a bus company, an asset supervisor, a newspaper, a chemical park, a granary, a builder, a power
station and a heating company: each is one function, its rows written out by hand. `make_ledgers.py` writes them as 57.xlsx to 68.xlsx. The truth is
told as in `office_ledgers.py`, and only of cells whose meaning a careful clerk would be sure of.
"""
import datetime

from office_ledgers import across, down, tell, write
from openpyxl.comments import Comment
from sector_ledgers import Sector, due, leaders, persons, problem, state, steps, units


class Field(Sector):
    """A book whose rows may name units that nobody knows, and whose heads are put cell by cell."""

    def put(self, sheet, row, *cells, rows=None):
        known = [(column, shown, *(m for m in meanings if m != NOBODY)) for column, shown, *meanings in cells]
        task = super().put(sheet, row, *known, rows=rows)
        for column, _, *meanings in cells:
            if NOBODY in meanings:
                tell(task, "units", f"{column}{row}", names=None, supporting=None)
        return task

    def add(self, task, sheet, cells):
        """More cells of a task, wherever on the sheet they stand."""
        for cell, (shown, (kind, meant)) in cells.items():
            sheet[cell] = shown
            if kind == "units":
                tell(task, kind, cell, names=[self.full(u) for u in meant[0]], supporting=[self.full(u) for u in meant[1]])
            else:
                tell(task, kind, cell, **{{"due": "means", "status": "done", "title": "text", "measures": "texts"}.get(kind, "names"): meant})

    def heads(self, sheet, cells, areas=""):
        for cell, text in cells.items():
            sheet[cell] = text
        for area in areas.split():
            sheet.merge_cells(area)

    def note(self, sheet, row, text, width, reason="note"):
        write(sheet, row, [text])
        across(sheet, row, width)
        self.skip(sheet, row, reason)

    def hide(self, name, *values):
        sheet = self.sheet(name)
        for row, value in enumerate(values, 1):
            sheet.cell(row, 1, value)
        sheet.sheet_state = "hidden"
        self.truth["skipped"].append({"sheet": name, "row": None, "reason": "hidden_sheet"})


NOBODY = ("units", None)


def unknown(shown):
    """Units that are not on the list, or not named."""
    return shown, NOBODY


def undated(shown):
    """A time limit that gives no day."""
    return shown, ("due", None)


def day(month, number, year=2021):
    return datetime.date(year, month, number)


def staffed_steps(o):
    """Waterworks: each measure has a row, a person and a day of its own; nothing is merged, what is above is left blank below."""
    s = o.sheet("整改台账")
    o.titles(s, 10, "附件1", "××县自来水有限公司党总支", "巡察反馈问题整改台账（“三单合一”）")
    s["A4"], s["I4"] = "填报部门（盖章）：党总支办公室", "2021年3月26日"
    o.skip(s, 4, optional=True)
    write(s, 5, ["序\n号", "反馈\n问题", "具体\n问题", "整改措施", "措施\n责任人", "完成\n时限", "责任\n领导", "责任\n部门", "整改\n进展", "备注"])
    rows = [
        ("管网漏损管控不力", "分区计量表计长期未校", [("对一级分区表计全部送检", "甲卯二", "4月20日前", "2021-04-20"), ("建立表计轮检计划", "丁戌六", "2021年5月底前", "2021-05-31")], leaders("副总经理戊辰稳", "戊辰稳"), units("生产部"), state("推进中", False)),
        ("", "夜间最小流量分析没有形成报告", [("每月10日前出具分析报告", "丁戌六", "4月30日前", "2021-04-30"), ("把漏损率纳入班组考核", "甲卯二", "2021年6月", "2021-06-30")], leaders("副总经理戊辰稳", "戊辰稳"), units("生产部"), state("推进中", False)),
        ("水质检测把关不严", "末梢水采样点位不足", [("增设采样点四处", "癸戌一", "2021.4.15", "2021-04-15"), ("公示检测结果", "丙巳五", "2021.4.30", "2021-04-30"), ("每季度比对一次出厂水与末梢水数据", "癸戌一", "2021.7.10", "2021-07-10")], leaders("副总经理戊辰稳", "戊辰稳"), units("安环部"), state("未完成", False)),
        ("营业收费管理松散", "水费减免审批缺少依据", [("清理减免户台账", "己寅一", "4月底", "2021-04-30"), ("修订减免审批办法", "壬酉五", "5月底", "2021-05-31")], leaders("总会计师己巳衡", "己巳衡"), units("财务部"), state("已完成", True)),
        ("", "抄表员未按期轮换片区", [("调整抄表片区", "乙午一", day(4, 25), "2021-04-25"), ("将轮换年限写入岗位说明书", "戊丑五", day(5, 20), "2021-05-20")], leaders("党委副书记丙寅正", "丙寅正"), units("人力部"), state("推进中", False)),
        ("工程建设监管缺位", "二次供水改造签证滞后", [("补齐签证", "辛子一", "4月9日", "2021-04-09"), ("实行签证五日办结制", "甲未五", "5月7日", "2021-05-07")], leaders("副总经理庚午远", "庚午远"), units("规划部"), state("已完成", True)),
    ]
    row, found = 6, 6
    for n, (finding, title, measures, leader, unit, told) in enumerate(rows, 1):
        first, last = row, row + len(measures) - 1
        found = first if finding else found
        task = o.put(s, first, ("A", n), ("B", finding or None), ("C", *problem(title)), ("G", *leader), ("H", *unit), ("I", *told), rows=list(range(first, last + 1)))
        tell(task, "finding", f"B{found}", text=s[f"B{found}"].value)
        tell(task, "measures", f"D{first}", texts=[m[0] for m in measures])
        tell(task, "persons", f"E{first}", names=list(dict.fromkeys(m[1] for m in measures)), beside=[f"E{r}" for r in range(first + 1, last + 1)])
        for nth, (text, who, on, means) in enumerate(measures):
            s[f"D{row}"], s[f"E{row}"], s[f"F{row}"] = text, who, on
            tell(task, "measure_due", f"F{row}", nth=nth, on=means)
            row += 1
    write(s, row, ["填表人：丁申五", "", "", "审核人：甲丑一"])
    o.skip(s, row, "signature")


def consulting_rooms(o):
    """Hospital: units are called offices, heads are two rows, the day and the place of the check come first."""
    s = o.sheet("医保专项")
    o.titles(s, 13, "医保基金使用专项检查整改推进表")
    s["A2"], s["K2"] = "填报：××医疗集团纪检监察室", "截止日期：2021年4月6日"
    o.skip(s, 2, optional=True)
    o.heads(s, {
        "A3": "序号", "B3": "检查情况", "B4": "检查时间", "C4": "检查地点", "D4": "检查依据", "E3": "检查发现的问题", "F3": "整改举措", "G3": "整改责任", "G4": "分管领导", "H4": "主责科室", "I4": "配合科室",
        "J4": "科室负责人", "K3": "计划完成时间", "L3": "整改结果", "M3": "佐证材料",
    }, "A3:A4 B3:D3 E3:E4 F3:F4 G3:J3 K3:K4 L3:L4 M3:M4")
    rows = [
        (day(3, 15), "住院部三楼", "协议第12条", "同一检查项目分解收费", steps("1、退回多收费用\n2、收费系统增加互斥提醒", "退回多收费用", "收费系统增加互斥提醒"), leaders("己巳衡"), units("财务部", by=["审计部"]), "审计部", persons("己寅一"), due(day(4, 10), "2021-04-10"), state("已整改", True), "退费凭证"),
        (day(3, 15), "门诊药房", "协议第20条", "处方药师双签字不全", steps("每日抽查处方20张"), leaders("戊辰稳"), units("生产技术部"), "", persons("丁戌六"), due(datetime.datetime(2021, 4, 20, 17, 30), "2021-04-20"), state("整改中", False), ""),
        (day(3, 16), "设备科", "采购办法", "高值耗材出入库账物不符", steps("1、逐件盘库\n2、差异查明原因\n3、推行扫码出库", "逐件盘库", "差异查明原因", "推行扫码出库"), leaders("辛未明"), units("采购部", by=["财务部", "纪委办"]), "财务部、纪委办", persons("乙申二、戊卯六", "乙申二", "戊卯六"), due("6月30日", "2021-06-30"), state("整改中", False), ""),
        (day(3, 16), "病案室", "病历规范", "出院病案归档超过七日", steps("对超期病案逐份催交"), leaders("乙丑平"), unknown("各临床科室"), "", persons("庚未一"), due("立行立改", None, "immediate"), state("已整改", True), "催交单"),
        (day(3, 17), "人事科", "聘用规定", "外聘医师资质未留存复印件", steps("1、补收资质\n2、建立外聘医师档案", "补收资质", "建立外聘医师档案"), leaders("丙寅正"), units("组织部（人力资源部）", by=["法务部"]), "法务部", persons("戊丑五"), due("4月底前", "2021-04-30"), state("未整改", False), ""),
        (day(3, 17), "信息中心", "等保要求", "医保接口日志留存不足半年", steps("扩充日志存储"), leaders("戊辰稳"), units("企管部"), "", persons("癸寅五"), due("2021年9月", "2021-09-30"), state("未整改", False), ""),
    ]
    for i, (on_check, place, basis, title, measures, leader, unit, by, who, on, told, proof) in enumerate(rows):
        o.put(s, 5 + i, ("A", i + 1), ("B", on_check), ("C", place), ("D", basis), ("E", *problem(title)), ("F", *measures), ("G", *leader), ("H", *unit), ("I", by or None), ("J", *who), ("K", *on), ("L", *told), ("M", proof or None))
    o.note(s, 11, "备注：整改结果填写“已整改”“整改中”“未整改”。", 13)
    write(s, 12, ["院领导签字：", "", "", "", "", "填报人："])
    o.skip(s, 12, "signature")


def cards_on_a_quay(o):
    """Port: a card for each problem, one under another; every measure has a line of its own beside one label."""
    s = o.sheet("整改单")
    cards = [
        ("2号泊位", "2021.3.22", "门机防风锚定缺一处", ["补装锚定装置", "台风季前全数复查"], units("机电设备公司"), persons("癸辰六"), leaders("副总经理戊辰稳", "戊辰稳"), due("2021.4.12", "2021-04-12"), state("是", True)),
        ("危货堆场", "2021.3.22", "危货箱间距不足", ["重新划线", "倒箱作业", "按班巡查并签字"], units("安环部、物贸公司", "安环部", "物贸公司"), persons("癸戌一、丁子七", "癸戌一", "丁子七"), leaders("副总经理戊辰稳", "戊辰稳"), due("2021.4.5", "2021-04-05"), state("否", False)),
        ("候工楼", "2021.3.23", "疏散通道堆放杂物", ["清理杂物"], units("工会"), persons("己申六"), leaders("工会主席壬申和", "壬申和"), due("立行立改", None, "immediate"), state("是", True)),
        ("拖轮", "2021.3.23", "船员适任证书到期未换", ["离岗换证", "建立证书到期提醒"], units("人力资源部"), persons("乙午一"), leaders("党委副书记丙寅正", "丙寅正"), due("2021.6.30", "2021-06-30"), state("否", False)),
        ("变电所", "2021.3.24", "绝缘手套未按周期试验", ["送检绝缘手套", "增加备品两副"], units("动力厂"), persons("壬丑七"), leaders("副总经理戊辰稳", "戊辰稳"), due("2021.5.15", "2021-05-15"), state("否", False)),
    ]
    row = 1
    for n, (place, on_check, title, measures, unit, who, leader, on, told) in enumerate(cards, 1):
        s[f"A{row}"] = f"港区安全检查问题整改单（第{n}号）"
        across(s, row, 6)
        o.skip(s, row, optional=True)
        first, last = row + 1, row + 4 + len(measures)
        o.heads(s, {f"A{first}": "检查部位", f"B{first}": place, f"E{first}": "检查日期", f"F{first}": on_check, f"A{first + 1}": "问题描述", f"A{first + 2}": "整改措施"}, f"B{first}:D{first} B{first + 1}:F{first + 1}")
        down(s, 1, first + 2, last - 2)
        for i, text in enumerate(measures):
            s[f"B{first + 2 + i}"] = f"{i + 1}．{text}" if len(measures) > 1 else text
            s.merge_cells(f"B{first + 2 + i}:F{first + 2 + i}")
        o.heads(s, {f"A{last - 1}": "责任单位", f"C{last - 1}": "责任人", f"E{last - 1}": "分管领导", f"A{last}": "整改期限", f"C{last}": "是否完成", f"E{last}": "复查人", f"F{last}": "丙巳五" if told[1][1] else None})
        task = o.put(s, first + 1, ("B", *problem(title)), rows=list(range(first, last + 1)))
        tell(task, "measures", f"B{first + 2}", texts=measures, beside=[f"B{r}" for r in range(first + 3, last - 1)])
        o.add(task, s, {f"B{last - 1}": unit, f"D{last - 1}": who, f"F{last - 1}": leader, f"B{last}": on, f"D{last}": told})
        s[f"A{last + 1}"] = "责任单位签收：                年   月   日"
        across(s, last + 1, 6)
        o.skip(s, last + 1, optional=True)
        row = last + 3


def roles_in_brackets(o):
    """Bank branch: who leads and who helps stands in brackets behind the unit; quarters; measures run on in a paragraph; a hidden list."""
    s = o.sheet("Sheet1")
    o.titles(s, 11, "2020年度内部审计发现问题整改跟踪表", "报送机构：××支行　　报送日期：2021-04-02　　联系电话：8800177")
    write(s, 3, ["编号", "问题来源", "主要问题", "原因分析", "整改方案（措施）", "责任部门（牵头/配合）", "整改责任人", "督导领导", "截止日期", "是否完成整改", "进展说明"])
    rows = [
        ("现场审计", "贷后检查报告雷同", "人手不足", steps("一是对雷同报告逐笔重做；二是将报告质量计入绩效；三是按季通报抽查结果。", "对雷同报告逐笔重做", "将报告质量计入绩效", "按季通报抽查结果"), units("企管部（牵头）、审计部（配合）", "企管部", by=["审计部"]), persons("庚未一"), leaders("辛未明"), due("2021年二季度末", "2021-06-30"), state("否", False), "已重做11笔"),
        ("现场审计", "重要空白凭证交接未登记", "责任心不强", steps("补登交接簿"), units("财务部"), persons("壬酉五"), leaders("己巳衡"), due("4月末", "2021-04-30"), state("是", True), "已补登"),
        ("非现场", "反洗钱可疑交易排除理由过简", "培训不够", steps("一是修订排除理由模板；二是组织专题培训。", "修订排除理由模板", "组织专题培训"), units("法务部（牵头）\n纪委办、审计部（配合）", "法务部", by=["纪委办", "审计部"]), persons("丁午二"), leaders("丁卯清"), due("2021年三季度末", "2021-09-30"), state("否", False), ""),
        ("现场审计", "员工行为排查走过场", "制度缺失", steps("一是制定排查清单；二是支行班子成员包片谈话。", "制定排查清单", "支行班子成员包片谈话"), units("人力部牵头，纪委办、工会配合", "人力部", by=["纪委办", "工会"]), persons("乙午一 戊丑五", "乙午一", "戊丑五"), leaders("丙寅正"), due("上半年", "2021-06-30"), state("否", False), "清单在征求意见"),
        ("整改回访", "抵押物重估超过一年", "外部评估慢", steps("对到期抵押物全部重估"), units("资本部（牵头）、财务部（配合）", "资本部", by=["财务部"]), persons("乙子五"), leaders("庚午远"), undated("视评估机构进度"), state("否", False), "未启动"),
        ("整改回访", "金库监控存在盲区", "设备老化", steps("加装探头两个"), units("安全环保部"), persons("癸戌一"), leaders("戊辰稳"), due("2021-04-16", "2021-04-16"), state("是", True), "已验收"),
    ]
    for i, (source, title, why, measures, unit, who, leader, on, told, how) in enumerate(rows):
        o.put(s, 4 + i, ("A", f"SJ{i + 1:02}"), ("B", source), ("C", *problem(title)), ("D", why), ("E", *measures), ("F", *unit), ("G", *who), ("H", *leader), ("I", *on), ("J", *told), ("K", how or None))
    o.hide("数据源", "是", "否", "现场审计", "非现场", "整改回访")


def depots(o):
    """Bus company: two sheets in two orders of columns; measures go down in rows beside merged cells; a tick says done; the last row was copied twice."""
    s = o.sheet("机关")
    o.titles(s, 9, "公交公司作风建设专项检查整改情况统计表（机关部门）")
    write(s, 2, ["类别", "序号", "问题表现", "整改做法", "责任部门", "责任人", "联系电话", "完成时间", "完成打√"])
    rows = [
        ("服务作风", "投诉电话无人接听", ["明确值守人员", "每周通报接听率"], units("工会"), persons("丙丑二"), "8811001", due(day(4, 2), "2021-04-02"), state("√", True)),
        ("服务作风", "失物招领登记不规范", ["统一登记格式"], units("党工部"), persons("丁申五"), "8811002", due(day(4, 15), "2021-04-15"), state("√", True)),
        ("履职尽责", "线网调整论证材料单薄", ["开展客流调查", "召开听证会", "形成论证报告"], units("规划发展部"), persons("辛子一"), "8811003", due(day(7, 31), "2021-07-31"), state("×", False)),
        ("履职尽责", "燃油消耗定额多年未修订", ["按车型重新测定定额"], units("生产部、财务部", "生产部", "财务部"), persons("甲卯二、己寅一", "甲卯二", "己寅一"), "8811004", due(day(5, 31), "2021-05-31"), state("×", False)),
    ]
    row, tops = 3, {}
    for i, (kind, title, measures, unit, who, phone, on, told) in enumerate(rows):
        last = row + len(measures) - 1
        task = o.put(s, row, ("A", kind if kind not in tops else None), ("B", i + 1), ("C", *problem(title)), ("E", *unit), ("F", *who), ("G", phone), ("H", *on), ("I", *told), rows=list(range(row, last + 1)))
        tell(task, "measures", f"D{row}", texts=measures)
        for j, text in enumerate(measures):
            s[f"D{row + j}"] = f"{'①②③'[j]}{text}" if len(measures) > 1 else text
        for column in (2, 3, 5, 6, 7, 8, 9):
            down(s, column, row, last)
        tops.setdefault(kind, []).extend([row, last])
        row = last + 1
    for bounds in tops.values():
        down(s, 1, bounds[0], bounds[-1])
    s = o.sheet("基层")
    o.titles(s, 7, "公交公司作风建设专项检查整改情况统计表（基层单位）")
    write(s, 2, ["序号", "单位", "整改责任人", "存在问题", "整改办法", "何时完成", "是否改完"])
    rows = [
        (units("机修厂"), persons("庚亥三"), "车辆二级维护漏项", steps("返修漏项车辆；维护单增加双签栏", "返修漏项车辆", "维护单增加双签栏"), due("4月18日", "2021-04-18"), state("改完", True)),
        (units("机电公司"), persons("庚酉二"), "充电桩接地电阻未测", steps("委托检测"), due("4月25号前", "2021-04-25"), state("未改完", False)),
        (units("建安公司"), persons("丙未六"), "站台维修未设围挡", steps("设置围挡"), due("马上改", None, "immediate"), state("改完", True)),
    ]
    for i, (unit, who, title, measures, on, told) in enumerate(rows):
        o.put(s, 3 + i, ("A", i + 1), ("B", *unit), ("C", *who), ("D", *problem(title)), ("E", *measures), ("F", *on), ("G", *told))
    write(s, 6, ["", *(s.cell(5, column).value for column in range(2, 8))])
    o.skip(s, 6, "duplicate")


def four_rows_of_heads(o):
    """Supervision of state assets: heads of three rows and a row of numbers; planned and actual time under one head; posts behind names."""
    s = o.sheet("国资监管提示函")
    o.titles(s, 12, "国资监管提示函指出问题整改情况表")
    s["A2"], s["J2"] = "企业名称：××城市投资公司", "密级：内部"
    o.skip(s, 2, optional=True)
    o.heads(s, {
        "A3": "序号", "B3": "监管提示事项", "B4": "类别", "C4": "存在问题", "D3": "整改落实", "D4": "措施", "E4": "时间", "E5": "计划", "F5": "实际", "G3": "责任落实", "G4": "部门", "G5": "主责", "H5": "配合", "I4": "人员",
        "I5": "分管负责人", "J5": "具体负责人", "K3": "整改状态", "L3": "备注",
    }, "A3:A5 B3:C3 B4:B5 C4:C5 D3:F3 D4:D5 E4:F4 G3:J3 G4:H4 I4:J4 K3:K5 L3:L5")
    write(s, 6, ["甲", *range(1, 12)])
    o.skip(s, 6, optional=True)
    rows = [
        ("产权", "参股企业未派董事", steps("（1）商请增派董事；（2）建立派出董事述职制度", "商请增派董事", "建立派出董事述职制度"), "2021.6.30", None, units("资本运营部", by=["法律事务部"]), "法律事务部", leaders("庚午远（副总经理）", "庚午远"), persons("壬巳一（部长）", "壬巳一"), state("进行中", False)),
        ("产权", "房产租赁未进场公开招租", steps("（1）清理租约；（2）到期一律进场", "清理租约", "到期一律进场"), "2021.12.31", None, units("企业管理部", by=["财务部", "审计部"]), "财务部\n审计部", leaders("庚午远（副总经理）", "庚午远"), persons("癸寅五（副部长）", "癸寅五"), state("进行中", False)),
        ("财务", "担保余额超过净资产比例", steps("压降担保余额"), "2022.3.31", None, units("财务部"), "", leaders("己巳衡（总会计师）", "己巳衡"), persons("己寅一（部长）", "己寅一"), state("未启动", False)),
        ("投资", "投后评价报告未上会", steps("补报两个项目投后评价"), "2021.4.20", "2021.4.13", units("规划部"), "", leaders("乙丑平（总经理）", "乙丑平"), persons("辛子一（部长）", "辛子一"), state("已办结", True)),
        ("薪酬", "子企业工资总额预算迟报", steps("（1）约谈两家企业；（2）预算编制时间提前到上年11月", "约谈两家企业", "预算编制时间提前到上年11月"), "2021.11.30", None, units("人力部", by=["企管部"]), "企管部", leaders("丙寅正（党委副书记）", "丙寅正"), persons("乙午一（部长）", "乙午一"), state("进行中", False)),
        ("投资", "境外出差审批依据过期", steps("废止旧规定并重新印发"), "2021.4.10", "2021.4.8", units("党委工作部"), "", leaders("乙丑平（总经理）", "乙丑平"), persons("甲丑一（部长）", "甲丑一"), state("已办结", True)),
    ]
    for i, (kind, title, measures, plan, fact, unit, by, leader, who, told) in enumerate(rows):
        on = due(plan, "-".join(f"{int(part):02}" for part in plan.split(".")))
        o.put(s, 7 + i, ("A", i + 1), ("B", kind), ("C", *problem(title)), ("D", *measures), ("E", *on), ("F", fact), ("G", *unit), ("H", by or None), ("I", *leader), ("J", *who), ("K", *told))


def subtotals(o):
    """Newspaper: aspects are lines, each closed by a subtotal; measures (一)(二) run over rows; nothing is merged but the lines."""
    s = o.sheet("附表")
    o.titles(s, 9, "附表2：", "××报业集团党委关于巡视反馈意见的整改任务分解及进度表")
    write(s, 3, ["号", "问题", "主要表现", "任务措施", "领导责任", "部门责任", "个人责任", "时限要求", "进度"])
    table = [
        "一、意识形态责任制方面",
        ("导向管理责任压得不实", "新媒体稿件先发后审", ["（一）停用先发权限账号", "（二）落实三审三校留痕"], leaders("甲子安"), units("宣传部"), persons("丙亥一"), due("2021年4月上旬", "2021-04-10"), state("完成", True)),
        ("", "转载外来稿件未核实来源", ["建立转载白名单"], leaders("丙寅正"), units("企业文化部"), persons("己午五"), due("2021年5月下旬", "2021-05-31"), state("推进", False)),
        "小计：2项",
        "二、经营管理方面",
        ("经营与采编未严格分开", "记者承揽广告业务", ["（一）开展自查自纠", "（二）签订承诺书", "（三）违规提成予以清退"], leaders("辛未明、丁卯清", "辛未明", "丁卯清"), units("纪委，财务部", "纪委", "财务部"), persons("丁辰一，己寅一", "丁辰一", "己寅一"), due("2021年6月底前", "2021-06-30"), state("推进", False)),
        ("", "广告折扣审批随意", ["制定折扣权限表"], leaders("辛未明"), units("企管部"), persons("庚未一"), due("立即整改", None, "immediate"), state("完成", True)),
        ("印务采购监督缺位", "纸张采购单一来源占比高", ["（一）引入三家以上供应商", "（二）公开采购结果"], leaders("辛未明"), units("采购部"), persons("乙申二"), due("长期坚持", None, "sustained"), state("推进", False)),
        "小计：3项",
        "三、财务管理方面",
        ("发行款回收不及时", "邮局代收款超期未结", ["逐县对账催收"], leaders("己巳衡"), units("财务部"), persons("壬酉五"), due("年底前", "2021-12-31"), state("未动", False)),
        "小计：1项",
        "合计：6项",
    ]
    row, n, found = 4, 0, 0
    for line in table:
        if isinstance(line, str):
            write(s, row, [line])
            if line[0] != "小":
                across(s, row, 9)
            o.skip(s, row, "section" if "、" in line else "total", optional="、" in line)
            row += 1
            continue
        finding, title, measures, leader, unit, who, on, told = line
        n, found = n + 1, row if finding else found
        task = o.put(s, row, ("A", n), ("B", finding or None), ("C", *problem(title)), ("E", *leader), ("F", *unit), ("G", *who), ("H", *on), ("I", *told), rows=list(range(row, row + len(measures))))
        tell(task, "finding", f"B{found}", text=s[f"B{found}"].value)
        tell(task, "measures", f"D{row}", texts=[m[3:] if m[0] == "（" else m for m in measures])
        for text in measures:
            s[f"D{row}"] = text
            row += 1
    s[f"C{row + 1}"] = "  "


def three_ticks(o):
    """Chemical park: the state is a tick in one of three columns; the aim stands beside the measures."""
    s = o.sheet("督察问题")
    o.titles(s, 13, "××化工园区生态环境保护督察反馈问题整改进度表", "（2021年4月10日更新）")
    o.heads(s, {
        "A3": "序号", "B3": "点位", "C3": "督察指出问题", "D3": "整改目标", "E3": "整改措施", "F3": "牵头单位", "G3": "配合单位", "H3": "包保领导", "I3": "整改到位时间", "J3": "整改状态（打√）", "J4": "已完成", "K4": "推进中", "L4": "未启动",
        "M3": "备注",
    }, " ".join(f"{c}3:{c}4" for c in "ABCDEFGHI") + " J3:L3 M3:M4")
    rows = [
        ("雨水总排口", "初期雨水收集池容积不足", "应收尽收", steps("1.扩建收集池；2.加装液位联锁", "扩建收集池", "加装液位联锁"), units("动力厂", by=["建安公司"]), "建安公司", leaders("戊辰稳"), due("2021年8月31日前", "2021-08-31"), "K"),
        ("危废库", "危废标识牌内容不全", "规范完整", steps("更换全部标识牌"), units("安环部"), "", leaders("戊辰稳"), due("2021年4月9日", "2021-04-09"), "J"),
        ("厂界北侧", "夜间噪声超标", "达标排放", steps("1.风机加消声器；2.夜间停用破碎机；3.每月监测一次", "风机加消声器", "夜间停用破碎机", "每月监测一次"), units("选矿厂", by=["生产部", "安环部"]), "生产部、安环部", leaders("包保：戊辰稳", "戊辰稳"), due("2021年7月15日前", "2021-07-15"), "K"),
        ("物料堆棚", "物料装卸未采取抑尘措施", "不起尘", steps("安装雾炮"), units("冶炼厂"), "", leaders("乙丑平"), due("2021年5月15日前", "2021-05-15"), "J"),
        ("在线监测站房", "标气过期仍在使用", "数据有效", steps("1.更换标气；2.建立标气有效期看板", "更换标气", "建立标气有效期看板"), units("动力厂", by=["采购部"]), "采购部", leaders("辛未明"), due("边督边改", None, "immediate"), "J"),
        ("废水站", "污泥含水率未按批检测", "批批检测", steps("购置水分仪"), units("二号矿"), "", leaders("戊辰稳"), due("2021年10月底", "2021-10-31"), "L"),
    ]
    for i, (place, title, aim, measures, unit, by, leader, on, tick) in enumerate(rows):
        row = 5 + i
        task = o.put(s, row, ("A", i + 1), ("B", place), ("C", *problem(title)), ("D", aim), ("E", *measures), ("F", *unit), ("G", by or None), ("H", *leader), ("I", *on), (tick, "√"))
        tell(task, "status", f"{tick}{row}", done=tick == "J", beside=[f"{c}{row}" for c in "JKL" if c != tick])
    write(s, 11, ["合计", "", "", "", "", "", "", "", "", 3, 2, 1])
    o.skip(s, 11, "total")


def granary_sheets(o):
    """Granary: a sheet for each aspect; one leader is merged down over the sheet; the unit stands in brackets behind the person."""
    books = {
        "一、政治责任": (leaders("党委书记甲子安", "甲子安"), [
            ("粮食安全主题学习未列入计划", steps("1.调整学习计划。 2.补学两个专题。", "调整学习计划", "补学两个专题"), "甲丑一（党工部）", due("20210415", "2021-04-15"), state("已销号", True)),
            ("轮换计划未经党委会研究", steps("轮换计划列入党委会前置清单"), "丁申五（党工部）", due("20210430", "2021-04-30"), state("未销号", False))]),
        "二、购销监管": (leaders("副总经理辛未明", "辛未明"), [
            ("收购检斤单缺少质检签字", steps("1.补签质检意见。 2.检斤系统设置强制会签。", "补签质检意见", "检斤系统设置强制会签"), "甲巳三（物贸公司）", due("20210531", "2021-05-31"), state("未销号", False)),
            ("轮换出库价格未集体定价", steps("成立定价小组"), "丁子七（物贸公司）", due("20210420", "2021-04-20"), state("已销号", True)),
            ("代储点巡查记录雷同", steps("1.更换巡查人员。 2.巡查照片加水印。 3.季度飞检。", "更换巡查人员", "巡查照片加水印", "季度飞检"), "戊酉一（审计部）", due("20210630", "2021-06-30"), state("未销号", False))]),
        "三、廉洁风险": (leaders("纪委书记丁卯清", "丁卯清"), [
            ("损耗核销缺少复核", steps("损耗核销由三人复核"), "壬酉五（财务部）", due("20210510", "2021-05-10"), state("未销号", False)),
            ("熏蒸药剂领用未双人双锁", steps("加装双锁"), "丙巳五（安环部）", due("20210408", "2021-04-08"), state("已销号", True))]),
    }
    n = 0
    for name, (leader, rows) in books.items():
        s = o.sheet(name)
        o.titles(s, 8, "粮食购销领域专项巡察整改清单", f"方面：{name[2:]}")
        write(s, 3, ["编号", "存在的问题", "如何整改（具体措施）", "责任人（部门）", "整改期限", "牵头领导", "销号状态", "佐证"])
        for i, (title, measures, both, on, told) in enumerate(rows):
            n += 1
            row = 4 + i
            who, unit = both.rstrip("）").split("（")
            task = o.put(s, row, ("A", n), ("B", *problem(title)), ("C", *measures), ("D", both), ("E", *on), ("F", leader[0] if i == 0 else None), ("G", *told))
            tell(task, "persons", f"D{row}", names=[who])
            tell(task, "units", f"D{row}", names=[o.full(unit)], supporting=[])
            tell(task, "leaders", "F4", names=leader[1][1])
        down(s, 6, 4, 3 + len(rows))
    o.book["二、购销监管"]["B5"].comment = Comment("与审计反馈第9条相同，口径一致", "纪委办")
    o.note(o.book["三、廉洁风险"], 7, "说明：以上问题整改完成后由纪委办复核销号。", 8)


def builder_under_audit(o):
    """Builder: many lines above, an empty column, sums of money, a demand beside the measures; the state is told in sentences."""
    s = o.sheet("审计问题整改")
    o.titles(s, 11, "内部资料　注意保管", "××建筑工程公司", "工程建设领域专项审计发现问题整改台账")
    s["A4"], s["F4"], s["J4"] = "编制单位：审计部", "编制时间：2021年4月20日", "单位：万元"
    o.skip(s, 4, optional=True)
    write(s, 5, ["序号", "问题分类", "具体问题", "涉及金额", "审计要求", "", "整改措施", "整改单位", "整改负责人", "整改期限", "目前整改情况"])
    rows = [
        ("招投标管理", "化整为零规避招标", 380, "严肃处理", steps("1）清查三年内拆分合同\n2）对责任人批评教育\n3）修订招标限额标准", "清查三年内拆分合同", "对责任人批评教育", "修订招标限额标准"), units("采购部/法务部", "采购部", "法务部"), persons("乙申二/丁午二", "乙申二", "丁午二"), due("2021/6/15", "2021-06-15"), state("正在整改。已清查合同二十七份。", False)),
        ("", "评标专家费发放无标准", 4.6, "制定标准", steps("制定发放标准"), units("财务部"), persons("己寅一"), due("2021/4/30", "2021-04-30"), state("已整改到位。标准已印发执行。", True)),
        ("工程结算", "隐蔽工程验收影像缺失", 92, "补充资料", steps("1）补充影像资料\n2）无法补充的组织第三方检测", "补充影像资料", "无法补充的组织第三方检测"), units("建安公司"), persons("癸子二"), due("2021/7/31", "2021-07-31"), state("尚未整改。", False)),
        ("", "甲供材超领未扣回", 17.35, "追回款项", steps("从进度款中扣回"), units("建安公司"), persons("丙未六"), due("２０２１／５／１０", "2021-05-10"), state("已整改到位。款项已扣回。", True)),
        ("农民工工资", "工资专户余额不足", None, "足额存储", steps("1）补足专户资金\n2）按月核对用工考勤", "补足专户资金", "按月核对用工考勤"), units("建安公司/财务部", "建安公司", "财务部"), persons("丙未六/壬酉五", "丙未六", "壬酉五"), due("立行立改（4月25日前）", "2021-04-25", "immediate"), state("正在整改。第一笔已补足。", False)),
        ("", "实名制考勤设备损坏未修", None, "尽快修复", steps("更换考勤设备两台"), unknown("项目管理中心"), persons("癸子二"), undated("尽快"), state("已整改到位。", True)),
    ]
    found = 6
    for i, (finding, title, money, demand, measures, unit, who, on, told) in enumerate(rows):
        row = 6 + i
        found = row if finding else found
        task = o.put(s, row, ("A", i + 1), ("B", finding or None), ("C", *problem(title)), ("D", money), ("E", demand), ("G", *measures), ("H", *unit), ("I", *who), ("J", *on), ("K", *told))
        if i % 2:
            down(s, 2, found, row)
    write(s, 12, ["合计", "", "", "=SUM(D6:D11)"])
    o.skip(s, 12, "total")
    write(s, 13, ["编制人：辛辰五", "", "", "复核人：戊酉一"])
    o.skip(s, 13, "signature")


def months_of_progress(o):
    """Power station: codes 1-1, findings merged, what was done in each month, and a last column that says closed or not."""
    s = o.sheet("政治监督")
    o.titles(s, 12, "××电厂党委巡察反馈问题整改月报表（2021年4月）")
    write(s, 2, ["问题编号", "巡察反馈\n问题", "问题具体\n表述", "整改\n工作举措", "责任班子\n成员", "牵头\n部门", "协助\n部门", "部门\n负责人", "计划完成\n时间", "3月进展", "4月进展", "销号\n与否"])
    rows = [
        ("1-1", "三会一课制度坚持不好", "党课以读文件代替", steps("1. 党委委员带头讲党课\n2. 评选优秀党课三堂", "党委委员带头讲党课", "评选优秀党课三堂"), leaders("丙寅正\n甲子安", "丙寅正", "甲子安"), units("党工部", by=["组织部"]), "组织部", persons("甲丑一"), due("6月25日前完成", "2021-06-25"), "制定党课计划", "已讲两堂", state("否", False)),
        ("1-2", "", "组织生活会批评意见重复", steps("会前审核批评意见"), leaders("丙寅正"), units("组织部"), "", persons("戊丑五"), due("2021年第四季度", "2021-12-31"), "", "", state("否", False)),
        ("2-1", "燃料管理存在廉洁风险", "采制化人员未轮岗", steps("1. 制定轮岗计划\n2. 完成首批轮岗", "制定轮岗计划", "完成首批轮岗"), leaders("丁卯清 辛未明", "丁卯清", "辛未明"), units("人力部", by=["采购部", "纪委"]), "采购部 纪委", persons("乙午一"), due("5月31日前完成", "2021-05-31"), "计划已定", "首批六人到岗", state("否", False)),
        ("2-2", "", "煤样存放柜无监控", steps("加装监控并接入集控室"), leaders("戊辰稳"), units("动力厂"), "", persons("己午三"), due("３月底", "2021-03-31"), "已安装", "试运行正常", state("是", True)),
        ("2-3", "", "粉煤灰销售合同到期未重签", steps("1. 停止无合同发货\n2. 公开竞价重签", "停止无合同发货", "公开竞价重签"), leaders("辛未明"), units("物贸公司 ", "物贸公司", by=["法务部"]), "法务部\n", persons(" 丁子七", "丁子七"), due("4月15日前完成", "2021-04-15"), "已停发", "竞价完成", state("是", True)),
        ("3-1", "检修项目管理粗放", "外包队伍安全交底代签", steps("1. 重新交底\n2. 交底全程录像\n3. 代签人员离场学习", "重新交底", "交底全程录像", "代签人员离场学习"), leaders("戊辰稳"), units("安环部", by=["生产部"]), "生产部", persons("癸戌一"), due("4月8日", "2021-04-08"), "已重新交底", "", state("否", False)),
    ]
    first = finding = None
    for i, (code, found, title, measures, leader, unit, by, who, on, march, april, told) in enumerate(rows):
        row = 3 + i
        if found:
            if first:
                down(s, 2, first, row - 1)
            first, finding = row, found
        task = o.put(s, row, ("A", code), ("B", found or None), ("C", *problem(title)), ("D", *measures), ("E", *leader), ("F", *unit), ("G", by or None), ("H", *who), ("I", *on), ("J", march or None), ("K", april or None), ("L", *told))
        tell(task, "finding", f"B{first}", text=finding)
    write(s, 10, ["", "制表：丁申五", "", "", "审签：甲丑一"])
    o.skip(s, 10, "signature")


def forms_of_three_pairs(o):
    """Heating company: a form on a sheet of its own for each problem, three labels with their values on a line, after a table of contents."""
    s = o.sheet("目录")
    write(s, 1, ["供热问题整改登记表目录"])
    o.skip(s, 1, optional=True)
    write(s, 2, ["页码", "登记表编号", "填报日期"])
    o.skip(s, 2, optional=True)
    forms = [
        ("换热站补水率异常偏高", ["排查二网漏点", "更换腐蚀管段"], units("动力厂"), persons("己午三"), leaders("戊辰稳"), due("2021年9月20日前", "2021-09-20"), state("整改中", False)),
        ("热计量收费退费拖延", ["五个工作日内退费"], units("财务部"), persons("己寅一"), leaders("己巳衡"), due("2021年4月20日前", "2021-04-20"), state("已整改", True)),
        ("用户测温记录补填", ["对补填人员通报批评", "启用测温定位打卡", "每旬抽查"], units("企管部"), persons("癸寅五"), leaders("乙丑平"), due("2021年10月31日前", "2021-10-31"), state("整改中", False)),
        ("老旧管网改造招标控制价泄露", ["移交线索", "控制价改为开标前封存"], units("采购部"), persons("乙申二"), leaders("丁卯清"), due("2021年5月31日前", "2021-05-31"), state("整改中", False)),
        ("锅炉房值班脱岗", ["落实交接班签到"], units("冶炼厂"), persons("辛申七"), leaders("戊辰稳"), due("即查即改", None, "immediate"), state("已整改", True)),
    ]
    for i in range(len(forms)):
        write(s, 3 + i, [i + 1, f"GR-{i + 1:02}", day(3, 20 + i)])
        o.skip(s, 3 + i, optional=True)
    o.truth["skipped"].append({"sheet": "目录", "row": None, "reason": None, "optional": True})
    for n, (title, measures, unit, who, leader, on, told) in enumerate(forms, 1):
        s = o.sheet(f"GR-{n:02}")
        o.titles(s, 6, "供热保障专项整治问题整改登记表", f"编号：GR-{n:02}")
        o.heads(s, {"A3": "问题\n内容", "A4": "问题来源", "B4": "专项整治自查", "C4": "发现时间", "D4": "2021年3月", "E4": "问题等级", "F4": "一般", "A5": "整改\n措施", "A6": "责任单位", "C6": "责任人", "E6": "包保领导", "A7": "整改时限", "C7": "整改状态", "E7": "监督电话", "F7": 8860012, "A8": "责任单位意见：\n\n（盖章）　　年　月　日", "D8": "整改办意见：\n\n（盖章）　　年　月　日"}, "B3:F3 B5:F5 A8:C8 D8:F8")
        shown = "\n".join(f"（{i}）{text}；" for i, text in enumerate(measures, 1)) if len(measures) > 1 else measures[0]
        task = o.put(s, 3, ("B", *problem(title)), rows=[3, 4, 5, 6, 7])
        s["B5"] = shown
        tell(task, "measures", "B5", texts=measures)
        o.add(task, s, {"B6": unit, "D6": who, "F6": leader, "B7": on, "D7": told})
        o.skip(s, 8, optional=True)


HABITS = [
    staffed_steps, consulting_rooms, cards_on_a_quay, roles_in_brackets, depots, four_rows_of_heads, subtotals, three_ticks, granary_sheets, builder_under_audit,
    months_of_progress, forms_of_three_pairs,
]


def make(first, units, people, target):
    """Writes all of them; the truth of each."""
    truths = []
    for n, habit in enumerate(HABITS, first):
        field = Field(n, units, people)
        habit(field)
        truths.append(field.save(target))
    return truths
