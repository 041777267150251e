"""Twelve ledgers as twelve kinds of inspection keep them, with their truth: a third set that was held out, written before the importer was looked at again.

Each is one function, its rows written out by hand. `make_ledgers.py` writes them beside the others as 45.xlsx to 56.xlsx. The truth is told as in
`office_ledgers.py`, and only of cells whose meaning a careful clerk would be sure of.
"""
import datetime

from office_ledgers import Office, across, down, tell, write


class Sector(Office):
    """A book whose truth is told row by row."""

    def full(self, called):
        """The full name of the unit that is called so."""
        return next(u["name"] for u in self.units if called == u["name"] or called in u["aliases"].split("、"))

    def titles(self, sheet, width, *lines):
        for row, line in enumerate(lines, 1):
            write(sheet, row, [line])
            across(sheet, row, width)
            self.skip(sheet, row, "title", optional=True)

    def put(self, sheet, row, *cells, rows=None):
        """One task of a row: each cell is its column, what is written there, and what it means if the truth speaks of it."""
        task = self.task(sheet, row, rows)
        for column, shown, *meanings in cells:
            if shown is not None:
                sheet[f"{column}{row}"] = shown
            for kind, meant in meanings:
                told = {
                    "title": lambda: {"text": meant}, "finding": lambda: {"text": meant}, "measures": lambda: {"texts": meant},
                    "units": lambda: {"names": [self.full(u) for u in meant[0]], "supporting": [self.full(u) for u in meant[1]]},
                    "persons": lambda: {"names": meant}, "leaders": lambda: {"names": meant}, "due": lambda: {"means": meant},
                    "status": lambda: {"done": meant},
                }[kind]()
                tell(task, kind, f"{column}{row}", **told)
        return task


def problem(text):
    return text, ("title", text)


def steps(shown, *texts):
    return shown, ("measures", list(texts) or [shown])


def units(shown, *lead, by=()):
    return shown, ("units", (list(lead) or [shown], list(by)))


def leaders(shown, *names):
    return shown, ("leaders", list(names) or [shown])


def persons(shown, *names):
    return shown, ("persons", list(names) or [shown])


def due(shown, on=None, kind="dated"):
    return shown, ("due", {"disposition": kind, "on": on})


def state(shown, done):
    return shown, ("status", done)


def findings_in_headings(o):
    """Party inspection: the aspect is a heading, the finding a heading under it, and only what shows it has a row."""
    s = o.sheet("整改台账")
    o.titles(s, 9, "中共梓岭铜业集团有限责任公司委员会", "关于巡察反馈意见整改落实情况台账（2021年3月）")
    write(s, 3, ["序号", "具体表现", "整改举措", "牵头领导", "牵头单位", "配合单位", "完成时限", "整改进展情况", "是否销号"])
    table = [
        "一、贯彻落实党的路线方针政策方面",
        "（一）第一议题制度执行不严格",
        ("学习内容与业务工作结合不紧", steps("1.制定年度学习计划。2.每季度通报学习情况。", "制定年度学习计划", "每季度通报学习情况"), leaders("丙寅正"), units("党工部", by=["宣传部"]), "宣传部", due("2021年4月底前", "2021-04-30"), "学习计划已印发。", state("是", True)),
        ("个别支部以自学代替集中学习", steps("修订支部学习考勤办法"), leaders("丙寅正"), units("组织部", by=["党工部", "工会"]), "党工部、工会", due("立行立改", None, "immediate"), "正在修订。", state("否", False)),
        "（二）重大决策前置研究程序有缺漏",
        ("投资事项会前酝酿不充分", steps("1.修订前置研究清单。\n2.建立会前征求意见单。\n3.每半年自查一次。", "修订前置研究清单", "建立会前征求意见单", "每半年自查一次"), leaders("甲子安、庚午远", "甲子安", "庚午远"), units("规划部", by=["法务部"]), "法务部", due("2021年6月底前", "2021-06-30"), "清单初稿已成。", state("否", False)),
        "二、落实全面从严治党责任方面",
        "（一）廉洁风险防控有薄弱环节",
        ("关键岗位轮岗不到位", steps("对任职满五年的关键岗位人员逐一轮岗"), leaders("丁卯清"), units("纪委办", by=["人力部"]), "人力部", due("2021年7月31日", "2021-07-31"), "", state("否", False)),
        ("供应商黑名单更新迟缓", steps("①按月更新黑名单；②与子公司共享名单", "按月更新黑名单", "与子公司共享名单"), leaders("辛未明"), units("采购部", by=["企管部", "物贸公司"]), "企管部、物贸公司", due("长期坚持", None, "sustained"), "三月份名单已更新。", state("否", False)),
    ]
    row, n, finding = 4, 0, ""
    for line in table:
        if isinstance(line, str):
            write(s, row, [line])
            across(s, row, 9)
            o.skip(s, row, optional=True)
            finding = line[3:] if line[0] == "（" else finding
        else:
            n += 1
            title, measures, leader, unit, by, on, told, done = line
            task = o.put(s, row, ("A", n), ("B", *problem(title)), ("C", *measures), ("D", *leader), ("E", *unit), ("F", by), ("G", *on), ("H", told), ("I", *done))
            tell(task, "finding", f"A{row}", text=finding)
        row += 1


def audit_with_money(o):
    """Audit: sums of money, the advice beside the measures, posts in brackets behind names, a total of money below."""
    s = o.sheet("审计整改")
    o.titles(s, 11, "2021年度经济责任审计发现问题整改清单")
    s["J2"] = "金额单位：万元"
    o.skip(s, 2, optional=True)
    write(s, 3, ["序号", "审计报告反映的问题", "问题金额", "审计建议", "整改责任部门", "整改责任人", "拟采取的整改措施", "计划整改完成时间", "整改结果", "尚未完成整改的原因", "佐证材料"])
    rows = [
        ("往来款项长期挂账", 126.5, "加强清理", units("财务部"), persons("己寅一（部长）", "己寅一"), steps("1、逐笔核对挂账；2、发函催收；3、符合条件的按程序核销", "逐笔核对挂账", "发函催收", "符合条件的按程序核销"), due("2021年6月30日", "2021-06-30"), state("已完成整改", True), "", "核销批复"),
        ("工程结算多计造价", 48.2, "追回多付款项", units("建安公司"), persons("癸子二（总经理）", "癸子二"), steps("追回多付工程款"), due(datetime.date(2021, 5, 31), "2021-05-31"), state("正在整改", False), "施工方有异议", ""),
        ("招标文件评分办法不统一", None, "统一标准", units("采购部、法务部", "采购部", "法务部"), persons("乙申二、丁午二", "乙申二", "丁午二"), steps("编制评分办法范本"), due("审计报告下达后60日内（2021年5月20日前）", "2021-05-20"), state("已完成整改", True), "", "范本"),
        ("备用金未按期归还", 3.75, "限期收回", units("机电公司"), persons("癸辰六（副总经理）", "癸辰六"), steps("收回备用金"), due("立即整改", None, "immediate"), state("已完成整改", True), "", "收据"),
        ("固定资产账实不符", 210, "全面盘点", units("企管部"), persons("癸寅五（副部长）", "癸寅五"), steps("（1）开展资产盘点；（2）补登资产卡片", "开展资产盘点", "补登资产卡片"), due("2021年9月末", "2021-09-30"), state("未完成整改", False), "盘点未结束", ""),
    ]
    for i, (title, money, advice, unit, who, measures, on, result, why, proof) in enumerate(rows):
        o.put(s, 4 + i, ("A", i + 1), ("B", *problem(title)), ("C", money), ("D", advice), ("E", *unit), ("F", *who), ("G", *measures), ("H", *on), ("I", *result), ("J", why or None), ("K", proof or None))
    write(s, 9, ["合计", "", "=SUM(C4:C8)"])
    o.skip(s, 9, "total")
    write(s, 10, ["审计组长签字：", "", "", "", "被审计单位负责人签字："])
    o.skip(s, 10, "signature")


def hazards_found_on_the_spot(o):
    """Safety: the day it was found, telephones, whoever accepts it and when; days as 6.30, and one that is a number."""
    s = o.sheet("隐患台账")
    o.titles(s, 13, "安全生产隐患排查治理台账", "填报单位：安全环保部        填报时间：2021年4月15日")
    write(s, 3, ["编号", "排查日期", "隐患地点", "隐患描述", "隐患等级", "整改措施", "责任单位", "责任人", "联系电话", "整改期限", "整改情况", "验收人", "验收日期"])
    at = datetime.date
    rows = [
        (at(2021, 4, 2), "浮选车间", "1.11#泵联轴器防护罩缺失", "一般", steps("加装防护罩"), units("选矿厂"), persons("丁申三"), "8801234", due("4.20", "2021-04-20"), state("已整改", True), "癸戌一", at(2021, 4, 20)),
        (at(2021, 4, 2), "35kV变电所", "安全工器具超期未检", "一般", steps("1.送检工器具\n2.建立检验台账", "送检工器具", "建立检验台账"), units("动力厂"), persons("己午三"), "8801235", due("5.15前", "2021-05-15"), state("整改中", False), "", None),
        (at(2021, 4, 6), "熔炼炉前", "吊装区域未设警戒线", "重大", steps("设置警戒线，并安排专人看护"), units("冶炼厂"), persons("辛申七"), "8801236", due("当场整改", None, "immediate"), state("现场处置", True), "丙巳五", at(2021, 4, 6)),
        (at(2021, 4, 7), "主井提升机房", "消防沙箱未装满", "一般", steps("补足消防沙"), units("一号矿"), persons("乙戌三"), "8801237", due("2021.4.30", "2021-04-30"), state("未整改", False), "", None),
        (at(2021, 4, 9), "尾矿库", "位移观测记录缺两次", "较大", steps("补测位移；明确观测人", "补测位移", "明确观测人"), units("二号矿"), persons("丙卯三"), "8801238", due("6.30", "2021-06-30"), state("整改中", False), "", None),
    ]
    for i, (found, place, title, grade, measures, unit, who, phone, on, told, checked, on_check) in enumerate(rows):
        o.put(s, 4 + i, ("A", f"AQ-2021-{i + 1:03}"), ("B", found), ("C", place), ("D", *problem(title)), ("E", grade), ("F", *measures), ("G", *unit), ("H", *who), ("I", phone), ("J", *on), ("K", *told), ("L", checked or None), ("M", on_check))
    write(s, 9, ["注：隐患等级分为一般、较大、重大三级；重大隐患须挂牌督办。"])
    across(s, 9, 13)
    o.skip(s, 9, "note")
    write(s, 10, ["填表人：丙巳五", "", "", "", "审核人：癸戌一"])
    o.skip(s, 10, "signature")


def stages_and_roles_in_a_cell(o):
    """Environmental supervision: the units' roles in one cell, the target beside the measures, stages inside the time limit."""
    s = o.sheet("督察整改任务")
    o.titles(s, 9, "生态环境保护督察反馈意见整改方案任务清单")
    write(s, 2, ["序号", "督察反馈问题", "整改目标", "整改措施", "整改时限", "整改单位", "包案领导", "销号验收单位", "整改进展"])
    rows = [
        ("废水在线监测数据异常", "数据有效率达到百分之九十五", steps("（一）更换监测探头。\n（二）委托第三方比对。", "更换监测探头", "委托第三方比对"), due("2021年5月底前", "2021-05-31"), units("牵头单位：动力厂\n配合单位：安环部", "动力厂", by=["安环部"]), leaders("戊辰稳"), state("已完成整改并销号", True)),
        ("历史堆场未完成覆土", "全部覆土复绿", steps("一是完成地形测量。二是分区覆土。三是补植苗木。", "完成地形测量", "分区覆土", "补植苗木"), due("2021年4月底前完成测量；2021年8月底前完成覆土；2021年11月底前完成补植", "2021-11-30", "staged"), units("牵头单位：二号矿；配合单位：规划部、财务部", "二号矿", by=["规划部", "财务部"]), leaders("戊辰稳、己巳衡", "戊辰稳", "己巳衡"), state("达到序时进度", False)),
        ("危险废物贮存标识不规范", "标识齐全", steps("更换标识牌"), due("立行立改，2021年4月10日前完成", "2021-04-10", "immediate"), units("责任单位：冶炼厂", "冶炼厂"), leaders("戊辰稳副总经理", "戊辰稳"), state("已完成整改并销号", True)),
        ("无组织排放管控不够", "厂界达标", steps("1．料场加盖；2．道路清扫每日不少于两次", "料场加盖", "道路清扫每日不少于两次"), due("持续推进", None, "sustained"), units("牵头单位：选矿厂\n配合单位：物贸公司\n", "选矿厂", by=["物贸公司"]), leaders("乙丑平"), state("正在推进", False)),
    ]
    for i, (title, target, measures, on, unit, leader, told) in enumerate(rows):
        o.put(s, 3 + i, ("A", i + 1), ("B", *problem(title)), ("C", target), ("D", *measures), ("E", *on), ("F", *unit), ("G", *leader), ("H", "安全环保部"), ("I", *told))


def sheets_beside_a_summary(o):
    """Theme education: one sheet for the leading group and one for its office, a sheet of counts and a sheet that says how to fill them in."""
    head = ["序号", "检视查摆的问题", "问题表现", "整改措施", "目标要求", "领衔领导", "责任部门", "经办人", "整改时限", "进展"]
    books = {
        "附件1 领导班子": [
            ("理论学习不深入", "专题研讨发言材料照搬照抄", steps("每季度组织一次交流研讨；发言材料由本人撰写", "每季度组织一次交流研讨", "发言材料由本人撰写"), leaders("甲子安"), units("党委工作部"), persons("甲丑一"), due("2021年12月", "2021-12-31"), state("持续推进", False)),
            ("", "跟进学习不及时", steps("建立学习提醒单"), leaders("丙寅正"), units("宣传部"), persons("丙亥一"), due("2021年5月", "2021-05-31"), state("已完成", True)),
            ("联系群众不紧密", "基层调研次数偏少", steps("1.制定调研计划\n2.带着问题下沉班组", "制定调研计划", "带着问题下沉班组"), leaders("壬申和"), units("工会"), persons("丙丑二"), due("2021年10月", "2021-10-31"), state("未完成", False)),
        ],
        "附件2 机关部室": [
            ("文风会风不实", "会议通知过于频繁", steps("合并同类会议"), leaders("乙丑平"), units("党工部"), persons("丁申五"), due("2021年4月", "2021-04-30"), state("已完成", True)),
            ("", "报表重复报送", steps("清理报表目录"), leaders("乙丑平"), units("企管部"), persons("庚未一"), due("2021年6月", "2021-06-30"), state("未完成", False)),
        ],
    }
    for name, rows in books.items():
        s = o.sheet(name)
        o.titles(s, 10, name.split()[0], "主题教育检视问题整改清单", "单位（盖章）：                         2021年3月20日")
        write(s, 4, head)
        first = finding = None
        for i, (found, title, measures, leader, unit, who, on, told) in enumerate(rows):
            row = 5 + i
            if found:
                if first:
                    down(s, 2, first, row - 1)
                first, finding = row, found
            task = o.put(s, row, ("A", i + 1), ("B", found or None), ("C", *problem(title)), ("D", *measures), ("E", "见成效"), ("F", *leader), ("G", *unit), ("H", *who), ("I", *on), ("J", *told))
            tell(task, "finding", f"B{first}", text=finding)
        down(s, 2, first, 4 + len(rows))
    s = o.sheet("汇总")
    for row, values in enumerate([["主题教育整改情况汇总表"], ["单位", "问题数", "已完成", "未完成", "完成率"], ["领导班子", 3, 1, 2, "33%"], ["机关部室", 2, 1, 1, "50%"], ["合计", 5, 2, 3, "40%"]], 1):
        write(s, row, values)
        o.skip(s, row, optional=True)
    o.truth["skipped"].append({"sheet": "汇总", "row": None, "reason": None, "optional": True})
    s = o.sheet("填报说明")
    for row, text in enumerate(["填报说明", "1.本表由各部门填报，一事一行。", "2.整改时限填写到月。", "3.请于每月25日前报送。"], 1):
        write(s, row, [text])
        o.skip(s, row, optional=True)
    o.truth["skipped"].append({"sheet": "填报说明", "row": None, "reason": None, "optional": True})


def numbered_columns(o):
    """Compliance: the columns are numbered under the heads, the measures are called demands, the plan and the fact stand side by side."""
    s = o.sheet("合规")
    o.titles(s, 11, "合规管理有效性检查问题整改跟踪表")
    write(s, 2, ["编号", "业务领域", "不合规事项", "风险等级", "整改要求", "主责部门", "协同部门", "主责人", "计划完成日期", "实际完成日期", "整改状态"])
    write(s, 3, [f"（{i}）" for i in range(1, 12)])
    o.skip(s, 3, optional=True)
    at = datetime.date
    rows = [
        ("HG01", "合同管理", "先履行后签约", "高", steps("补签合同并开展倒签专项排查"), units("法务部", by=["物贸公司"]), "物贸公司", persons("丁午二"), due(at(2021, 4, 30), "2021-04-30"), at(2021, 4, 28), state("已关闭", True)),
        ("HG02", "招标采购", "评委抽取未留痕", "中", steps("1.启用抽取系统\n2.录像保存三年", "启用抽取系统", "录像保存三年"), units("物资采购部", by=["审计部", "纪委"]), "审计部、纪委", persons("戊卯六"), due(at(2021, 6, 15), "2021-06-15"), None, state("整改中", False)),
        ("HG03", "劳动用工", "劳务派遣比例超标", "中", steps("分批转为合同制"), units("人力资源部"), "无", persons("乙午一"), due(at(2021, 12, 31), "2021-12-31"), None, state("未开始", False)),
        ("HG04", "数据安全", "离职账号未注销", "高", steps("一是清查账号；二是离职流程加入注销环节", "清查账号", "离职流程加入注销环节"), units("生产部", by=["人力资源部"]), "人力资源部", persons("丁戌六"), due(at(2021, 4, 9), "2021-04-09"), at(2021, 4, 8), state("已关闭", True)),
        ("HG05", "印章管理", "外借印章登记不全", "低", steps("补全外借登记"), units("党工部"), "/", persons("丁申五"), due(at(2021, 4, 20), "2021-04-20"), None, state("整改中", False)),
    ]
    for i, (code, field, title, grade, measures, unit, by, who, on, fact, told) in enumerate(rows):
        o.put(s, 4 + i, ("A", code), ("B", field), ("C", *problem(title)), ("D", grade), ("E", *measures), ("F", *unit), ("G", by), ("H", *who), ("I", *on), ("J", fact), ("K", *told))


def units_before_problems(o):
    """Sorted by unit: the unit, its leader and its person stand first and are merged down over all that unit has to do."""
    s = o.sheet("2021年")
    o.titles(s, 8, "各单位专项治理问题整改明细表（2021年）")
    write(s, 2, ["责任单位", "分管领导", "负责人", "序号", "问题", "整改措施", "整改完成时间", "整改完成情况"])
    table = [
        (units("铜业股份公司"), leaders("庚午远"), persons("己辰二"), [
            ("计量器具校准超期", steps("委托校准"), due("4月底", "2021-04-30"), state("完成", True)),
            ("废石堆放越界", steps("清运废石；设置界桩", "清运废石", "设置界桩"), due("5月底", "2021-05-31"), state("未完成", False)),
            ("班前会记录空白", steps("班前会记录纳入日查"), due("即知即改", None, "immediate"), state("完成", True))]),
        (units("陶瓷公司"), leaders("辛未明"), persons("辛寅二、甲酉六", "辛寅二", "甲酉六"), [
            ("产品批次追溯不全", steps("1、上线批次码\n2、旧批次补录", "上线批次码", "旧批次补录"), due("7月15日", "2021-07-15"), state("未完成", False)),
            ("样品室温湿度无记录", steps("安装温湿度计"), due("4月15日", "2021-04-15"), state("完成", True))]),
        (units("机修厂"), leaders("辛未明"), persons("庚亥三"), [
            ("外委加工未比价", steps("外委加工三家比价"), due("长期", None, "sustained"), state("未完成", False))]),
    ]
    row = 3
    for unit, leader, who, things in table:
        first = row
        for n, (title, measures, on, told) in enumerate(things):
            head = [("A", unit[0] if n == 0 else None), ("B", leader[0] if n == 0 else None), ("C", who[0] if n == 0 else None)]
            task = o.put(s, row, *head, ("D", n + 1), ("E", *problem(title)), ("F", *measures), ("G", *on), ("H", *told))
            tell(task, "units", f"A{first}", names=[o.full(unit[1][1][0][0])], supporting=[])
            tell(task, "leaders", f"B{first}", names=leader[1][1])
            tell(task, "persons", f"C{first}", names=who[1][1])
            row += 1
        for column in (1, 2, 3):
            down(s, column, first, row - 1)


def begins_and_ends(o):
    """Heads of three rows: who answers is split in three, and the time in a beginning and an end."""
    s = o.sheet("责任分解")
    o.titles(s, 11, "巡察整改任务责任分解表", "制表：整改办　　制表日期：2021年3月31日")
    heads = {"A3": "序号", "B3": "整改任务", "C3": "工作举措", "D3": "责任落实", "D4": "领导", "E4": "部门", "E5": "牵头", "F5": "配合", "G4": "具体责任人", "H3": "计划时间", "H4": "开始", "I4": "结束", "J3": "成果形式", "K3": "备注"}
    for cell, text in heads.items():
        s[cell] = text
    for area in ("A3:A5", "B3:B5", "C3:C5", "D3:G3", "D4:D5", "E4:F4", "G4:G5", "H3:I3", "H4:H5", "I4:I5", "J3:J5", "K3:K5"):
        s.merge_cells(area)
    rows = [
        ("完善干部选拔任用全程纪实", steps("修订纪实办法；开发纪实模板", "修订纪实办法", "开发纪实模板"), leaders("丙寅正"), units("组织部", by=["党工部"]), "党工部", persons("戊丑五"), "2021.4.1", due("2021.6.30", "2021-06-30"), "办法"),
        ("规范资金集中支付", steps("每日核对支付流水"), leaders("己巳衡"), units("财务部", by=["审计部"]), "审计部", persons("壬酉五"), "2021.4.1", due("2021.4.30", "2021-04-30"), "流水"),
        ("压减低效无效资产", steps("1）摸清底数；2）分类处置；3）回收资金", "摸清底数", "分类处置", "回收资金"), leaders("庚午远"), units("资本部", by=["企管部", "财务部"]), "企管部、财务部", persons("壬巳一"), "2021.5.1", due("2021.11.30", "2021-11-30"), "处置清单"),
        ("建立班组安全积分", steps("选三个班组试点"), leaders("戊辰稳"), units("安环部"), "", persons("癸戌一"), "2021.4.15", due("2021.7.15", "2021-07-15"), "积分表"),
    ]
    for i, (title, measures, leader, unit, by, who, begin, on, kind) in enumerate(rows):
        o.put(s, 6 + i, ("A", i + 1), ("B", *problem(title)), ("C", *measures), ("D", *leader), ("E", *unit), ("F", by or None), ("G", *who), ("H", begin), ("I", *on), ("J", kind))


def off_the_corner(o):
    """A table that begins in C4, without numbers, the time first and the problem late, with a remark written beside it."""
    s = o.sheet("Sheet3")
    s["C2"] = "安全专项督查问题交办表"
    o.skip(s, 2, "title", optional=True)
    for column, text in zip("CDEFGHI", ["办结时限", "承办单位", "承办责任人", "督办领导", "交办问题", "办理措施", "办理结果"]):
        s[f"{column}4"] = text
    rows = [
        (due("2021年4月20日前办结", "2021-04-20"), units("板带分厂"), persons("壬酉三"), leaders("戊辰稳"), "轧机急停按钮被遮挡", steps("移除遮挡物"), state("已办结", True)),
        (due("2021年5月10日前", "2021-05-10"), units("铜带箔公司"), persons("乙寅六"), leaders("戊辰稳"), "应急照明失效", steps("更换应急灯；每月点检", "更换应急灯", "每月点检"), state("办理中", False)),
        (due("即时", None, "immediate"), units("陶瓷一厂"), persons("辛辰三"), leaders("辛未明"), "窑炉区堆放可燃物", steps("清走可燃物"), state("已办结", True)),
        (due("2021年6月中旬", "2021-06-20"), units("机电公司"), persons("庚酉二"), leaders("乙丑平"), "特种作业证过期两人", steps("停止作业并组织复审"), state("办理中", False)),
    ]
    for i, (on, unit, who, leader, title, measures, told) in enumerate(rows):
        o.put(s, 5 + i, ("C", *on), ("D", *unit), ("E", *who), ("F", *leader), ("G", *problem(title)), ("H", *measures), ("I", *told))
    s["K5"] = "此件已电话通知"


def two_tables_on_a_sheet(o):
    """One sheet, two tables one above the other, each with its own heads in its own order: what is done, and what is not."""
    s = o.sheet("对账")
    o.titles(s, 8, "纪律作风整治整改对账单（2021年第一季度）")
    write(s, 2, ["一、已完成整改事项"])
    across(s, 2, 8)
    o.skip(s, 2, optional=True)
    write(s, 3, ["序号", "问题", "整改措施", "责任单位", "责任人", "整改时限", "完成情况", "备注"])
    done = [
        ("办公用房面积超标", steps("腾退两间办公室"), units("党工部"), persons("甲丑一"), due("3月10日", "2021-03-10"), state("已完成", True)),
        ("公务接待清单缺项", steps("补齐清单；重新审批", "补齐清单", "重新审批"), units("财务部"), persons("壬酉五"), due("3月20日", "2021-03-20"), state("已完成", True)),
    ]
    for i, (title, measures, unit, who, on, told) in enumerate(done):
        o.put(s, 4 + i, ("A", i + 1), ("B", *problem(title)), ("C", *measures), ("D", *unit), ("E", *who), ("F", *on), ("G", *told))
    write(s, 7, ["二、未完成整改事项"])
    across(s, 7, 8)
    o.skip(s, 7, optional=True)
    write(s, 8, ["序号", "责任单位", "责任领导", "责任人", "问题", "下一步措施", "完成时限", "进展情况"])
    o.skip(s, 8, optional=True)
    rest = [
        (units("物贸公司"), leaders("辛未明"), persons("甲巳三"), "赊销审批越权", steps("1.收回审批权限\n2.追究相关人员责任", "收回审批权限", "追究相关人员责任"), due("5月31日", "2021-05-31"), state("正在推进", False)),
        (units("二号矿"), leaders("戊辰稳"), persons("己戌七"), "带班下井记录代签", steps("安装人脸识别考勤"), due("6月20日", "2021-06-20"), state("正在推进", False)),
        (units("审计部"), leaders("丁卯清"), persons("戊酉一"), "审计回访未开展", steps("制定回访计划"), due("4月25日", "2021-04-25"), state("未启动", False)),
    ]
    for i, (unit, leader, who, title, measures, on, told) in enumerate(rest):
        o.put(s, 9 + i, ("A", i + 1), ("B", *unit), ("C", *leader), ("D", *who), ("E", *problem(title)), ("F", *measures), ("G", *on), ("H", *told))


def ditto_marks(o):
    """What is the same as above is written 同上 or with a ditto mark."""
    s = o.sheet("台账")
    o.titles(s, 8, "内控评价缺陷整改台账")
    write(s, 2, ["序号", "缺陷描述", "整改方案", "整改部门", "整改负责人", "主管领导", "完成期限", "当前状态"])
    rows = [
        ("客户信用评级未更新", steps("按季度更新评级"), ("企管部", "企管部"), ("庚未一", "庚未一"), ("辛未明", "辛未明"), ("2021-05-20", "2021-05-20"), state("已完成", True)),
        ("销售折扣无授权表", steps("制定折扣授权表"), ("同上", "企管部"), ("癸寅五", "癸寅五"), ("同上", "辛未明"), ("同上", "2021-05-20"), state("进行中", False)),
        ("存货跌价测试缺底稿", steps("补充测试底稿；复核测试参数", "补充测试底稿", "复核测试参数"), ("财务部", "财务部"), ("己寅一", "己寅一"), ("己巳衡", "己巳衡"), ("2021-06-30", "2021-06-30"), state("进行中", False)),
        ("银行余额调节表迟编", steps("每月5日前编制"), ("〃", "财务部"), ("〃", "己寅一"), ("〃", "己巳衡"), ("2021-04-30", "2021-04-30"), state("已完成", True)),
        ("网银密钥一人保管", steps("密钥分人保管"), ("〃", "财务部"), ("壬酉五", "壬酉五"), ("〃", "己巳衡"), ("〃", "2021-04-30"), state("已完成", True)),
        ("供应商准入资料不全", steps("1.补收资料；2.不合格的清退", "补收资料", "不合格的清退"), ("采购部", "采购部"), ("乙申二", "乙申二"), ("辛未明", "辛未明"), ("2021-07-31", "2021-07-31"), state("未开始", False)),
    ]
    for i, (title, measures, unit, who, leader, on, told) in enumerate(rows):
        o.put(s, 3 + i, ("A", i + 1), ("B", *problem(title)), ("C", *measures), ("D", *units(unit[0], unit[1])), ("E", *persons(*who)), ("F", *leaders(*leader)), ("G", *due(*on)), ("H", *told))


def five_lists_in_one(o):
    """Five lists side by side under merged heads; posts before and behind the names; years of 2021 and 2022; findings merged down."""
    s = o.sheet("五张清单")
    o.titles(s, 13, "附件", "巡视巡察联动整改“五张清单”")
    heads = {"A3": "编号", "B3": "问题清单", "B4": "共性问题", "C4": "个性问题", "D3": "任务清单", "D4": "整改措施", "E4": "完成标准", "F3": "责任清单", "F4": "责任领导及职务", "G4": "牵头部门（单位）", "H4": "协办单位", "I4": "第一责任人", "J3": "时限清单", "J4": "完成时限", "K3": "成果清单", "K4": "阶段成果", "L4": "完成情况", "M4": "销号时间"}
    for cell, text in heads.items():
        s[cell] = text
    for area in ("A3:A4", "B3:C3", "D3:E3", "F3:I3", "K3:M3"):
        s.merge_cells(area)
    at = datetime.date
    rows = [
        ("1.1", "基层党建基础薄弱", "支部换届提醒不及时", steps("1.建立换届台账。2.提前六个月发函提醒。", "建立换届台账", "提前六个月发函提醒"), leaders("党委副书记丙寅正", "丙寅正"), units("组织部"), "", persons("乙午一"), due("2021年6月底", "2021-06-30"), state("已销号", True), at(2021, 6, 18)),
        ("1.2", "", "发展党员程序不严", steps("开展发展党员档案互查"), leaders("丙寅正（党委副书记）", "丙寅正"), units("组织部", by=["党工部"]), "党工部", persons("戊丑五"), due("2021年9月底", "2021-09-30"), state("推进中", False), None),
        ("2.1", "国企改革任务推进慢", "厂办大集体改革遗留未清", steps("（1）清理权益；（2）安置人员；（3）注销主体", "清理权益", "安置人员", "注销主体"), leaders("副总经理庚午远、总会计师己巳衡", "庚午远", "己巳衡"), units("资本运营部", by=["财务部", "法务部"]), "财务部\n法务部", persons("壬巳一"), due("2022年3月31日前", "2022-03-31"), state("推进中", False), None),
        ("2.2", "", "三项制度改革考核偏软", steps("修订考核细则"), leaders("乙丑平 总经理", "乙丑平"), units("人力部", by=["企管部"]), "企管部", persons("乙午一"), due("2021年12月31日前", "2021-12-31"), state("推进中", False), None),
        ("2.3", "", "法人层级压减缓慢", steps("注销两户空壳公司"), leaders("副总经理庚午远", "庚午远"), units("企业管理部"), "", persons("庚未一"), due("2021年底前", "2021-12-31"), state("推进中", False), None),
    ]
    first = finding = None
    for i, (code, found, title, measures, leader, unit, by, who, on, told, on_close) in enumerate(rows):
        row = 5 + i
        if found:
            if first:
                down(s, 2, first, row - 1)
            first, finding = row, found
        task = o.put(s, row, ("A", code), ("B", found or None), ("C", *problem(title)), ("D", *measures), ("E", "制度印发并执行"), ("F", *leader), ("G", *unit), ("H", by or None), ("I", *who), ("J", *on), ("L", *told), ("M", on_close))
        tell(task, "finding", f"B{first}", text=finding)
    down(s, 2, first, 9)
    write(s, 10, ["填表说明：完成时限不得晚于巡察反馈后一年。"])
    across(s, 10, 13)
    o.skip(s, 10, "note", optional=True)


HABITS = [
    findings_in_headings, audit_with_money, hazards_found_on_the_spot, stages_and_roles_in_a_cell, sheets_beside_a_summary, numbered_columns,
    units_before_problems, begins_and_ends, off_the_corner, two_tables_on_a_sheet, ditto_marks, five_lists_in_one,
]


def make(first, units, people, target):
    """Writes all of them; the truth of each."""
    truths = []
    for n, habit in enumerate(HABITS, first):
        sector = Sector(n, units, people)
        habit(sector)
        truths.append(sector.save(target))
    return truths
