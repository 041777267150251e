"""Twelve ledgers as companies keep them, with their truth: a sixth set that was held out, written without a look at the importer.

A power grid branch, an airport, a research institute, a pharmaceutical plant, a railway section, a television station, a tobacco company, a water
group, a steel mill, a logistics park, a property company and a brewery: each is one function, its rows written out by hand. `make_ledgers.py` writes
them as 81.xlsx to 92.xlsx. The truth is told as in `office_ledgers.py`, and only of cells whose meaning a careful clerk would be sure of.
"""
import datetime

from field_ledgers import Field, day, undated, unknown
from office_ledgers import tell, write
from sector_ledgers import due, leaders, persons, problem, state, steps, units


class Company(Field):
    """A book whose tables are filled row by row, what holds for several rows being merged down over them."""

    def fill(self, sheet, top, columns, rows, held="", merge=True):
        """One task a row. In a column of `held`, None means that what stands above holds here too."""
        begun, tasks = {}, []
        for row, values in enumerate(rows, top):
            given = [(c, v) for c, v in zip(columns, values) if not (c in held and v is None)]
            task = self.put(sheet, row, *((c, *v) if isinstance(v, tuple) else (c, v) for c, v in given))
            for column in held:
                if column in dict(given):
                    begun[column] = row
                else:
                    task["cells"] += [told for told in tasks[-1]["cells"] if told["cell"] == f"{column}{begun[column]}"]
            tasks.append(task)
        if merge:
            for column, values in zip(columns, zip(*rows)):
                starts = [top + i for i, value in enumerate(values) if value is not None] + [top + len(rows)] if column in held else []
                for first, after in zip(starts, starts[1:]):
                    if after - first > 1:
                        sheet.merge_cells(f"{column}{first}:{column}{after - 1}")
        return tasks

    def sign(self, sheet, row, *values):
        write(sheet, row, values)
        self.skip(sheet, row, "signature")

    def section(self, sheet, row, text, last):
        sheet[f"A{row}"] = text
        sheet.merge_cells(f"A{row}:{last}{row}")
        self.skip(sheet, row, "section", optional=True)


def finding(text):
    return text, ("finding", text)


def both(unit, who, between):
    """A unit and its person in one cell."""
    return unit + between + who, ("units", ([unit], [])), ("persons", [who])


def power_grid(o):
    """Two rows of heads; the progress is told at length beside a plain word; who leads and who helps have columns."""
    s = o.sheet("整改台账")
    o.titles(s, 12, "附件3", "供电分公司党委落实巡察反馈意见整改工作台账")
    s["A3"], s["J3"] = "填报单位（章）：供电分公司纪委办公室", "填报时间：2021年4月16日"
    o.skip(s, 3, "title", optional=True)
    o.heads(s, {
        "A4": "序号", "B4": "问题", "B5": "反馈问题", "C5": "具体问题", "D4": "整改措施", "E4": "责任落实", "E5": "牵头领导", "F5": "牵头部门", "G5": "配合部门", "H5": "责任人", "I4": "整改完成时限",
        "J4": "截至目前进展情况", "K4": "是否完成整改", "L4": "佐证材料名称",
    }, "A4:A5 B4:C4 D4:D5 E4:H4 I4:I5 J4:J5 K4:K5 L4:L5")
    o.fill(s, 6, "ABCDEFGHIJKL", [
        (1, finding("业扩报装服务不规范"), problem("报装资料重复收取"), steps("1.精简报装资料清单；\n2.对营业厅人员开展一次集中培训。", "精简报装资料清单", "对营业厅人员开展一次集中培训"), leaders("乙丑平"), units("企管部", by=["法务部"]), "法务部", persons("癸寅五"), due("2021年4月30日前", "2021-04-30"), "资料清单已由9项压减为4项，培训安排在下周。", state("否", False), None),
        (2, None, problem("配套工程超期未跟踪"), steps("1.逐项排查在途配套工程；\n2.建立超期预警提醒；\n3.每半月通报一次超期项目。", "逐项排查在途配套工程", "建立超期预警提醒", "每半月通报一次超期项目"), leaders("庚午远"), units("规划部", by=["生产部", "建安公司"]), "生产部、建安公司", persons("甲未五"), due("2021年6月30日 前", "2021-06-30"), "已排查在途工程37项，其中超期5项，正逐项核实原因。", state("否", False), None),
        (3, finding("物资管理存在廉洁风险"), problem("退役变压器处置未入账"), steps("补录退役变压器处置台账并追缴残值款"), leaders("辛未明"), units("采购部", by=["财务部"]), "财务部", persons("戊卯六"), due("2021年4月10日前", "2021-04-10"), "补录退役变压器12台，残值款已全部上缴。", state("是", True), "台账、进账单"),
        (4, None, problem("应急物资代储协议到期未续签"), steps("1.补签代储协议；\n2.到期前60日自动提醒。", "补签代储协议", "到期前60日自动提醒"), leaders("辛未明"), units("采购部"), None, persons("乙申二"), due("2021年3月31日前", "2021-03-31"), "协议已补签，提醒功能上线。", state("是", True), "代储协议"),
        (5, finding("农网工程监督缺位"), problem("隐蔽工程影像资料缺失"), steps("1.对在建工程补拍影像；\n2.影像资料不全的不予结算。", "对在建工程补拍影像", "影像资料不全的不予结算"), leaders("戊辰稳"), units("生产部", by=["审计部"]), "审计部", persons("丁戌六"), due("2021年7月31日前", "2021-07-31"), "正在开展。", state("否", False), None),
        (6, None, problem("分包队伍人员信息登记不实"), steps("对分包队伍开展人证核对"), leaders("戊辰稳"), units("安环部", by=["人力部"]), "人力部", persons("癸戌一"), due("立行立改", None, "immediate"), "现场核对216人，清退人证不符9人。", state("是", True), "核对表"),
    ], held="B")
    o.note(s, 12, "注：“是否完成整改”一栏填写“是”或“否”，填“是”的须附佐证材料。", 12)
    o.sign(s, 13, "主要负责人签字：", "", "", "", "审核：", "", "", "", "填报：")


def airport(o):
    """One row of heads; clauses and risk in between; the marks of who leads and who helps stand behind the units; real days and typed ones mixed."""
    s = o.sheet("安全审计")
    o.titles(s, 13, "××机场安全生产专项督导问题整改跟踪表（第2期）")
    write(s, 2, ["序号", "发现日期", "问题编码", "问题描述", "不符合条款", "风险等级", "整改措施", "责任部门", "分管领导", "部门责任人", "整改期限", "整改状态", "验证人"])
    o.fill(s, 3, "ABCDEFGHIJKLM", [
        (1, day(3, 8), "AQ-21-017", problem("飞行区围界报警主机间歇性离线"), "手册5.3.2", "中", steps("（1）更换报警主机电源模块（2）每日两次人工巡查围界（3）完善故障升级处置程序", "更换报警主机电源模块", "每日两次人工巡查围界", "完善故障升级处置程序"), units("安全环保部（牵头）、动力厂（配合）", "安全环保部", by=["动力厂"]), leaders("戊辰稳"), persons("丙巳五"), due(day(4, 25), "2021-04-25"), state("整改中", False), None),
        (2, day(3, 8), "AQ-21-018", problem("机坪牵引车灭火器过期"), "手册7.1.4", "低", steps("更换过期灭火器11具"), units("机电公司"), leaders("戊辰稳"), persons("癸辰六"), due(day(3, 12), "2021-03-12"), state("已关闭", True), "巡督一"),
        (3, day(3, 9), "AQ-21-019", problem("鸟击防范记录与监控时间不符"), "手册9.2.1", "中", steps("（1）约谈驱鸟班班长（2）记录改为扫码打卡", "约谈驱鸟班班长", "记录改为扫码打卡"), units("生产技术部（牵头）、纪委办公室（配合）", "生产技术部", by=["纪委办公室"]), leaders("丁卯清"), persons("甲卯二"), due("2021/4/15", "2021-04-15"), state("已关闭", True), "巡督一"),
        (4, day(3, 9), "AQ-21-020", problem("危险品收运人员培训合格证逾期"), "规定第31条", "高", steps("暂停逾期人员收运权限，组织复训考试"), units("人力资源部（牵头）、物贸公司（配合）", "人力资源部", by=["物贸公司"]), leaders("丙寅正"), persons("乙午一"), due("2021/4/9", "2021-04-09"), state("整改中", False), None),
        (5, day(3, 10), "AQ-21-021", problem("除冰液库存低于最低保障量"), "预案4.6", "低", steps("（1）按最低保障量补足（2）每年9月开展库存核查", "按最低保障量补足", "每年9月开展库存核查"), units("物资采购部"), leaders("辛未明"), persons("乙申二"), due("2021/9/30", "2021-09-30"), state("未启动", False), None),
        (6, day(3, 10), "AQ-21-022", problem("航站楼改造动火作业监护人脱岗"), "规程2.8", "高", steps("（1）对施工单位处罚（2）动火作业全程视频监护", "对施工单位处罚", "动火作业全程视频监护"), units("建安公司（牵头）、安环部、工会（配合）", "建安公司", by=["安环部", "工会"]), leaders("戊辰稳、壬申和", "戊辰稳", "壬申和"), persons("丙未六"), due("立即整改", None, "immediate"), state("已关闭", True), "巡督二"),
        (7, day(3, 11), "AQ-21-023", problem("旅客遗失物品移交无签收"), "制度3.3", "低", steps("启用遗失物品电子登记系统"), unknown("航站区管理部"), leaders("壬申和"), persons("己申六"), due("2021/5/20", "2021-05-20"), state("整改中", False), None),
    ])
    o.sign(s, 10, "", "编制：辛辰五", "", "", "", "审核：戊酉一")


def research_institute(o):
    """A card for each problem, each on a sheet of its own: labels and values, two pairs in a line where they are short."""
    cards = [
        ("横向课题经费管理", "横向课题结余经费长期不结转", "课题负责人对结转规定不了解，财务提醒不及时。", steps("1、对结余两年以上课题逐项清理；\n2、修订横向课题经费管理办法；\n3、财务系统设置结题提醒。", "对结余两年以上课题逐项清理", "修订横向课题经费管理办法", "财务系统设置结题提醒"), leaders("总会计师 己巳衡", "己巳衡"), units("财务部"), persons("己寅一"), due("2021年6月30日", "2021-06-30"), state("正在推进", False)),
        ("科研外协", "外协单位遴选缺少比选材料", "重进度、轻程序。", steps("1、补充说明遴选理由；\n2、今后外协一律三家以上比选。", "补充说明遴选理由", "今后外协一律三家以上比选"), leaders("副总经理 庚午远", "庚午远"), units("规划发展部（牵头）\n法律事务部（配合）", "规划发展部", by=["法律事务部"]), persons("辛子一"), due("2021年5月15日", "2021-05-15"), state("正在推进", False)),
        ("大型仪器", "进口质谱仪开放共享机时不足", "没有纳入考核。", steps("将共享机时纳入年度考核指标"), leaders("总经理 乙丑平", "乙丑平"), units("企业管理部"), persons("庚未一"), due("2021年12月底", "2021-12-31"), state("未启动", False)),
        ("学术委员会", "回避制度执行不到位", "委员名单多年未换届。", steps("1、完成学术委员会换届；\n2、评审前签署回避承诺。", "完成学术委员会换届", "评审前签署回避承诺"), leaders("党委副书记 丙寅正", "丙寅正"), units("组织部（牵头）\n纪委办（配合）", "组织部", by=["纪委办"]), persons("戊丑五"), due("2021年4月20日", "2021-04-20"), state("已完成", True)),
        ("试剂采购", "易制毒试剂领用登记不全", "双人双锁没有落实。", steps("1、核对近一年领用记录；\n2、更换双锁试剂柜。", "核对近一年领用记录", "更换双锁试剂柜"), leaders("副总经理 戊辰稳", "戊辰稳"), units("安全环保部"), persons("丙巳五"), due("立行立改，4月2日前", "2021-04-02", "immediate"), state("已完成", True)),
    ]
    for n, (kind, title, cause, measures, leader, unit, who, on, told) in enumerate(cards, 1):
        s = o.sheet(f"问题{n}")
        o.heads(s, {
            "A1": "××研究院巡察整改任务卡", "A2": "卡片编号", "B2": f"YJY-{n:02}", "C2": "问题领域", "D2": kind, "A3": "存在问题", "A4": "原因分析", "B4": cause, "A5": "整改措施", "A6": "责任领导",
            "C6": "责任部门", "A7": "责任人", "C7": "联系电话", "D7": f"内线 80{n}2", "A8": "完成时限", "C8": "完成情况", "A9": "部门负责人签字：", "C9": "责任领导签字：",
        }, "A1:D1 B3:D3 B4:D4 B5:D5 A9:B9 C9:D9")
        o.skip(s, 1, "title", optional=True)
        o.skip(s, 9, "signature", optional=True)
        task = o.put(s, 3, ("B", *problem(title)), rows=list(range(2, 9)))
        o.add(task, s, {"B5": measures, "B6": leader, "D6": unit, "B7": who, "B8": on, "D8": told})


def pharmaceutical_plant(o):
    """The business link is merged down and its leader with it; who it is stands by his post; planned and real days have a column each."""
    s = o.sheet("药厂")
    o.titles(s, 12, "××制药厂采购销售领域突出问题专项整治问题整改清单")
    write(s, 2, ["填报部门：纪检监察室　　　　　　　　　　联系人：庚亥五　　　　　　　　　　报送日期：2021年4月20日"])
    s.merge_cells("A2:L2")
    o.skip(s, 2, "title", optional=True)
    write(s, 3, ["序号", "业务环节", "存在的问题", "整改措施", "整改成效目标", "责任部门（车间）", "责任人（职务）", "包联领导", "计划完成日期", "实际完成日期", "整改情况", "备注"])
    o.fill(s, 4, "ABCDEFGHIJKL", [
        (1, "原辅料采购", problem("中药材产地证明审核流于形式"), steps("一是退回产地证明不全的批次；二是实行产地实地核查。", "退回产地证明不全的批次", "实行产地实地核查"), "证明齐全率100%", units("物资采购部"), persons("戊卯六（副部长）", "戊卯六"), leaders("辛未明"), due("2021.4.30", "2021-04-30"), None, state("整改中", False), None),
        (2, None, problem("独家供货未履行论证程序"), steps("一是补做独家供货论证；二是论证材料报纪检监察室备案；三是每年复核一次独家供货目录。", "补做独家供货论证", "论证材料报纪检监察室备案", "每年复核一次独家供货目录"), "程序合规", units("物资采购部、法律事务部", "物资采购部", "法律事务部"), persons("乙申二（部长）、丁午二（部长）", "乙申二", "丁午二"), None, due("2021.5.31", "2021-05-31"), None, state("整改中", False), None),
        (3, None, problem("采购合同倒签"), steps("对倒签合同经办人批评教育并扣减绩效"), "杜绝倒签", units("法务部"), persons("庚丑六（副部长）", "庚丑六"), None, due("2021.4.9", "2021-04-09"), "2021.4.7", state("已整改", True), None),
        (4, "市场推广", problem("学术会议费报销缺少签到影像"), steps("一是补充签到影像，无法补充的退回费用；二是修订推广费用报销细则。", "补充签到影像，无法补充的退回费用", "修订推广费用报销细则"), "票据真实", units("财务部"), persons("壬酉五（副部长）", "壬酉五"), leaders("己巳衡"), due("2021.6.15", "2021-06-15"), None, state("整改中", False), "涉及37场"),
        (5, None, problem("推广服务商准入门槛过低"), steps("清退注册不满一年的服务商"), "清退到位", units(" 企业管理部", "企业管理部"), persons("癸寅五（副部长）", "癸寅五"), None, due("2021.4.16", "2021-04-16"), "2021.4.15", state("已整改", True), "清退6家"),
        (6, "产品召回", problem("召回药品销毁无第三方见证"), steps("委托环保单位监销"), "全程见证", units("安全环保部"), persons("癸戌一（部长）", "癸戌一"), leaders("戊辰稳"), due("2021.7.10", "2021-07-10"), None, state("未整改", False), None),
    ], held="BH")
    write(s, 10, ["合计", "", "6个问题", "10条措施", "", "", "", "", "", "", "已整改2个"])
    o.skip(s, 10, "total")


def railway_section(o):
    """Three rows of heads with ticks under done and not done; the time is a span."""
    s = o.sheet("工务段")
    o.titles(s, 11, "工务段党委政治巡察“回头看”问题整改推进表")
    o.heads(s, {
        "A2": "顺号", "B2": "问题情况", "B3": "问题表现", "C3": "问题来源", "D2": "整改工作安排", "D3": "具体举措", "E3": "起止时间", "F3": "责任体系", "F4": "主管领导", "G4": "主责部门", "H4": "直接责任人", "I2": "整改结果",
        "I3": "完成", "J3": "未完成", "K2": "备注",
    }, "A2:A4 B2:C2 B3:B4 C3:C4 D2:H2 D3:D4 E3:E4 F3:H3 I2:J2 I3:I4 J3:J4 K2:K4")
    rows = [
        (problem("防洪值守人员替班未报备"), "局巡察组", steps("1. 核查汛期值守排班\n2. 替班实行书面报备", "核查汛期值守排班", "替班实行书面报备"), due("3月20日—4月30日", "2021-04-30"), leaders("戊辰稳"), units("生产部"), persons("丁戌六"), False),
        (problem("料库钢轨扣件短少"), "局巡察组", steps("1. 全面盘库\n2. 追究保管责任\n3. 安装库区监控", "全面盘库", "追究保管责任", "安装库区监控"), due("3月20日—5月31日", "2021-05-31"), leaders("辛未明"), units("采购部"), persons("戊卯六"), False),
        (problem("劳务派遣工作票代签"), "自查", steps("代签人员离岗培训"), due("3月22日—3月31日", "2021-03-31"), leaders("丙寅正"), units("人力部"), persons("乙午一"), True),
        (problem("职工食堂结余挪作接待"), "信访", steps("1. 退还挪用结余\n2. 按月公示伙食账", "退还挪用结余", "按月公示伙食账"), due("3月20日—4月20日", "2021-04-20"), leaders("壬申和"), units("工会"), persons("己申六"), True),
        (problem("道口看守点党员包保缺岗"), "自查", steps("重新划分党员包保区段"), due("4月1日—6月底", "2021-06-30"), leaders("丙寅正"), units("党工部"), persons("丁申五"), False),
        (problem("既有线施工配合费收取不透明"), "局巡察组", steps("1. 公开收费标准\n2. 补开票据", "公开收费标准", "补开票据"), due("3月20日—7月15日", "2021-07-15"), leaders("己巳衡"), units("财务部"), persons("己寅一"), False),
    ]
    for i, (title, source, measures, on, leader, unit, who, done) in enumerate(rows):
        ticked, other = ("I", "J") if done else ("J", "I")
        task = o.put(s, 5 + i, ("A", f"{i + 1:02}"), ("B", *title), ("C", source), ("D", *measures), ("E", *on), ("F", *leader), ("G", *unit), ("H", *who), (ticked, "√"))
        tell(task, "status", f"{ticked}{5 + i}", done=done, beside=[f"{other}{5 + i}"])
    o.sign(s, 11, "段党委书记：", "", "", "段长：", "", "", "", "制表：")


def television_station(o):
    """Sections with their counts; no column of persons; who leads and who helps is told in words; one unit that nobody knows."""
    s = o.sheet("Sheet1")
    o.titles(s, 9, "××广播电视台", "关于市委第三巡察组反馈意见的整改任务台账", "（2021年4月）")
    write(s, 4, ["编号", "整改任务", "整改措施", "完成标准", "责任领导", "责任部门", "完成时限", "任务状态", "备注"])
    table = [
        "一、意识形态责任制方面（3项）",
        ("1-1", problem("外购节目审查只看成片不看合同"), steps("①合同与成片同步送审；②建立外购节目负面清单。", "合同与成片同步送审", "建立外购节目负面清单"), "清单印发", leaders("丙寅正"), units("宣传部"), due("5月底前", "2021-05-31"), state("推进中", False), None),
        ("1-2", problem("新媒体账号注销不及时"), steps("①清理停更账号；②账号实行实名备案；③每季度复查。", "清理停更账号", "账号实行实名备案", "每季度复查"), "停更账号清零", leaders("丙寅正"), units("宣传部、企管部", "宣传部", "企管部"), due("4月中旬", "2021-04-20"), state("已完成", True), "注销14个"),
        ("1-3", problem("直播延时设备故障未报修"), steps("更换延时设备"), "设备可用", leaders("戊辰稳"), unknown("总编室"), due("立行立改", None, "immediate"), state("已完成", True), None),
        "二、经营管理方面（2项）",
        ("2-1", problem("广告应收款账龄超过三年"), steps("①逐户对账；②依法诉讼追收。", "逐户对账", "依法诉讼追收"), "回款率60%", leaders("己巳衡、辛未明", "己巳衡", "辛未明"), units("财务部牵头，法务部配合", "财务部", by=["法务部"]), due("12月20日前", "2021-12-20"), state("推进中", False), None),
        ("2-2", problem("演播厅出租收入未纳入统一核算"), steps("收入全部归入台财务账"), "账务合并", leaders("己巳衡"), units("财务部"), due("4月30日前", "2021-04-30"), state("已完成", True), None),
        "三、干部队伍方面（2项）",
        ("3-1", problem("制片人长期不轮岗"), steps("①制定轮岗计划；②任期满六年的一律轮岗。", "制定轮岗计划", "任期满六年的一律轮岗"), "轮岗完成", leaders("丙寅正"), units("组织部"), due("第三季度末", "2021-09-30"), state("未启动", False), None),
        ("3-2", problem("主持人外出兼职未审批"), steps("①开展兼职申报；②对未报批人员谈话提醒。", "开展兼职申报", "对未报批人员谈话提醒"), "申报全覆盖", leaders("丁卯清"), units("人力资源部牵头，纪委办公室配合", "人力资源部", by=["纪委办公室"]), due("长期坚持", None, "sustained"), state("推进中", False), None),
    ]
    for row, line in enumerate(table, 5):
        if isinstance(line, str):
            o.section(s, row, line, "I")
        else:
            o.fill(s, row, "ABCDEFGHI", [line])
    o.note(s, 15, "说明：责任部门有两个以上的，排在第一位的为牵头部门。", 9)


def tobacco_company(o):
    """A sheet for each line of business, by different hands: the order and the words of the heads differ; a page tells how to fill in."""
    s = o.sheet("专卖线")
    o.titles(s, 8, "烟草专卖领域整改情况表（专卖线）")
    write(s, 2, ["序号", "问题", "整改措施", "整改责任单位", "责任领导", "责任人", "整改时限", "整改完成情况"])
    o.fill(s, 3, "ABCDEFGH", [
        (1, problem("罚没卷烟移交间隔过长"), steps("1)每周移交一次；2)移交单双方签字", "每周移交一次", "移交单双方签字"), units("法律事务部"), leaders("丁卯清"), persons("丁午二"), due("2021-4-20", "2021-04-20"), state("已完成", True)),
        (2, problem("零售许可证审批弹性过大"), steps("1)细化布局标准；2)审批结果上网", "细化布局标准", "审批结果上网"), units("企业管理部"), leaders("辛未明"), persons("庚未一"), due("2021-6-20", "2021-06-20"), state("未完成", False)),
        (3, problem("举报奖励发放缺少审核"), steps("举报奖励由两人审核"), units("纪委办公室"), leaders("丁卯清"), persons("丁辰一"), due("2021-4-15", "2021-04-15"), state("已完成", True)),
    ])
    s = o.sheet("营销线")
    o.titles(s, 8, "烟草专卖领域整改情况表（营销线）")
    write(s, 2, ["问题编号", "检查出的问题", "主管领导", "整改部门", "具体负责人", "整改办法", "拟完成时间", "当前进度"])
    o.fill(s, 3, "ABCDEFGH", [
        ("YX-1", problem("紧俏烟投放向关系户倾斜"), leaders("辛未明副总经理", "辛未明"), units("物贸公司"), persons("甲巳三"), steps("1)按档位公开投放；2)回查三个月投放数据；3)对违规客户经理调岗", "按档位公开投放", "回查三个月投放数据", "对违规客户经理调岗"), due("4月底", "2021-04-30"), state("正在进行", False)),
        ("YX-2", problem("终端陈列补贴虚列"), leaders("辛未明副总经理", "辛未明"), units("物贸公司"), persons("丁子七"), steps("追回虚列补贴"), due("5月10号前", "2021-05-10"), state("正在进行", False)),
    ])
    s = o.sheet("财务线")
    o.titles(s, 8, "烟草专卖领域整改情况表（财务线）")
    write(s, 2, ["序号", "问题", "整改措施", "整改责任单位", "责任领导", "责任人", "整改时限", "整改完成情况"])
    o.fill(s, 3, "ABCDEFGH", [
        (1, problem("扶贫捐赠资金未跟踪使用"), steps("1)实地回访受赠村；2)收集使用凭证", "实地回访受赠村", "收集使用凭证"), units("财务部"), leaders("己巳衡"), persons("己寅一"), due("2021-5-31", "2021-05-31"), state("未完成", False)),
        (2, problem("烟叶收购备用金超限额"), steps("核减备用金额度"), units("财务部"), leaders("己巳衡"), persons("壬酉五"), due("2021-4-9", "2021-04-09"), state("已完成", True)),
    ])
    s = o.sheet("填表要求")
    for row, text in enumerate(["一、各业务线于每月20日前报送。", "二、整改完成情况据实填写，不得虚报。"], 1):
        s.cell(row, 1, text)
        o.skip(s, row, "note")


def water_group(o):
    """Who leads and who helps stand behind labels in a cell of lines; findings are blank below the first and not merged; days in figures alone."""
    s = o.sheet("台账（4.15）")
    o.titles(s, 10, "水务集团党委巡察整改“三清单一台账”")
    write(s, 2, ["序号", "反馈的问题", "问题具体表述", "整改措施", "责任单位", "责任领导", "第一责任人", "完成时间", "整改进度", "下步打算"])
    o.fill(s, 3, "ABCDEFGHIJ", [
        (1, finding("工程领域制度空转"), problem("管网改造变更签证先施工后审批"), steps("1、梳理近三年变更签证。2、变更金额超5万元的上会研究。", "梳理近三年变更签证", "变更金额超5万元的上会研究"), units("牵头：规划发展部\n配合：建安公司、审计部", "规划发展部", by=["建安公司", "审计部"]), leaders("庚午远"), persons("辛子一 ", "辛子一"), due(20210430, "2021-04-30"), state("整改中", False), "分年度整理"),
        (2, None, problem("零星维修拆分规避招标"), steps("1、合并同类维修项目统一招标。2、对拆分责任人问责。", "合并同类维修项目统一招标", "对拆分责任人问责"), units("牵头：物资采购部\n配合：纪委办公室", "物资采购部", by=["纪委办公室"]), leaders("辛未明"), persons("乙申二"), due(20210531, "2021-05-31"), state("整改中", False), None),
        (3, None, problem("监理单位连续五年未更换"), steps("重新公开选聘监理单位"), units("规划发展部"), leaders("庚午远"), persons("甲未五"), due(20210720, "2021-07-20"), state("未启动", False), None),
        (4, finding("服务群众意识不强"), problem("停水公告未提前二十四小时发布"), steps("1、停水公告纳入调度考核。2、同步短信通知用户。", "停水公告纳入调度考核", "同步短信通知用户"), units("牵头：生产技术部\n配合：宣传部", "生产技术部", by=["宣传部"]), leaders("戊辰稳"), persons("甲卯二"), due(20210410, "2021-04-10"), state("完成 ", True), None),
        (5, None, problem("老旧小区二次供水移交久拖不决"), steps("1、逐小区签订移交协议。2、争取改造资金。3、移交前派人驻点抢修。", "逐小区签订移交协议", "争取改造资金", "移交前派人驻点抢修"), units("牵头：资本部\n配合：法务部", "资本部", by=["法务部"]), leaders("庚午远"), persons("壬巳一"), due(20211130, "2021-11-30"), state("整改中", False), "已签3个"),
        (6, finding("选人用人把关不严"), problem("干部档案“三龄两历”认定有遗留"), steps("逐人复核认定材料"), units("组织部"), leaders("丙寅正"), persons("戊丑五"), due(20210415, "2021-04-15"), state("完成", True), None),
    ], held="B", merge=False)
    o.sign(s, 10, "集团领导审签：", "", "", "部门负责人：", "", "", "经办：辛午六")


def steel_mill(o):
    """The unit and its people stand before the measures; many who answer; one limit that gives no day; heads broken over lines and spaced out."""
    s = o.sheet("整改任务分解")
    o.titles(s, 11, "××钢厂安全环保督察整改任务分解及进度表")
    s["A2"] = "督察时间：2021年3月1日至3月12日"
    o.skip(s, 2, "title", optional=True)
    write(s, 3, ["序 号", "督察\n类别", "督 察 反 馈 问 题", "责任单位\n（部门）", "责 任 人", "厂领导\n（包案）", "整 改 措 施", "整改\n类型", "整 改 时 限", "整改\n进展", "考核\n（元）"])
    o.fill(s, 4, "ABCDEFGHIJK", [
        (1, "安全", problem("煤气柜区作业票审批人不在现场"), units("动力厂"), persons("己午三、壬丑七", "己午三", "壬丑七"), leaders("副总经理戊辰稳", "戊辰稳"), steps("1）审批人到岗签票；2）作业票留存影像", "审批人到岗签票", "作业票留存影像"), "立行立改", due("立行立改", None, "immediate"), state("已完成", True), 2000),
        (2, "安全", problem("行车限位器失灵带病运行"), units("机修厂、机电公司", "机修厂", "机电公司"), persons("庚亥三、庚酉二", "庚亥三", "庚酉二"), leaders("副总经理戊辰稳", "戊辰稳"), steps("1）停用故障行车；2）更换限位器；3）点检表增列限位器", "停用故障行车", "更换限位器", "点检表增列限位器"), "限期整改", due("4月18日前", "2021-04-18"), state("已完成", True), 5000),
        (3, "环保", problem("料场扬尘抑制喷淋未全覆盖"), units("冶炼厂"), persons("戊丑三"), leaders("副总经理戊辰稳", "戊辰稳"), steps("新增喷淋管线两条"), "限期整改", due("6月下旬", "2021-06-30"), state("正在整改", False), None),
        (4, "环保", problem("烧结机头在线监测数据漂移"), units("安环部（牵头）\n冶炼厂（配合）", "安环部", by=["冶炼厂"]), persons("癸戌一"), leaders("总经理乙丑平", "乙丑平"), steps("1）校准在线监测仪；2）委托第三方比对", "校准在线监测仪", "委托第三方比对"), "限期整改", due("2021年5月10日", "2021-05-10"), state("正在整改", False), None),
        (5, "环保", problem("转炉渣堆场防渗层破损"), units("冶炼厂"), persons("辛申七"), leaders("总经理乙丑平", "乙丑平"), steps("1）转移渣堆；2）修复防渗层", "转移渣堆", "修复防渗层"), "限期整改", undated("待环评批复后60日内"), state("未开工", False), None),
        (6, "环保", problem("危废暂存间标识牌缺失"), unknown("炼铁分厂"), persons("己戌七"), leaders("副总经理戊辰稳", "戊辰稳"), steps("补装标识牌"), "限期整改", due("３月２６日前", "2021-03-26"), state("已完成", True), 500),
        (7, "安全", problem("相关方入厂教育走过场"), units("人力部（牵头）\n安环部、工会（配合）", "人力部", by=["安环部", "工会"]), persons("乙午一"), leaders("工会主席壬申和", "壬申和"), steps("1）重新组织入厂考试；2）不合格的收回入厂证", "重新组织入厂考试", "不合格的收回入厂证"), "长期坚持", due("长期坚持", None, "sustained"), state("正在整改", False), None),
    ])
    write(s, 11, ["合计", "", "7项", "", "", "", "", "", "", "", 7500])
    o.skip(s, 11, "total")
    o.note(s, 12, "注：考核金额从当月绩效中兑现。", 11)


def logistics_park(o):
    """A small plain table: the department and its person share a cell, nobody wrote a leader, and the hand that filled it in was quick."""
    s = o.sheet("物流园")
    s["A1"] = "物流园区纪检组检查问题整改表"
    s.merge_cells("A1:G1")
    o.skip(s, 1, "title")
    write(s, 2, ["序号", "检查发现问题", "整改措施", "责任部门、责任人", "完成时间", "是否整改到位", "备注"])
    o.fill(s, 3, "ABCDEFG", [
        (1, problem("过磅单连号缺失"), steps("查明缺号原因\n过磅单统一编号领用", "查明缺号原因", "过磅单统一编号领用"), both("物贸公司", "丁子七", " "), due("4月10日", "2021-04-10"), state("是", True), None),
        (2, problem("仓位租赁押金未专户存放"), steps("开立押金专户\n逐户转存押金", "开立押金专户", "逐户转存押金"), both("财务部", "壬酉五", " "), due("4月 30日", "2021-04-30"), state("否", False), "银行排队"),
        (3, problem("装卸费现金结算"), steps("装卸费改为对公转账"), both("财务部", "己寅一", ""), due("4.20", "2021-04-20"), state("是", True), None),
        (4, problem("门岗放行条无人核对"), steps("门岗双人核对放行条"), both("安环部", "丙巳五", "  "), due("马上整改", None, "immediate"), state("是", True), None),
        (5, problem("冷库温度异常未上报"), steps("校准温度探头\n温度异常一小时内上报\n每月抽查温度记录", "校准温度探头", "温度异常一小时内上报", "每月抽查温度记录"), both("机电公司", "庚酉二", " "), due("5月15号", "2021-05-15"), state("否", False), None),
        (6, problem("招商佣金审批一人说了算"), steps("佣金审批提交班子会研究"), both("资本部", "乙子五", " "), due("5月份", "2021-05-31"), state("否", False), None),
    ])
    o.sign(s, 10, "", "检查人：庚亥五", "", "园区负责人：甲巳三")


def property_company(o):
    """Complaints: where they came from and when stand first; a kind of rectification beside the limit; a return call that nobody needs; a hidden list."""
    s = o.sheet("物业")
    o.titles(s, 14, "××物业公司群众身边不正之风专项整治", "问题整改进展情况统计表")
    s["A3"] = "统计口径：2021年2月1日至4月10日受理"
    s.merge_cells("A3:N3")
    o.skip(s, 3, optional=True)
    o.heads(s, {
        "A4": "序号", "B4": "受理情况", "B5": "受理日期", "C5": "反映渠道", "D5": "所属项目", "E4": "问题描述", "F4": "整改举措", "G4": "主办部门", "H4": "协办部门", "I4": "经办人", "J4": "督办领导", "K4": "处置类型", "L4": "办结期限",
        "M4": "办理状态", "N4": "回访满意度",
    }, "A4:A5 B4:D4 " + " ".join(f"{c}4:{c}5" for c in "EFGHIJKLMN"))
    o.fill(s, 6, "ABCDEFGHIJKLMN", [
        (1, day(2, 19), "热线", "翠园", problem("公共收益两年未公示"), steps("1.委托审计公共收益 2.在单元门张贴收支明细", "委托审计公共收益", "在单元门张贴收支明细"), units("财务部", by=["审计部"]), "审计部", persons("壬酉五"), leaders("己巳 衡", "己巳衡"), "限期整改", due(datetime.datetime(2021, 4, 25, 18), "2021-04-25"), state("办理中", False), None),
        (2, day(2, 22), "信箱", "和苑", problem("保安收受快递车辆进门费"), steps("1.辞退涉事保安 2.退还所收费用 3.门岗张贴监督电话", "辞退涉事保安", "退还所收费用", "门岗张贴监督电话"), units("纪委办", by=["人力部", "工会"]), "人力部、工会", persons("丁辰一"), leaders("丁卯清"), "立行立改", due("立行立改", None, "immediate"), state("已办结", True), "满意"),
        (3, day(3, 1), "走访", "和苑", problem("电梯维保记录由维保公司代填"), steps("1.约谈维保公司 2.物业人员现场签认", "约谈维保公司", "物业人员现场签认"), units("安全环保部"), None, persons("癸戌一"), leaders("戊辰稳"), "限期整改", due("2021年4月15日", "2021-04-15"), state("已办结", True), "满意"),
        (4, day(3, 9), "热线", "锦城", problem("绿化外包合同到期后自动续签"), steps("重新比选绿化外包单位"), units("采购部", by=["法务部"]), "法务部", persons("戊卯六"), leaders("辛未明"), "限期整改", due("2021年5月30日", "2021-05-30"), state("办理中", False), None),
        (5, day(3, 18), "网站", "锦城", problem("维修基金使用征求意见表代签"), steps("1.作废代签表 2.重新入户征求意见", "作废代签表", "重新入户征求意见"), units("企管部", by=["纪委办"]), "纪委办", persons("癸寅五"), leaders("丁卯清"), "限期整改", due("2021年6月18日", "2021-06-18"), state("未办结", False), None),
        (6, day(4, 2), "走访", "翠园", problem("地下车位优先租给内部职工"), steps("1.公开车位摇号 2.摇号全程录像", "公开车位摇号", "摇号全程录像"), units("资本部"), None, persons("乙子五"), leaders("庚午远"), "长期坚持", due("长期坚持", None, "sustained"), state("办理中", False), None),
    ])
    s["E12"] = " "
    o.hide("字典", "办理中", "已办结", "未办结")
    o.note(s, 13, "注：匿名反映的不作回访。", 14)


def brewery(o):
    """Every measure has a row, a person and a day of its own, and the problem with all else is merged down beside it."""
    s = o.sheet("啤酒厂")
    o.titles(s, 10, "啤酒公司党支部巡察整改责任清单", "（供支部委员会审议）")
    write(s, 3, ["序号", "问题清单", "责任领导", "责任部门", "措施序号", "具体措施", "措施责任人", "完成期限", "问题整改状态", "备注"])
    rows = [
        (problem("麦芽采购验收与使用同为一人"), leaders("副总经理辛未明", "辛未明"), units("物资采购部"), state("正在推进", False), [("分设验收岗和使用岗", "乙申二", "4月15日前", "2021-04-15"), ("验收实行盲样抽检", "戊卯六", "5月20日前", "2021-05-20")]),
        (problem("酒糟销售价格多年未调整"), leaders("副总经理辛未明", "辛未明"), units("物贸公司、财务部", "物贸公司", "财务部"), state("正在推进", False), [("开展周边市场询价", "甲巳三", "4月10日前", "2021-04-10"), ("酒糟销售公开竞价", "甲巳三", "6月底前", "2021-06-30"), ("按季度复核价格", "己寅一", "9月底前", "2021-09-30")]),
        (problem("促销啤酒出库无审批单"), leaders("总会计师己巳衡", "己巳衡"), units("企业管理部"), state("已完成", True), [("补办出库审批单", "庚未一", "3月25日前", "2021-03-25"), ("系统锁定无单出库", "癸寅五", "4月9日前", "2021-04-09")]),
        (problem("经销商返利计算口径不一"), leaders("总会计师己巳衡", "己巳衡"), units("财务部"), state("未完成", False), [("统一返利计算公式", "己寅一", "5月底前", "2021-05-31"), ("重算上年度返利", "壬酉五", "7月底前", "2021-07-31")]),
        (problem("支部书记讲党课次数不足"), leaders("党委副书记丙寅正", "丙寅正"), units("党委工作部"), state("已完成", True), [("一季度补讲党课", "甲丑一", "3月31日前", "2021-03-31"), ("党课计划上墙公示", "丁申五", "4月2日前", "2021-04-02")]),
    ]
    row = 4
    for n, (title, leader, unit, told, measures) in enumerate(rows, 1):
        first, last = row, row + len(measures) - 1
        task = o.put(s, first, ("A", n), ("B", *title), ("C", *leader), ("D", *unit), ("I", *told), rows=list(range(first, last + 1)))
        below = range(first + 1, last + 1)
        tell(task, "measures", f"F{first}", texts=[m[0] for m in measures], beside=[f"F{r}" for r in below])
        tell(task, "persons", f"G{first}", names=list(dict.fromkeys(m[1] for m in measures)), beside=[f"G{r}" for r in below])
        for nth, (text, who, on, means) in enumerate(measures):
            write(s, row, ["", "", "", "", f"{n}.{nth + 1}", text, who, on])
            tell(task, "measure_due", f"H{row}", nth=nth, on=means)
            row += 1
        for column in "ABCDIJ":
            s.merge_cells(f"{column}{first}:{column}{last}")
    o.sign(s, row, "支部书记：", "", "", "纪检委员：", "", "", "记录：")


HABITS = [
    power_grid, airport, research_institute, pharmaceutical_plant, railway_section, television_station, tobacco_company, water_group, steel_mill, logistics_park,
    property_company, brewery,
]


def make(first, units, people, target):
    """Writes all of them; the truth of each."""
    truths = []
    for n, habit in enumerate(HABITS, first):
        company = Company(n, units, people)
        habit(company)
        truths.append(company.save(target))
    return truths
