"""Twelve ledgers as city and provincial offices keep them, with their truth: a seventh set that was held out, written without a look at the importer.

A housing bureau, a hospital, a middle school, a court's logistics, a housing fund, a market regulator, a subdistrict, a department of natural
resources, the traffic police, an education bureau, a museum and a finance bureau: each is one function, its rows written out by hand.
`make_ledgers.py` writes them as 93.xlsx to 104.xlsx. The truth is told as in `office_ledgers.py`, and only of cells whose meaning a careful clerk
would be sure of; `heads` names the rows that only head others, so that `check_ledgers.py` can tell that no row was forgotten.
"""
import re

from company_ledgers import Company, both, finding
from field_ledgers import day, undated, unknown
from office_ledgers import across, tell, write
from sector_ledgers import due, leaders, persons, problem, state, steps, units


class Desk(Company):
    """A book that knows which of its rows are heads, and whose measures may have rows of their own."""

    def __init__(self, n, office_units, people):
        super().__init__(n, office_units, people)
        self.truth["heads"] = []

    def mark(self, sheet, row):
        told = {"sheet": sheet.title, "row": row}
        if told not in self.truth["heads"]:
            self.truth["heads"].append(told)

    def head(self, sheet, row, values):
        write(sheet, row, values)
        self.mark(sheet, row)

    def heads(self, sheet, cells, areas=""):
        super().heads(sheet, cells, areas)
        for cell in cells:
            self.mark(sheet, int(re.sub(r"\D", "", cell)))

    def labels(self, sheet, cells, areas=""):
        """Labels of a form, in rows that are told with what stands beside them."""
        super().heads(sheet, cells, areas)

    def plain(self, sheet, row, text, width=1):
        """A line beside the table that may be called anything."""
        write(sheet, row, [text])
        if width > 1:
            across(sheet, row, width)
        self.skip(sheet, row, optional=True)

    def also(self, tasks, kind, column):
        """A cell of another column says part of the same."""
        for task in tasks:
            for told in task["cells"]:
                if told["kind"] == kind:
                    told["beside"] = [f"{column}{task['row']}"]

    def ladder(self, sheet, row, cells, measures, text, who=None, on=None, merge="", number=""):
        """A task with a row for each measure, which may have a person and a day of its own; the row below them."""
        last = row + len(measures) - 1
        rows, below = list(range(row, last + 1)), range(row + 1, last + 1)
        task = self.put(sheet, row, *cells, rows=rows)
        tell(task, "measures", f"{text}{row}", texts=[m[0] for m in measures], beside=[f"{text}{r}" for r in below])
        if who:
            named = list(dict.fromkeys(m[1] for m in measures if m[1]))
            tell(task, "persons", f"{who}{row}", names=named, beside=[f"{who}{r}" for r in below])
        for nth, (what, name, shown, means) in enumerate(measures):
            at = row + nth
            sheet[f"{text}{at}"] = number.format(nth + 1) + what
            if who and name:
                sheet[f"{who}{at}"] = name
            if on:
                sheet[f"{on}{at}"] = shown
                tell(task, "measure_due", f"{on}{at}", nth=nth, on=means)
        for column in merge if last > row else "":
            sheet.merge_cells(f"{column}{row}:{column}{last}")
        return last + 1


def nobody(shown):
    """A name that is on no list, though one near it is."""
    return shown, ("persons", None)


def housing_bureau(o):
    """One row of heads, the kind of problem merged down; who helps has a column; the progress is told in prose beside a plain word."""
    s = o.sheet("Sheet1")
    o.titles(s, 11, "市住建局党组巡察反馈问题整改工作台账")
    o.plain(s, 2, "填报单位：××市住房和城乡建设局机关党委　　　　填报日期：2021.4.16", 11)
    o.head(s, 3, ["序号", "问题类别", "巡察反馈的具体问题", "整改落实举措", "分管局领导", "牵头科室", "配合科室", "科室负责人", "办结时限", "落实情况（写实）", "是否办结"])
    tasks = o.fill(s, 4, "ABCDEFGHIJK", [
        (1, "行业监管", problem("预售资金监管账户逐月对账不落实"), steps("1、逐户核对监管账户余额；\n2、每月5日前出具对账单。", "逐户核对监管账户余额", "每月5日前出具对账单"), leaders("己巳衡"), units("财务部", by=["审计部"]), "审计部", persons("己寅一"), due("2021.5.31", "2021-05-31"), "已核对43个账户，发现余额不符2户，正在核实。", state("否", False)),
        (2, None, problem("物业企业信用评价多年未更新"), steps("1、重新采集信用信息；\n2、评价结果在门户网站公示。", "重新采集信用信息", "评价结果在门户网站公示"), leaders("庚午远"), units("企管部", by=["宣传部"]), "宣传部", persons("癸寅五"), due("2021.6.30", "2021-06-30"), "评价细则已报市政府法制部门审查。", state("否", False)),
        (3, None, problem("施工许可容缺受理事后不补件"), steps("对2019年以来容缺件逐件催补，逾期撤销许可"), leaders("庚午远"), units("规划部"), None, persons("辛子一"), due("2021.4.10", "2021-04-10"), "容缺件58件已全部补齐。", state("是", True)),
        (4, "工程质量安全", problem("危大工程专家论证意见未闭合"), steps("1、约谈监理单位；\n2、论证意见逐条销项；\n3、未销项的停工。", "约谈监理单位", "论证意见逐条销项", "未销项的停工"), leaders("戊辰稳"), units("安环部", by=["建安公司"]), "建安公司", persons("癸戌一"), due("2021.4.30", "2021-04-30"), "涉及项目7个，已销项4个。", state("否", False)),
        (5, None, problem("监督抽检样品由施工方自行送检"), steps("改由监督机构随机封样送检"), leaders("戊辰稳"), units("生产部"), None, persons("丁戌六"), due("立行立改", None, "immediate"), "3月22日起已执行。", state("是", True)),
        (6, "队伍作风", problem("窗口人员擅自增加申报材料"), steps("1、公布申报材料清单；\n2、对两名窗口人员调离岗位。", "公布申报材料清单", "对两名窗口人员调离岗位"), leaders("丁卯清"), units("纪委办", by=["人力部"]), "人力部", persons("庚亥五"), due("2021.4.9", "2021-04-09"), "清单已上墙，人员已调离。", state("是", True)),
    ], held="B")
    o.also(tasks, "units", "G")
    o.sign(s, 11, "局党组书记（签字）：", "", "", "", "", "机关纪委书记（签字）：", "", "", "", "填表人：丁申五")


def city_hospital(o):
    """Two rows of heads; every measure has a row, a person and a day; all that is said of the problem is merged beside them."""
    s = o.sheet("整改任务清单")
    o.titles(s, 11, "市中心医院党委", "关于“小金库”及大型设备采购专项巡察反馈意见的整改任务清单")
    o.heads(s, {
        "A3": "序号", "B3": "反馈问题", "C3": "整改安排", "C4": "整改步骤", "D4": "步骤责任人", "E4": "计划完成", "F3": "整改目标", "G3": "责任体系", "G4": "牵头院领导", "H4": "牵头处室", "I4": "协同处室",
        "J3": "问题办理状态", "K3": "说明",
    }, "A3:A4 B3:B4 C3:E3 F3:F4 G3:I3 J3:J4 K3:K4")
    table = [
        (problem("体检中心收入未全额入账"), "收入应收尽收", leaders("总会计师 己巳衡", "己巳衡"), units("财务部", by=["审计部"]), "审计部", state("正在办理", False), [
            ("核对三年体检收费系统与银行流水", "己寅一", "4月20日前", "2021-04-20"), ("差额款项补缴入账", "壬酉五", "5月10日前", "2021-05-10"), ("取消现金收费窗口", "己寅一", "5月31日前", "2021-05-31")]),
        (problem("核磁共振采购参数指向单一品牌"), "公平竞争", leaders("副院长 辛未明", "辛未明"), units("采购部", by=["法务部", "纪委办"]), "法务部/纪委办", state("正在办理", False), [
            ("组织院外专家重新论证参数", "乙申二", "4月30日前", "2021-04-30"), ("参数公示五个工作日", "戊卯六", "5月15日前", "2021-05-15")]),
        (problem("设备维保费支付早于验收"), "先验收后付款", leaders("副院长 辛未明", "辛未明"), units("采购部", by=["财务部"]), "财务部", state("已经办结", True), [
            ("补办维保验收单", "戊卯六", "3月31日前", "2021-03-31"), ("付款流程增加验收节点", "乙申二", "4月9日前", "2021-04-09")]),
        (problem("捐赠设备未登记固定资产"), "账实相符", leaders("总会计师 己巳衡", "己巳衡"), units("企管部"), None, state("尚未办结", False), [
            ("盘点近五年捐赠设备", "庚未一", "5月20日前", "2021-05-20"), ("按评估价补登资产卡片", "庚未一", "6月20日前", "2021-06-20"), ("捐赠协议统一归档", "癸寅五", "6月30日前", "2021-06-30")]),
    ]
    row = 5
    for n, (title, target, leader, unit, by, told, measures) in enumerate(table, 1):
        cells = [("A", n), ("B", *title), ("F", target), ("G", *leader), ("H", *unit), ("I", by), ("J", *told)]
        row = o.ladder(s, row, cells, measures, "C", "D", "E", merge="ABFGHIJK", number="{}.")
    o.also(o.truth["tasks"], "units", "I")
    o.note(s, row, "注：步骤责任人为该项步骤的第一责任人。", 11)
    o.sign(s, row + 1, "党委书记：", "", "院长：", "", "纪委书记：", "", "", "经办：辛午六")


def middle_school(o):
    """A small table of a school: department and person share a cell on two lines, a tick says done, one row was entered twice."""
    s = o.sheet("自查")
    o.titles(s, 8, "市第一中学师德师风及校园食堂专项整治自查问题整改表")
    o.head(s, 2, ["序", "问题点", "怎样整改", "分管校长", "责任处室\n及责任人", "完成日期", "完成\n（打√）", "备 注"])
    o.fill(s, 3, "ABCDEFGH", [
        (1, problem("食堂陪餐记录由值班员代签"), steps("1.校领导当餐签字\n2.陪餐照片当日上传家长群", "校领导当餐签字", "陪餐照片当日上传家长群"), leaders("壬申和"), both("工会", "己申六", "\n"), due("4月12日", "2021-04-12"), state("√", True), None),
        (2, ("教辅资料由年级组推荐书店  ", ("title", "教辅资料由年级组推荐书店")), steps("全面清查推荐行为，责令退款"), leaders("丁卯清"), both("纪委办公室", "丁辰一", "\n"), due("4月20日", "2021-04-20"), state("√", True), "退款3.2万元"),
        (3, problem("在职教师假期有偿补课"), steps("1.签订承诺书\n2.设立举报信箱\n3.查实的取消评优资格", "签订承诺书", "设立举报信箱", "查实的取消评优资格"), leaders("丙寅正"), both("人力资源部", "戊丑五", "\n"), due("长期坚持", None, "sustained"), None, None),
        (4, problem("实验室危化品双锁钥匙同人保管"), steps("重新指定两名保管人"), leaders("戊辰稳"), both("安环部", "丙巳五", "\n"), due("立即整改", None, "immediate"), state("√", True), None),
        (5, problem("校服采购家长委员会未参与"), steps("1.组建选用委员会\n2.重新征求意见", "组建选用委员会", "重新征求意见"), leaders("辛未明"), both("采购部", "乙申二", "\n"), due("6月15日", "2021-06-15"), None, "新学期执行"),
    ])
    write(s, 8, [6, "校服采购家长委员会未参与", "1.组建选用委员会\n2.重新征求意见", "辛未明", "采购部\n乙申二", "6月15日", "", "与第5条重复"])
    o.skip(s, 8, "duplicate")
    o.sign(s, 10, "", "校长：乙丑平", "", "", "填表：己申六")


def court_logistics(o):
    """Sections for the aspects, counted in their headings; posts before the names; limits in quarters and parts of a month."""
    s = o.sheet("整改销号台账")
    o.titles(s, 10, "中级人民法院机关党委巡视整改任务销号台账（司法保障处）")
    o.head(s, 2, ["编号", "整改任务", "主要举措", "联系院领导", "承办处室", "参与处室", "承办人", "完成节点", "销号情况", "备注"])
    table = [
        "一、全面从严治党责任落实方面（2项）",
        ("1", problem("廉政风险点排查未覆盖基建岗位"), steps("一是重新梳理基建岗位权力清单；二是逐岗制定防控措施。", "重新梳理基建岗位权力清单", "逐岗制定防控措施"), leaders("纪检组长丁卯清", "丁卯清"), units("纪委", by=["规划部"]), "规划部", persons("丁辰一"), due("2021年二季度", "2021-06-30"), state("未销号", False), None),
        ("2", problem("警示教育多年用同一案例"), steps("一是选取系统内新近案例；二是组织旁听职务犯罪庭审；三是撰写心得体会。", "选取系统内新近案例", "组织旁听职务犯罪庭审", "撰写心得体会"), leaders("机关党委书记丙寅正", "丙寅正"), units("党工部"), None, persons("甲丑一"), due("4月中旬", "2021-04-20"), state("已销号", True), "旁听2场"),
        "二、诉讼费与涉案财物管理方面（2项）",
        ("3", problem("胜诉退费超过规定期限"), steps("一是清理未退案款；二是推行退费无须申请。", "清理未退案款", "推行退费无须申请"), leaders("副院长己巳衡", "己巳衡"), units("财务部", by=["法务部"]), "法务部", persons("壬酉五"), due("2021年5月底", "2021-05-31"), state("未销号", False), "剩余61件"),
        ("4", problem("涉案车辆露天停放无评估"), steps("委托评估后依法拍卖"), leaders("副院长己巳衡", "己巳衡"), units("资本部", by=["采购部", "法务部"]), "采购部、法务部", persons("乙子五"), due("2021年三季度", "2021-09-30"), state("未销号", False), None),
        "三、后勤服务保障方面（3项）",
        ("5", problem("公务用车定点维修未竞价"), steps("重新确定三家定点维修企业"), leaders("副院长辛未明", "辛未明"), units("采购部"), None, persons("戊卯六"), due("2021年4月30日前", "2021-04-30"), state("已销号", True), None),
        ("6", problem("审判楼消防维保走过场"), steps("一是更换维保单位；二是按月联动测试。", "更换维保单位", "按月联动测试"), leaders("副院长戊辰稳", "戊辰稳"), units("安环部", by=["动力厂"]), "动力厂", persons("癸戌一"), due("2021年4月底前", "2021-04-30"), state("未销号", False), None),
        ("7", problem("机关食堂餐余处置无台账"), steps("与有资质单位签约并逐日记账"), leaders("工会主席壬申和", "壬申和"), units("工会"), None, persons("丙丑二"), due("即知即改", None, "immediate"), state("已销号", True), None),
    ]
    tasks = []
    for row, line in enumerate(table, 3):
        if isinstance(line, str):
            o.section(s, row, line, "J")
        else:
            tasks += o.fill(s, row, "ABCDEFGHIJ", [line])
    o.also(tasks, "units", "F")
    write(s, 13, ["总计", "7项", "", "", "", "", "", "", "已销号3项，未销号4项"])
    o.skip(s, 13, "total")


def housing_fund(o):
    """An audit's list with sums of money; a blank row after each; a hidden column of codes and a hidden list; the state is told at length."""
    s = o.sheet("审计整改")
    o.titles(s, 11, "市住房公积金管理中心", "2020年度预算执行审计发现问题整改情况表")
    write(s, 3, ["", "", "", "", "", "", "", "", "", "单位：万元"])
    o.skip(s, 3, optional=True)
    o.head(s, 4, ["问题代码", "序号", "审计查出的主要问题", "涉及金额", "整改方案", "责任处室", "经办人员", "分管主任", "整改期限", "整改进展情况", "备注"])
    rows = [
        ("GJJ20-07", 1, problem("逾期贷款催收记录缺失"), 318.6, steps("（1）补录催收记录；（2）逾期六期以上的移送诉讼", "补录催收记录", "逾期六期以上的移送诉讼"), units("法律事务部、财务部", "法律事务部", "财务部"), persons("丁午二、己寅一", "丁午二", "己寅一"), leaders("己巳衡"), due(day(6, 30), "2021-06-30"), state("正在整改。已补录催收记录412户。", False), None),
        ("GJJ20-08", 2, problem("缓缴单位复核超期"), None, steps("（1）逐户核实经营状况；（2）恢复正常缴存", "逐户核实经营状况", "恢复正常缴存"), units("企管部"), persons("庚未一"), leaders("庚午远"), due(day(5, 31), "2021-05-31"), state("正在整改。", False), None),
        ("GJJ20-11", 3, problem("异地贷款重复缴存证明未核验"), 46, steps("与异地中心逐笔函证"), units("审计部"), persons("戊酉一"), leaders("丁卯清"), due(day(4, 15), "2021-04-15"), state("已完成整改，函证9笔均无异常。", True), "函证回执存档"),
        ("GJJ20-12", 4, problem("办公楼租金减免未上会"), 12.35, steps("（1）追缴违规减免租金；（2）减免事项一律提交主任办公会", "追缴违规减免租金", "减免事项一律提交主任办公会"), units("资本部"), persons("壬巳一"), leaders("庚午远"), due(44316, "2021-04-30"), state("已完成整改，租金已追缴入库。", True), None),
        ("GJJ20-15", 5, problem("历史沉淀账户未清理"), 1024, steps("（1）比对户籍信息；（2）公告认领；（3）长期无人认领的转入待处理户", "比对户籍信息", "公告认领", "长期无人认领的转入待处理户"), units("财务部"), persons("壬酉五"), leaders("己巳衡"), due("2021年6月底前完成比对；2021年9月底前完成公告；2021年12月底前完成结转", "2021-12-31", "staged"), state("完成30%。", False), None),
    ]
    for i, values in enumerate(rows):
        o.fill(s, 5 + 2 * i, "ABCDEFGHIJK", [values])
    s.column_dimensions["A"].hidden = True
    write(s, 15, ["", "合计", "", "=SUM(D5:D14)"])
    o.skip(s, 15, "total")
    o.hide("下拉", "已完成整改", "正在整改", "未整改")


def market_regulator(o):
    """A sheet for each office, by different hands: other words, another order, other marks; real days in one, typed ones in the other."""
    s = o.sheet("食品科")
    o.titles(s, 9, "市场监管局作风建设专项督查整改情况（食品科）")
    o.head(s, 2, ["序号", "督查发现问题", "整改办法", "主要责任人", "责任科室", "包案局长", "整改截止时间", "整改状态", "督查人"])
    o.fill(s, 3, "ABCDEFGHI", [
        (1, problem("抽检不合格食品核查处置超期"), steps("第一，对超期案件挂账督办；第二，设置处置期限预警。", "对超期案件挂账督办", "设置处置期限预警"), persons("丙巳五"), units("安全环保部"), leaders("戊辰稳"), due(day(4, 30), "2021-04-30"), state("整改中", False), "巡督一"),
        (2, problem("小作坊登记证现场核查由协管员完成"), steps("第一，核查必须两名执法人员到场；第二，已发证的重新核查；第三，通报批评。", "核查必须两名执法人员到场", "已发证的重新核查", "通报批评"), persons("癸戌一"), units("安全环保部"), leaders("戊辰稳"), due(day(5, 20), "2021-05-20"), state("整改中", False), "巡督一"),
        (3, problem("快检试剂临期未下架"), steps("当日销毁并改为先进先出"), persons("戊卯六"), units("物资采购部"), leaders("辛未明"), due("立行立改", None, "immediate"), state("已整改", True), "巡督二"),
    ])
    s = o.sheet("特种设备科")
    o.titles(s, 8, "作风建设专项督查整改情况", "（特种设备科）")
    o.head(s, 3, ["项次", "包案领导", "责任科室/责任人", "存在问题", "整改到位时间", "采取的措施", "是否整改到位", "附件"])
    o.fill(s, 4, "ABCDEFGH", [
        ("T1", leaders("辛未明"), both("机电公司", "癸辰六", "/"), problem("电梯检验报告补传日期与实际不符"), due("2021 年 5 月 10 日", "2021-05-10"), steps("1）逐台核对检验日期\n2）报告上传实行双人复核", "逐台核对检验日期", "报告上传实行双人复核"), state("否", False), None),
        ("T2", leaders("辛未明"), both("机修厂", "庚亥三", "/"), problem("停用锅炉未办理停用手续"), due("2021 年 4 月 8 日", "2021-04-08"), steps("补办停用手续并张贴停用标识"), state("是", True), "3份"),
        ("T3", leaders("丁卯清"), both("纪委办", "庚亥五", "/"), problem("检验人员在被检单位用餐"), due("2021 年 4 月 2 日", "2021-04-02"), steps("1）补交餐费\n2）谈话提醒", "补交餐费", "谈话提醒"), state("是", True), "收据"),
        ("T4", leaders("戊辰稳"), both("生产部", "甲卯二", "/"), problem("气瓶充装单位年度评级照搬上年"), due("2021 年 7 月 31 日", "2021-07-31"), steps("1）重新现场评级\n2）评级结果上网\n3）降级单位每季复查", "重新现场评级", "评级结果上网", "降级单位每季复查"), state("否", False), None),
    ])


def subdistrict(o):
    """Slips one under another: labels and values side by side, a line for the opinion of the discipline commission below each."""
    s = o.sheet("销号单")
    cards = [
        ("2021.3.18", "低保对象动态调整不及时", steps("1、入户复核低保家庭216户；2、不符合条件的按月退出；3、公示复核结果", "入户复核低保家庭216户", "不符合条件的按月退出", "公示复核结果"), leaders("壬申和"), units("工会"), persons("丙丑二"), due("2021年4月30日", "2021-04-30"), state("未完成", False)),
        ("2021.3.18", "社区经费报销附件不全", steps("1、补齐附件；2、对社区报账员开展培训", "补齐附件", "对社区报账员开展培训"), leaders("己巳衡"), units("财务部、审计部", "财务部", "审计部"), persons("壬酉五"), due("2021年5月15日", "2021-05-15"), state("未完成", False)),
        ("2021.3.19", "网格员巡查轨迹造假", steps("调换网格员两名并通报"), leaders("丙寅正"), units("组织部"), persons("乙午一"), due("立行立改", None, "immediate"), state("已完成", True)),
        ("2021.3.19", "拆迁安置房钥匙发放无签收", steps("1、逐户补签领取单；2、剩余钥匙清点封存", "逐户补签领取单", "剩余钥匙清点封存"), leaders("庚午远"), units("规划部（牵头）、建安公司（配合）", "规划部", by=["建安公司"]), persons("甲未五"), due("2021年4月9日", "2021-04-09"), state("已完成", True)),
    ]
    row = 1
    for n, (found, title, measures, leader, unit, who, on, told) in enumerate(cards):
        s[f"A{row}"] = f"街道党工委巡察整改问题销号单（之{'一二三四'[n]}）"
        across(s, row, 6)
        o.skip(s, row, optional=True)
        o.labels(s, {
            f"A{row + 1}": "问题来源", f"B{row + 1}": "区委第二巡察组", f"E{row + 1}": "登记日期", f"F{row + 1}": found, f"A{row + 2}": "问题描述", f"A{row + 3}": "整改措施", f"A{row + 4}": "班子责任人", f"C{row + 4}": "责任科室",
            f"E{row + 4}": "经办人", f"A{row + 5}": "整改时限", f"C{row + 5}": "整改结果", f"E{row + 5}": "群众评价", f"F{row + 5}": "满意" if told[1][1] else None,
        }, f"B{row + 1}:D{row + 1} B{row + 2}:F{row + 2} B{row + 3}:F{row + 3}")
        task = o.put(s, row + 2, ("B", *problem(title)), rows=list(range(row + 1, row + 6)))
        o.add(task, s, {f"B{row + 3}": measures, f"B{row + 4}": leader, f"D{row + 4}": unit, f"F{row + 4}": who, f"B{row + 5}": on, f"D{row + 5}": told})
        s[f"A{row + 6}"] = "街道纪工委意见：                    （签字盖章）        年   月   日"
        across(s, row + 6, 6)
        o.skip(s, row + 6, optional=True)
        row += 8


def natural_resources(o):
    """Four rows of heads, the last of them numbers; findings merged over their problems; several who lead and help; long words of leaders."""
    s = o.sheet("任务分解表")
    o.titles(s, 12, "附件2", "省自然资源厅党组关于省委巡视反馈意见整改任务分解表")
    o.heads(s, {
        "A3": "序号", "B3": "巡视反馈意见", "B4": "主要问题", "C4": "具体表现", "D3": "整改工作", "D4": "整改措施", "E4": "时间安排", "E5": "完成时限", "F5": "工作阶段", "G3": "工作责任", "G4": "责任厅领导", "H4": "责任处室", "H5": "牵头处室",
        "I5": "配合处室", "J4": "具体责任人", "K3": "整改进展", "L3": "备注",
    }, "A3:A5 B3:C3 B4:B5 C4:C5 D3:F3 D4:D5 E4:F4 G3:J3 G4:G5 H4:I4 J4:J5 K3:K5 L3:L5")
    o.head(s, 6, list(range(1, 13)))
    o.skip(s, 6, optional=True)
    tasks = o.fill(s, 7, "ABCDEFGHIJKL", [
        (1, finding("耕地保护责任压得不实"), problem("补充耕地项目验收把关不严"), steps("1.对近三年验收项目开展“回头看”。\n2.质量不达标的限期补建。\n3.建立验收专家随机抽取机制。", "对近三年验收项目开展“回头看”", "质量不达标的限期补建", "建立验收专家随机抽取机制"), due("2021年9月底前", "2021-09-30"), "集中整改", leaders("甲子安、庚午远", "甲子安", "庚午远"), units("规划部", by=["生产部", "审计部"]), "生产部、审计部", persons("辛子一"), state("正在推进", False), None),
        (2, None, problem("设施农用地备案后无人巡查"), steps("1.纳入卫片图斑月核查。\n2.压实属地巡查责任。", "纳入卫片图斑月核查", "压实属地巡查责任"), due("2021年6月底前", "2021-06-30"), "集中整改", leaders("庚午远"), units("规划部"), None, persons("甲未五"), state("正在推进", False), None),
        (3, finding("矿业权出让监管有短板"), problem("采矿权延续要件补正次数过多"), steps("编制一次性告知清单"), due("2021年4月20日前", "2021-04-20"), "集中整改", leaders("辛未明"), units("法务部", by=["企管部"]), "企管部", persons("丁午二"), state("已完成", True), None),
        (4, None, problem("矿山生态修复基金提取不足"), steps("1.核定应提未提金额。\n2.对欠提企业下达催缴通知。", "核定应提未提金额", "对欠提企业下达催缴通知"), due("2021年11月底前", "2021-11-30"), "集中整改", leaders("己巳衡、戊辰稳", "己巳衡", "戊辰稳"), units("财务部", by=["安环部", "一号矿", "二号矿"]), "安环部、一号矿、二号矿", persons("己寅一 癸戌一", "己寅一", "癸戌一"), state("正在推进", False), "涉及12家"),
        (5, None, problem("越界开采线索移送滞后"), steps("1.建立线索五日移送制度。\n2.每季度与公安机关会商。", "建立线索五日移送制度", "每季度与公安机关会商"), due("长期坚持", None, "sustained"), "巩固提升", leaders("丁卯清"), units("纪委办", by=["法务部"]), "法务部", persons("丁辰一"), state("正在推进", False), None),
        (6, finding("测绘成果保密管理松懈"), problem("涉密图件外借未登记归还日期"), steps("1.逐件催还。\n2.启用借阅到期提醒。", "逐件催还", "启用借阅到期提醒"), due("2021年3月31日前", "2021-03-31"), "集中整改", leaders("丙寅正"), units("党工部"), None, persons("甲丑一"), state("已完成", True), None),
    ], held="B")
    o.also(tasks, "units", "I")
    o.note(s, 14, "注：1.牵头处室对整改任务负总责。2.各处室于每月20日前报送进展。", 12)


def traffic_police(o):
    """It begins in B3 and is sorted by unit: unit, leader and person stand first, merged down; an empty column in between; days with spaces; a tick where it is done."""
    s = o.sheet("支队")
    s["B1"] = "交警支队纪律作风教育整顿查摆问题整改一览表"
    s.merge_cells("B1:K1")
    o.skip(s, 1, "title", optional=True)
    o.heads(s, {"B3": "责任大队（科室）", "C3": "包队领导", "D3": "责任民警", "E3": "编号", "F3": "查摆问题", "H3": "整改硬措施", "I3": "整改时间表", "J3": "阶段成效", "K3": "办结否\n（打“✔”）"})
    o.fill(s, 4, "BCDEFHIJK", [
        (units("建安公司"), leaders("副支队长庚午远", "庚午远"), persons("癸子二"), 1, problem("事故认定书超期送达"), steps("① 清理超期案件 ② 送达时限系统预警", "清理超期案件", "送达时限系统预警"), due("4 月 20 日", "2021-04-20"), "清理19件", None),
        (None, None, None, 2, problem("协管员单独执勤开单"), steps("① 作废所开罚单 ② 协管员执勤须民警带队 ③ 通报全队", "作废所开罚单", "协管员执勤须民警带队", "通报全队"), due("4 月 5 日", "2021-04-05"), "作废8单", state("✔", True)),
        (units("物贸公司"), leaders("政委丙寅正", "丙寅正"), persons("丁子七"), 3, problem("暂扣车辆停车费由停车场代收"), steps("① 与停车场解除代收协议 ② 已收费用原路退回", "与停车场解除代收协议", "已收费用原路退回"), due("5 月 15 日", "2021-05-15"), None, None),
        (None, None, None, 4, problem("电动车上牌点私自搭售保险"), steps("取缔搭售并公布举报电话"), due("立行立改", None, "immediate"), "取缔2处", state("✔", True)),
        (None, None, None, 5, problem("查缉布控预警签收不及时"), steps("实行三分钟签收制"), due("常抓不懈", None, "sustained"), None, None),
        (units("纪委办公室"), leaders("纪委书记丁卯清", "丁卯清"), persons("庚亥五"), 6, problem("执法记录仪视频抽查比例偏低"), steps("① 抽查比例提高到百分之十 ② 抽查结果每周通报", "抽查比例提高到百分之十", "抽查结果每周通报"), due("4 月 30 日", "2021-04-30"), "通报2期", None),
    ], held="BCD")
    o.note(s, 11, "说明：办结否一栏由支队督察大队核实后打“✔”。", 11)


def education_bureau(o):
    """Two tables on one sheet, each with its own heads in its own order: what was mended, and what goes on."""
    s = o.sheet("清单")
    o.titles(s, 8, "市教育局民办教育专项治理整改清单（截至2021年4月12日）")
    o.plain(s, 2, "（一）已经整改到位的问题", 8)
    o.head(s, 3, ["序号", "问题", "整改措施", "责任科室", "责任人", "整改时限", "整改结果", "佐证"])
    o.fill(s, 4, "ABCDEFGH", [
        (1, problem("年检材料只收不审"), steps("重新审核全部年检材料"), units("企业管理部"), persons("庚未一"), due("3月31日", "2021-03-31"), state("已整改到位", True), "审核表"),
        (2, problem("校外培训机构收费备案缺项"), steps("1.补备案；2.网上公示收费项目", "补备案", "网上公示收费项目"), units("财务部"), persons("壬酉五"), due("4月6日", "2021-04-06"), state("已整改到位", True), "公示截图"),
        (3, problem("培训机构外教无犯罪记录证明缺失"), steps("补收证明，不能提供的停课"), units("法律事务部"), persons("庚丑六"), due("4月9日", "2021-04-09"), state("已整改到位", True), None),
    ])
    o.plain(s, 8, "（二）正在整改的问题", 8)
    o.head(s, 9, ["序号", "责任科室", "分管局领导", "责任人", "问题", "下步整改措施", "拟完成时间", "目前进度"])
    o.skip(s, 9, optional=True)
    o.fill(s, 10, "ABCDEFGH", [
        (1, units("规划部"), leaders("庚午远"), persons("甲未五"), problem("民办幼儿园消防验收遗留"), steps("1.逐园会商消防部门\n2.限期改造\n3.改造无望的分流幼儿", "逐园会商消防部门", "限期改造", "改造无望的分流幼儿"), due("8月31日", "2021-08-31"), state("完成60%", False)),
        (2, units("资本部"), leaders("庚午远"), persons("壬巳一"), problem("民办学校办学结余违规分配"), steps("责令追回分配款"), due("10月底", "2021-10-31"), state("完成20%", False)),
        (3, units("宣传部"), leaders("丙寅正"), persons("己午五"), problem("招生简章夸大宣传"), steps("1.简章先备案后发布\n2.对三所学校约谈", "简章先备案后发布", "对三所学校约谈"), due("6月上旬", "2021-06-10"), state("正在整改", False)),
    ])
    o.sign(s, 14, "科长：", "", "", "", "分管领导：")


def museum(o):
    """Nothing is merged: measures have rows of their own and what stands above is left blank below them; the limit is the problem's, the state is told in prose."""
    s = o.sheet("整改落实")
    o.titles(s, 9, "市博物馆党支部", "巡察整改“问题、措施、责任、时限”四张清单")
    o.head(s, 3, ["序号", "问题清单", "", "措施清单", "责任清单", "", "", "时限清单", "落实结果"])
    o.head(s, 4, ["", "反馈问题", "具体问题", "具体措施", "馆领导", "责任部门", "责任人", "完成时间", "完成情况"])
    s.merge_cells("B3:C3")
    s.merge_cells("E3:G3")
    table = [
        ("藏品安全意识不强", "库房温湿度记录断档", ["检修恒湿设备", "每日两次人工记录", "记录按月装订归档"], leaders("戊辰稳"), units("生产部"), persons("甲卯二"), due("2021/4/25", "2021-04-25"), state("检修单位已进场，记录本已启用，正在推进。", False)),
        (None, "藏品提用单缺馆长签字", ["补签提用单"], leaders("戊辰稳"), units("生产部"), persons("丁戌六"), due("2021/4/2", "2021-04-02"), state("已完成。提用单共14张，4月1日全部补签。", True)),
        ("文创经营不规范", "文创授权费长期未收", ["发函催收授权费", "逾期解除授权合同"], leaders("辛未明"), units("法务部、企管部", "法务部", "企管部"), persons("丁午二，癸寅五", "丁午二", "癸寅五"), due("2021/6/30", "2021-06-30"), state("正在推进，已发函3家，收回授权费1.8万元。", False)),
        (None, "临展门票收入未实行票款分离", ["收费上线财政票据系统", "收入每周缴库"], leaders("己巳衡"), units("财务部"), persons("己寅一"), due("2021/5/31", "2021-05-31"), state("尚未完成，系统接口等待财政部门开通", False)),
        ("志愿服务管理松散", "志愿者补贴冒领", ["追回冒领补贴", "签到改为人脸识别"], leaders("壬申和"), units("工会"), persons("己申六"), due("2021/4/9", "2021-04-09"), state("已完成，追回补贴2600元", True)),
    ]
    row = found = 5
    for n, (found_text, title, measures, leader, unit, who, on, told) in enumerate(table, 1):
        found = row if found_text else found
        cells = [("A", n), ("B", found_text), ("C", *problem(title)), ("E", *leader), ("F", *unit), ("G", *who), ("H", *on), ("I", *told)]
        row = o.ladder(s, row, cells, [(m, None, None, None) for m in measures], "D")
        tell(o.truth["tasks"][-1], "finding", f"B{found}", text=s[f"B{found}"].value)
    o.sign(s, row + 1, "支部书记：", "", "", "纪检委员：")


def finance_bureau(o):
    """A column for each ten days of progress, a per cent for the state, full-width digits in the limits, a leader's name spaced out."""
    s = o.sheet("旬报")
    o.titles(s, 12, "财政局“三公”经费及专项资金绩效巡察整改旬报表")
    s["A2"], s["I2"] = "报送科室：监督检查科", "第 3 期"
    o.skip(s, 2, optional=True)
    o.heads(s, {
        "A3": "序号", "B3": "问题内容", "C3": "整改举措", "D3": "局领导", "E3": "责任科（室）", "F3": "科室责任人", "G3": "限定完成时间", "H3": "各旬进展", "H4": "3月下旬", "I4": "4月上旬", "J4": "4月中旬", "K3": "完成率", "L3": "需协调事项",
    }, "H3:J3 " + " ".join(f"{c}3:{c}4" for c in "ABCDEFGKL"))
    o.fill(s, 5, "ABCDEFGHIJKL", [
        (1, problem("专项资金滞留超过三十日"), steps("一是逐笔下达滞留资金，二是按旬通报下达进度", "逐笔下达滞留资金", "按旬通报下达进度"), leaders("己巳 衡", "己巳衡"), units("财务部"), persons("己寅一"), due("２０２１年４月３０日", "2021-04-30"), "下达2笔", "下达7笔", "下达11笔", state("80%", False), "无"),
        (2, problem("绩效自评报告千篇一律"), steps("一是退回重写，二是引入第三方复评，三是结果与预算挂钩", "退回重写", "引入第三方复评", "结果与预算挂钩"), leaders("己巳 衡", "己巳衡"), units("审计部"), persons("辛辰五"), due("２０２１年８月底前", "2021-08-31"), "退回13份", "收回9份", None, state("40%", False), "第三方费用"),
        (3, problem("公务接待一函多餐"), steps("追缴超标准接待费用"), leaders("丁卯清"), units("纪委办"), persons("丁辰一"), due("２０２１年４月１０日", "2021-04-10"), "追缴中", "追缴完毕", None, state("100%", True), None),
        (4, problem("政府采购质疑答复超时"), steps("一是明确答复岗位，二是七日未答复的追责", "明确答复岗位", "七日未答复的追责"), leaders("辛未明"), units("采购部、法务部", "采购部", "法务部"), persons("乙申二、丁午二", "乙申二", "丁午二"), due("２０２１年５月中旬", "2021-05-20"), None, "岗位已明确", None, state("50%", False), None),
        (5, problem("乡镇财政所印鉴由一人保管"), steps("印鉴分人保管"), leaders("庚午远"), unknown("各乡镇财政所"), persons("壬巳一"), undated("本月内视人员到岗情况"), None, None, None, state("0%", False), "人员不足"),
    ])
    write(s, 10, ["合计", "5个问题"])
    o.skip(s, 10, "total")


HABITS = [
    housing_bureau, city_hospital, middle_school, court_logistics, housing_fund, market_regulator, subdistrict, natural_resources, traffic_police,
    education_bureau, museum, finance_bureau,
]


def make(first, units_known, people, target):
    """Writes all of them; the truth of each."""
    truths = []
    for n, habit in enumerate(HABITS, first):
        desk = Desk(n, units_known, people)
        habit(desk)
        truths.append(desk.save(target))
    return truths
