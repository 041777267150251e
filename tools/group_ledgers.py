"""Twelve ledgers as the subsidiaries of a large group keep them, with their truth: an eighth set that was held out, written without a look at the
importer.

A mine, a port, a bank branch, an insurer, a builder, a chemical works, a chain of shops, a publisher, a testing institute, a hotel, a farm and a
software house: each is one function, its rows written out by hand. `make_ledgers.py` writes them as 105.xlsx to 116.xlsx. The truth is told as in
`city_ledgers.py`, and only of cells whose meaning a careful clerk would be sure of.
"""
import datetime

from city_ledgers import Desk, nobody
from company_ledgers import both, finding
from field_ledgers import day, undated, unknown
from office_ledgers import tell, write
from sector_ledgers import due, leaders, persons, problem, state, steps, units


def labelled(label, cell):
    """What a cell says behind a label of its own."""
    shown, meaning = cell
    return label + shown, meaning


def mine(o):
    """Hazards: one title over an upper and a lower head; the day of the check first; days written short; strokes between names."""
    s = o.sheet("3月安全大检查")
    o.titles(s, 12, "××铁矿“两会”期间安全大检查隐患整改闭环台账")
    o.heads(s, {
        "A2": "序号", "B2": "检查信息", "B3": "日期", "C3": "地点", "D2": "隐患内容", "E2": "级别", "F2": "整改方法", "G2": "五落实", "G3": "责任区队（单位）", "H3": "整改责任人", "I3": "挂牌矿领导", "J3": "期限", "K2": "闭环情况",
        "L2": "复查人",
    }, "B2:C2 G2:J2 " + " ".join(f"{c}2:{c}3" for c in "ADEFKL"))
    o.fill(s, 4, "ABCDEFGHIJKL", [
        (1, day(3, 2), "-350m中段", problem("2#溜井口护栏缺失3米"), "B", steps("1）焊接1.2米高护栏；2）悬挂警示牌", "焊接1.2米高护栏", "悬挂警示牌"), units("一号矿"), persons("乙戌三/戊巳七", "乙戌三", "戊巳七"), leaders("戊辰稳"), due("3.5前", "2021-03-05"), state("已闭环", True), "丙巳五"),
        (2, day(3, 2), "主扇风机房", problem("反风演习记录缺2020年四季度"), "C", steps("补做反风演习并存档"), units("一号矿"), persons("乙戌三"), leaders("戊辰稳"), due("4.25前", "2021-04-25"), state("未闭环", False), None),
        (3, day(3, 3), "破碎车间", problem("皮带拉绳开关失效"), "A", steps("1）停机更换；2）逐条皮带试验；3）试验纳入周检", "停机更换", "逐条皮带试验", "试验纳入周检"), units("选矿厂/机修厂", "选矿厂", "机修厂"), persons("丁申三/庚亥三", "丁申三", "庚亥三"), leaders("戊辰稳"), due("3.31前", "2021-03-31"), state("未闭环", False), None),
        (4, day(3, 3), "炸药库", problem("出库登记无押运员签字"), "A", steps("补签登记；停职押运员一名", "补签登记", "停职押运员一名"), units("二号矿"), persons("丙卯三"), leaders("乙丑平"), due("立即", None, "immediate"), state("已闭环", True), "癸戌一"),
        (5, day(3, 4), "尾矿坝", problem("排渗管堵塞两处"), "B", steps("1）高压水疏通；2）每旬观测渗水量", "高压水疏通", "每旬观测渗水量"), units("选矿厂"), persons("庚卯七"), leaders("戊辰稳"), due("4.30前", "2021-04-30"), state("未闭环", False), None),
        (6, day(3, 4), "职工澡堂", problem("锅炉水位计玻璃管渗漏"), "C", steps("更换玻璃管"), units("动力厂"), persons("壬丑七"), leaders("壬申和"), due("3.10前", "2021-03-10"), state("已闭环", True), "丙巳五"),
        (7, day(3, 5), "外委队驻地", problem("外委队入井人员未缴工伤保险"), "B", steps("清退未参保人员；结算前核验参保证明", "清退未参保人员", "结算前核验参保证明"), units("人力资源部"), persons("戊丑五"), leaders("丙寅正"), due("4.15前", "2021-04-15"), state("未闭环", False), None),
    ])
    write(s, 11, ["小计", "", "", "7条", "", "", "", "", "", "", "闭环3条"])
    o.skip(s, 11, "total")
    o.sign(s, 12, "矿长签字：", "", "", "", "安全科长：", "", "", "填表：丙巳五")


def port(o):
    """Three rows of heads; findings merged over their problems; who leads and who helps stands in brackets on lines of one cell."""
    s = o.sheet("台账")
    o.titles(s, 10, "港务公司党委关于集团巡察组反馈意见整改台账", "（第4周，2021年4月5日—4月11日）")
    o.heads(s, {
        "A3": "序号", "B3": "反馈意见", "B4": "归纳问题", "C4": "问题细项", "D3": "整改", "D4": "内容", "D5": "举措", "E5": "完成期限", "F4": "责任", "F5": "责任领导", "G5": "责任部门", "H5": "责任人", "I3": "本周进展", "J3": "整改结论",
    }, "A3:A5 B3:C3 B4:B5 C4:C5 D3:H3 D4:E4 F4:H4 I3:I5 J3:J5")
    o.fill(s, 6, "ABCDEFGHIJ", [
        (1, finding("货运计费存在漏洞"), problem("堆存费减免凭口头通知"), steps("（一）收回减免权限（二）补签减免审批单", "收回减免权限", "补签减免审批单"), due("2021年4月25日", "2021-04-25"), leaders("己巳衡"), units("财务部（牵头）\n物贸公司（配合）", "财务部", by=["物贸公司"]), persons("己寅一\n丁子七", "己寅一", "丁子七"), "补签21单", state("正在推进", False)),
        (2, None, problem("过磅数据可人工修改"), steps("（一）关闭修改权限（二）接入无人值守系统（三）数据异地备份", "关闭修改权限", "接入无人值守系统", "数据异地备份"), due("2021年7月31日", "2021-07-31"), leaders("庚午远"), units("生产部（牵头）\n机电公司、审计部（配合）", "生产部", by=["机电公司", "审计部"]), persons("丁戌六"), "权限已关闭", state("正在推进", False)),
        (3, None, problem("理货差错赔付无责任追究"), steps("修订理货差错追责办法"), due("2021年5月20日", "2021-05-20"), leaders("丁卯清"), units("纪委办公室", "纪委办公室"), persons("丁辰一"), "办法初稿形成", state("正在推进", False)),
        (4, finding("外包队伍管理粗放"), problem("装卸外包多年未招标"), steps("（一）清理存量合同（二）公开招标", "清理存量合同", "公开招标"), due("2021年6月30日", "2021-06-30"), leaders("辛未明"), units("采购部（牵头）\n法务部（配合）", "采购部", by=["法务部"]), persons("乙申二\n丁午二", "乙申二", "丁午二"), "合同清理完毕", state("正在推进", False)),
        (5, None, problem("外包人员工资专户监管缺失"), steps("开设农民工工资专户"), due("2021年4月9日", "2021-04-09"), leaders("己巳衡"), units("财务部"), persons("壬酉五"), "专户已开", state("整改完毕", True)),
        (6, finding("支部建设有弱项"), problem("船员流动党员失联"), steps("（一）逐人联系（二）建立船上党小组", "逐人联系", "建立船上党小组"), due("2021年4月16日", "2021-04-16"), leaders("丙寅正"), units("组织部（牵头）\n工会（配合）", "组织部", by=["工会"]), persons("乙午一"), "联系上9人", state("整改完毕", True)),
    ], held="B")


def bank_branch(o):
    """The aspect stands upright in the first column; the number comes second; measures on lines without numbers; a leader merged over two; yes and no; notes and signatures below."""
    s = o.sheet("清单")
    o.titles(s, 10, "××银行××分行党委巡视整改清单")
    o.head(s, 2, ["方面", "序号", "存在的问题", "整改措施", "分管行领导", "主责部门", "整改责任人", "整改时间", "是否已整改", "未整改原因及下步措施"])
    o.fill(s, 3, "ABCDEFGHIJ", [
        ("党\n的\n领\n导", 1, problem("“三重一大”清单与授权书不一致"), steps("逐条比对清单与授权书；\n报总行党委审定。", "逐条比对清单与授权书", "报总行党委审定"), leaders("甲子安\n丙寅正", "甲子安", "丙寅正"), units("党委工作部"), persons("甲丑一"), due("2021年4月底之前", "2021-04-30"), state("否", False), "等待总行批复"),
        (None, 2, problem("党委会记录员由合同制柜员兼任"), steps("明确专人担任党委会记录员"), leaders("丙寅正"), units("党委工作部"), persons("丁申五"), due("2021年3月底之前", "2021-03-31"), state("是", True), None),
        ("信\n贷\n风\n险", 3, problem("续贷客户未重新评级"), steps("补做评级；\n评级缺失的系统不予放款；\n对客户经理扣减绩效。", "补做评级", "评级缺失的系统不予放款", "对客户经理扣减绩效"), leaders("辛未明"), units("企业管理部、审计部", "企业管理部", "审计部"), persons("庚未一、戊酉一", "庚未一", "戊酉一"), due("2021年6月底之前", "2021-06-30"), state("否", False), "尚有14户未补"),
        (None, 4, problem("抵押物保险第一受益人未变更"), steps("逐笔变更第一受益人"), None, units("法律事务部"), persons("庚丑六"), due("2021年5月底之前", "2021-05-31"), state("否", False), "保险公司流程长"),
        (None, 5, problem("信用卡分期资金流向股市未监测"), steps("上线资金流向监测模型；\n违规用途提前收回。", "上线资金流向监测模型", "违规用途提前收回"), leaders("己巳衡"), units("财务部"), persons("壬酉五"), due("2021年9月底之前", "2021-09-30"), state("否", False), "模型测试中"),
        ("廉\n洁\n自\n律", 6, problem("营销礼品领用无受赠人签字"), steps("补充受赠人签字；\n无法补充的由经办人退赔。", "补充受赠人签字", "无法补充的由经办人退赔"), leaders("丁卯清"), units("纪委办公室"), persons("庚亥五"), due("2021年4月9日之前", "2021-04-09"), state("是", True), None),
    ], held="AE")
    o.note(s, 9, "备注：整改时间以分行党委会审定为准。", 10)
    o.sign(s, 10, "", "分行党委书记：", "", "", "", "纪委书记：", "", "", "制表：丁申五")


def insurer(o):
    """Quick hands: Y and N, days as figures and as text, a unit and a name misspelt, blanks behind what was typed."""
    s = o.sheet("问题库")
    s["A1"] = "财险分公司经营合规自查问题整改跟踪"
    o.skip(s, 1, "title", optional=True)
    o.head(s, 2, ["ID", "问题描述 ", "风险类别", "整改动作", "归口部门", "跟进人", "分管总（公司领导）", "DDL（完成时间）", "完成Y/N", "进展备注"])
    o.fill(s, 3, "ABCDEFGHIJ", [
        ("CX01", problem("车险手续费通过虚列会务费支付"), "合规", steps("1.冲回虚列费用\n2.对责任机构停业务三个月", "冲回虚列费用", "对责任机构停业务三个月"), units("财务部 ", "财务部"), persons("己寅一 ", "己寅一"), leaders("己巳衡"), due(20210415, "2021-04-15"), state("Y", True), "已冲回"),
        ("CX02", problem("农险承保清单存在重复身份证号"), "操作", steps("1.退保重复保单\n2.系统校验身份证号\n3.协保员重新培训", "退保重复保单", "系统校验身份证号", "协保员重新培训"), units("企管部"), persons("庚未一"), leaders("辛未明"), due("20210531", "2021-05-31"), state("N", False), None),
        ("CX03", problem("理赔查勘照片重复使用"), "欺诈", steps("上线照片查重工具"), unknown("生产技木部"), nobody("丁戍六"), leaders("戊辰稳"), due("20210630", "2021-06-30"), state("N", False), "工具选型"),
        ("CX04", problem("双录质检抽检率不达标"), "合规", steps("1.抽检率提到百分之三十\n2.不合格件回访", "抽检率提到百分之三十", "不合格件回访"), units("审计部"), persons("辛辰五"), leaders("丁卯清"), due("20210420", "2021-04-20"), state("N", False), "本周12%"),
        ("CX05", problem("残值拍卖未引入第三方平台"), "廉洁", steps("残值全部上平台拍卖"), units("采购部"), persons("乙申二"), leaders("辛未明"), due(20210331, "2021-03-31"), state("Y", True), None),
        ("CX06", problem("离职业务员名下客户未移交"), "服务", steps("1.三日内指派新业务员\n2.客户逐一致电", "三日内指派新业务员", "客户逐一致电"), units("人力部"), persons("戊丑五"), leaders("丙寅正"), undated("待总公司系统上线"), state("N", False), None),
    ])


def builder(o):
    """Slips of the safety office: label and value share a cell, two cells on a line where they are short."""
    s = o.sheet("整改通知")
    slips = [
        ("质安〔2021〕07号", "三号楼悬挑脚手架连墙件缺失", steps("1.停止作业层施工；2.按方案补设连墙件；3.验收合格后复工", "停止作业层施工", "按方案补设连墙件", "验收合格后复工"), units("建安公司"), persons("丙未六"), leaders("戊辰稳"), due("2021年4月12日", "2021-04-12"), state("已整改", True)),
        ("质安〔2021〕08号", "塔吊司机与备案人员不符", steps("1.更换持证司机；2.核查全部特种作业人员", "更换持证司机", "核查全部特种作业人员"), units("机电公司"), persons("癸辰六"), leaders("戊辰稳"), due("2021年4月6日", "2021-04-06"), state("已整改", True)),
        ("质安〔2021〕09号", "混凝土试块由搅拌站代做", steps("作废代做试块，实体回弹检测"), units("生产技术部"), persons("甲卯二"), leaders("庚午远"), due("2021年5月30日", "2021-05-30"), state("整改中", False)),
        ("质安〔2021〕11号", "分包款支付未扣质保金", steps("1.从下期进度款中补扣；2.支付审批增加核对项", "从下期进度款中补扣", "支付审批增加核对项"), units("财务部"), persons("壬酉五"), leaders("己巳衡"), due("2021年6月15日", "2021-06-15"), state("未整改", False)),
    ]
    row = 1
    for code, title, measures, unit, who, leader, on, told in slips:
        s[f"A{row}"] = f"项目整改通知单　　编号：{code}"
        s.merge_cells(f"A{row}:D{row}")
        o.skip(s, row, optional=True)
        task = o.put(s, row + 1, ("A", f"存在问题：{title}", ("title", title)), rows=list(range(row + 1, row + 6)))
        o.add(task, s, {
            f"A{row + 2}": labelled("整改措施：", measures), f"A{row + 3}": labelled("责任单位：", unit), f"C{row + 3}": labelled("责任人：", who), f"A{row + 4}": labelled("分管领导：", leader),
            f"C{row + 4}": labelled("整改期限：", on), f"A{row + 5}": labelled("整改情况：", told),
        })
        for area in (f"A{row + 1}:D{row + 1}", f"A{row + 2}:D{row + 2}", f"A{row + 3}:B{row + 3}", f"C{row + 3}:D{row + 3}", f"A{row + 4}:B{row + 4}", f"C{row + 4}:D{row + 4}", f"A{row + 5}:D{row + 5}"):
            s.merge_cells(area)
        s[f"A{row + 6}"] = "签发：癸戌一　　　　　　签收："
        o.skip(s, row + 6, optional=True)
        row += 8


def chemical_works(o):
    """Lines for the aspects with a subtotal after each; findings and problems side by side, the finding left blank below the first and not merged."""
    s = o.sheet("化工")
    o.titles(s, 11, "化工公司关于集团党委巡察反馈问题整改情况统计表", "统计截止：2021年4月15日")
    o.head(s, 3, ["序号", "巡察指出问题", "问题具体情形", "整改举措", "整改完成时间", "责任领导", "牵头单位", "配合单位", "具体负责人", "目前整改情况", "备注"])
    table = [
        "一、政治责任方面",
        (1, finding("安全发展理念树得不牢"), problem("重大危险源包保责任人未到场履职"), steps("（1）包保责任人每周到岗一次；（2）履职记录系统留痕。", "包保责任人每周到岗一次", "履职记录系统留痕"), due("4月25日前", "2021-04-25"), leaders("戊辰稳"), units("安环部", by=["生产部"]), "生产部", persons("癸戌一"), state("正在推进", False), None),
        (2, None, problem("未遂事件瞒报不统计"), steps("（1）补报未遂事件；（2）上报免责奖励；（3）瞒报从重处理。", "补报未遂事件", "上报免责奖励", "瞒报从重处理"), due("5月10日前", "2021-05-10"), leaders("戊辰稳"), units("安环部"), None, persons("丙巳五"), state("正在推进", False), None),
        (3, finding("民主集中制执行不到位"), problem("临时动议研究干部任免"), steps("修订党委会议事规则"), due("4月8日前", "2021-04-08"), leaders("甲子安"), units("党工部", by=["组织部"]), "组织部", persons("甲丑一"), state("已完成", True), "党发〔2021〕9号"),
        ("小计", "3个问题，6条措施", "已完成1个"),
        "二、生产经营方面",
        (4, finding("原料采购成本管控不严"), problem("硫酸采购价格高于同期均价"), steps("（1）与供应商重新议价；（2）建立价格联动机制。", "与供应商重新议价", "建立价格联动机制"), due("6月底前", "2021-06-30"), leaders("辛未明"), units("采购部", by=["财务部", "审计部"]), "财务部、审计部", persons("乙申二"), state("正在推进", False), None),
        (5, None, problem("入厂原料水分扣减随意"), steps("水分检测改为密码样"), due("4月10日前", "2021-04-10"), leaders("辛未明"), units("采购部"), None, persons("戊卯六"), state("已完成", True), None),
        (6, finding("副产品处置不透明"), problem("废酸交由无资质单位转运"), steps("（1）终止转运合同；（2）移交线索；（3）选聘有资质单位。", "终止转运合同", "移交线索", "选聘有资质单位"), due("立行立改", None, "immediate"), leaders("丁卯清"), units("法务部", by=["纪委办"]), "纪委办", persons("丁午二"), state("正在推进", False), None),
        ("小计", "3个问题，6条措施", "已完成1个"),
    ]
    tasks, found = [], None
    for row, line in enumerate(table, 4):
        if isinstance(line, str):
            o.section(s, row, line, "K")
        elif line[0] == "小计":
            write(s, row, [line[0], line[1], "", "", "", "", "", "", "", line[2]])
            o.skip(s, row, "total")
        else:
            found = row if line[1] else found
            made = o.fill(s, row, "ABCDEFGHIJK", [line])
            if not line[1]:
                tell(made[0], "finding", f"B{found}", text=s[f"B{found}"].value)
            tasks += made
    o.also(tasks, "units", "H")
    write(s, 14, ["合计", "6个问题，12条措施", "", "", "", "", "", "", "", "已完成2个"])
    o.skip(s, 14, "total")


def chain_of_shops(o):
    """A sheet of the shops and one of the head office; in the first the shop stands before the problem; a row was pasted twice word for word."""
    s = o.sheet("门店")
    o.titles(s, 9, "连锁超市经营管理突出问题整改表——门店部分")
    o.head(s, 2, ["NO.", "涉及门店", "问题", "改进措施", "责任人", "整改部门", "何时改完", "改了没有", "区域经理意见"])
    twice = (3, "北环店", problem("促销员押金收取无收据"), steps("退还押金并停止收取"), persons("戊丑五"), units("人力部"), due("4月底", "2021-04-30"), state("没有", False), "同意")
    o.fill(s, 3, "ABCDEFGHI", [
        (1, "南门店", problem("临期牛奶改签生产日期"), steps("1. 下架销毁\n2. 店长免职\n3. 区域交叉检查", "下架销毁", "店长免职", "区域交叉检查"), persons("戊酉一"), units("审计部"), due("马上改", None, "immediate"), state("已改", True), "同意"),
        (2, "南门店", problem("散装称重与标签不符"), steps("1. 校准电子秤\n2. 每日开店前自检", "校准电子秤", "每日开店前自检"), persons("甲卯二"), units("生产部"), due("4月20日", "2021-04-20"), state("没有", False), None),
        twice,
    ])
    write(s, 6, [v[0] if isinstance(v, tuple) else v for v in twice])
    o.skip(s, 6, "duplicate")
    s = o.sheet("总部")
    o.titles(s, 9, "连锁超市经营管理突出问题整改表——总部部分")
    o.head(s, 2, ["序号", "问题", "责任部门", "协同部门", "分管副总", "责任人", "改进措施", "计划完成时间", "当前状态"])
    tasks = o.fill(s, 3, "ABCDEFGHI", [
        (1, problem("供应商通道费账外存放"), units("财务部", by=["审计部"]), "审计部", leaders("己巳衡"), persons("己寅一"), steps("1. 清退账外资金\n2. 通道费全部进合同", "清退账外资金", "通道费全部进合同"), due("2021-5-15", "2021-05-15"), state("进行中", False)),
        (2, problem("新店选址评估报告事后补写"), units("规划部", by=["资本部", "法务部"]), "资本部 法务部", leaders("庚午远"), persons("辛子一"), steps("选址评估报告未经评审不得签租约"), due("2021-4-8", "2021-04-08"), state("已完成", True)),
        (3, problem("会员积分被员工套取"), units("企管部"), None, leaders("辛未明"), persons("癸寅五"), steps("1. 冻结异常账户\n2. 员工账户不参与积分\n3. 追回套取礼品", "冻结异常账户", "员工账户不参与积分", "追回套取礼品"), due("2021-6-30", "2021-06-30"), state("进行中", False)),
    ])
    o.also(tasks, "units", "D")


def publisher(o):
    """Heads spaced out; ordinals and days in full-width digits; a target between problem and measures; a hidden sheet and a page of instructions."""
    s = o.sheet("整改表")
    o.titles(s, 11, "出版集团所属教育出版社意识形态工作责任制专项检查整改表")
    o.head(s, 2, ["序　号", "检 查 反 馈 问 题", "整 改 目 标", "整 改 措 施", "责 任 社 领 导", "责 任 部 门", "责 任 编 辑\n（具体负责人）", "完 成 时 限", "完 成 情 况", "验 收 意 见", "备　注"])
    o.fill(s, 3, "ABCDEFGHIJK", [
        ("１", problem("重大选题备案漏报"), "应备尽备", steps("第一，倒查三年选题；第二，漏报的补报；第三，选题系统增加备案提示。", "倒查三年选题", "漏报的补报", "选题系统增加备案提示"), leaders("总编辑乙丑平", "乙丑平"), units("宣传部"), persons("丙亥一"), due("２０２１年４月３０日前", "2021-04-30"), state("已完成，补报2种。", True), "通过", None),
        ("２", problem("外审专家由作者推荐"), "独立审读", steps("第一，解聘作者推荐的专家；第二，重建专家库。", "解聘作者推荐的专家", "重建专家库"), leaders("总编辑乙丑平", "乙丑平"), units("宣传部；组织部", "宣传部", "组织部"), persons("己午五；戊丑五", "己午五", "戊丑五"), due("２０２１年６月３０日前", "2021-06-30"), state("正在推进，已收到报名材料。", False), None, None),
        ("３", problem("地图插图未送审"), "零差错", steps("重印图书一律先送审后付印"), leaders("副总编辑戊辰稳", "戊辰稳"), units("生产部"), persons("丁戌六"), due("２０２１年４月９日前", "2021-04-09"), state("已完成。", True), "通过", None),
        ("４", problem("稿酬发放与合同不符"), "账证相符", steps("第一，核对两年稿酬；第二，多发的追回、少发的补发。", "核对两年稿酬", "多发的追回、少发的补发"), leaders("总会计师己巳衡", "己巳衡"), units("财务部"), persons("壬酉五"), due("２０２１年５月下旬", "2021-05-31"), state("尚未完成。", False), None, "涉及作者107人"),
        ("５", problem("库存图书报废未经审批"), "程序合规", steps("第一，补办报废审批；第二，化浆处置双人监督。", "补办报废审批", "化浆处置双人监督"), leaders("副社长辛未明", "辛未明"), units("企管部"), persons("庚未一"), due("２０２１年第三季度", "2021-09-30"), state("未启动。", False), None, None),
    ])
    o.hide("Sheet2", "通过", "不通过")
    s = o.sheet("填表须知")
    for row, text in enumerate(["填表须知", "1.一个问题填一行。", "2.完成情况须写明结论。"], 1):
        o.plain(s, row, text)
    o.truth["skipped"].append({"sheet": "填表须知", "row": None, "reason": None, "optional": True})


def testing_institute(o):
    """Nonconformities: the clause first, corrective measures in rows of their own with person and day, who verifies; merged beside them."""
    s = o.sheet("不符合项")
    o.titles(s, 12, "质量检验检测院内部审核不符合项整改跟踪记录")
    s["A2"], s["H2"] = "记录编号：JL-08-2021-02", "审核日期：2021年3月15日至17日"
    o.skip(s, 2, optional=True)
    o.head(s, 3, ["编号", "条款号", "不符合事实描述", "不符合性质", "责任科室", "科室负责人", "主管院领导", "纠正措施", "措施完成期限", "状态", "验证人", "验证日期"])
    table = [
        ("NC-01", "6.4.4", problem("天平期间核查超周期仍在使用"), "一般", units("生产技术部"), persons("甲卯二"), leaders("戊辰稳"), state("已关闭", True), "巡督二", [("停用天平并追溯检测数据", None, day(3, 22), "2021-03-22"), ("完成期间核查", None, day(3, 29), "2021-03-29")]),
        ("NC-02", "7.2.1", problem("标准更新后未做方法确认"), "严重", units("生产技术部"), persons("丁戌六"), leaders("戊辰稳"), state("整改中", False), None, [("停止发放该项目报告", None, day(3, 18), "2021-03-18"), ("完成方法确认试验", None, day(4, 30), "2021-04-30"), ("修订作业指导书", None, day(5, 14), "2021-05-14")]),
        ("NC-03", "7.8.2", problem("报告批准人与授权范围不符"), "严重", units("组织部"), persons("戊丑五"), leaders("丙寅正"), state("整改中", False), None, [("重新核定授权签字人", None, day(4, 15), "2021-04-15"), ("系统锁定签字领域", None, day(5, 31), "2021-05-31")]),
        ("NC-04", "8.4.2", problem("原始记录涂改未签名"), "一般", units("企业管理部、审计部", "企业管理部", "审计部"), persons("癸寅五"), leaders("乙丑平"), state("未整改", False), None, [("开展记录填写培训", None, day(4, 28), "2021-04-28")]),
    ]
    row = 4
    for code, clause, title, grade, unit, who, leader, told, checked, measures in table:
        cells = [("A", code), ("B", clause), ("C", *title), ("D", grade), ("E", *unit), ("F", *who), ("G", *leader), ("J", *told), ("K", checked), ("L", day(4, 2) if checked else None)]
        row = o.ladder(s, row, cells, measures, "H", on="I", merge="ABCDEFGJKL", number="{}）")
    o.sign(s, row + 1, "审核组长：", "", "", "", "质量负责人：")


def hotel(o):
    """A sheet for each problem: labels down the first column, what they say beside them."""
    cards = [
        ("客房布草洗涤外包未比价", "采购人员图省事，三年未重新询价。", steps("一是组织三家以上比价；二是合同改为一年一签；三是洗涤量双方日清。", "组织三家以上比价", "合同改为一年一签", "洗涤量双方日清"), units("采购部（牵头），财务部、工会（配合）", "采购部", by=["财务部", "工会"]), leaders("辛未明"), persons("乙申二、戊卯六", "乙申二", "戊卯六"), due("2021年5月31日前", "2021-05-31"), state("正在整改", False)),
        ("宴会定金以个人收款码收取", "前厅未配备对公收款码。", steps("一是停用个人收款码；二是逐笔核对转入公司账户。", "停用个人收款码", "逐笔核对转入公司账户"), units("财务部"), leaders("己巳衡"), persons("壬酉五"), due("立行立改", None, "immediate"), state("整改完成", True)),
        ("协议客户签单挂账长期不清", "没有账期约束。", steps("一是发函对账；二是超六个月的停止签单；三是计提坏账并问责。", "发函对账", "超六个月的停止签单", "计提坏账并问责"), units("企管部（牵头），法务部（配合）", "企管部", by=["法务部"]), leaders("己巳衡、辛未明", "己巳衡", "辛未明"), persons("庚未一"), due("2021年8月31日前", "2021-08-31"), state("正在整改", False)),
    ]
    for n, (title, cause, measures, unit, leader, who, on, told) in enumerate(cards, 1):
        s = o.sheet(f"表{n}")
        o.titles(s, 2, f"酒店公司巡察整改“一题一表”（第{n}号）")
        o.labels(s, {"A2": "反馈问题", "A3": "问题成因", "B3": cause, "A4": "整改措施", "A5": "责任部门", "A6": "包保领导", "A7": "责任人", "A8": "完成时限", "A9": "整改情况", "A10": "部门盖章："})
        o.skip(s, 10, optional=True)
        task = o.put(s, 2, ("B", *problem(title)), rows=list(range(2, 10)))
        o.add(task, s, {"B4": measures, "B5": unit, "B6": leader, "B7": who, "B8": on, "B9": told})


def farm(o):
    """Two tables one below the other, of two checks, under the same heads; department and person in one cell with a colon."""
    s = o.sheet("农场")
    head = ["序号", "发现问题", "整改措施", "责任部门：责任人", "场领导", "整改完成时间", "落实情况", "备注"]
    o.titles(s, 8, "国有农场土地租赁及惠农补贴专项检查整改统计")
    o.plain(s, 2, "第一轮检查（2021年3月8日）", 8)
    o.head(s, 3, head)
    o.fill(s, 4, "ABCDEFGH", [
        (1, problem("机动地对外发包未公开竞价"), steps("1. 解除违规合同；2. 公开竞价发包", "解除违规合同", "公开竞价发包"), both("资本部", "壬巳一", "："), leaders("庚午远"), due("2021. 4. 16", "2021-04-16"), state("已落实", True), "竞价5宗"),
        (2, problem("土地租金以物抵租未入账"), steps("1. 清点抵租粮食；2. 按市价入账；3. 禁止以物抵租", "清点抵租粮食", "按市价入账", "禁止以物抵租"), both("财务部", "己寅一", "："), leaders("己巳衡"), due("2021. 5. 31", "2021-05-31"), state("未落实", False), None),
        (3, problem("良种补贴面积与确权面积不符"), steps("重新丈量并退回多领补贴"), both("审计部", "辛辰五", "："), leaders("丁卯清"), due("2021. 6. 30", "2021-06-30"), state("未落实", False), None),
    ])
    o.plain(s, 8, "第二轮检查（2021年3月29日）", 8)
    o.head(s, 9, head)
    o.skip(s, 9, optional=True)
    o.fill(s, 10, "ABCDEFGH", [
        (1, problem("农机跨区作业收入坐支"), steps("1. 上缴坐支收入；2. 机手报酬通过工资卡发放", "上缴坐支收入", "机手报酬通过工资卡发放"), both("机电公司", "庚酉二", "："), leaders("戊辰稳"), due("2021. 4. 20", "2021-04-20"), state("已落实", True), None),
        (2, problem("职工养老资格认证漏人"), steps("逐人上门认证"), both("人力部", "乙午一", "："), leaders("壬申和"), due("2021. 4. 9", "2021-04-09"), state("已落实", True), None),
        (3, problem("灌溉用水计量表损坏按户均摊"), steps("1. 更换水表；2. 退还多收水费", "更换水表", "退还多收水费"), both("生产部", "甲卯二", "："), leaders("戊辰稳"), due("2021. 7. 10", "2021-07-10"), state("未落实", False), "待采购"),
    ])
    write(s, 14, ["两轮合计", "6个", "", "", "", "", "已落实3个"])
    o.skip(s, 14, "total")
    o.sign(s, 15, "统计人：丙丑二", "", "", "", "场长：")


def software_house(o):
    """Taken from a tracker: no title, every cell a text, the order of the tracker, a hidden column, semicolons between measures, days with a clock."""
    s = o.sheet("issues")
    o.head(s, 1, ["key", "创建时间", "标题", "类型", "状态", "主责部门", "协办部门", "经办人", "分管领导", "处理措施", "截止时间", "最近评论"])
    rows = [
        ("开源组件许可证未登记", "合规", state("处理中", False), units("法律事务部", by=["生产技术部"]), "生产技术部", persons("丁午二"), leaders("庚午远"), steps("扫描全部代码仓库; 建立组件白名单", "扫描全部代码仓库", "建立组件白名单"), due("2021-04-30 18:00", "2021-04-30")),
        ("测试环境使用真实客户数据", "安全", state("已关闭", True), units("生产技术部"), None, persons("丁戌六"), leaders("戊辰稳"), steps("数据脱敏; 清空历史测试库; 环境申请增加审批", "数据脱敏", "清空历史测试库", "环境申请增加审批"), due("2021-04-09 18:00", "2021-04-09")),
        ("外包驻场人员账号共用", "安全", state("处理中", False), units("人力资源部", by=["安全环保部"]), "安全环保部", persons("戊丑五"), leaders("丙寅正"), steps("一人一号"), due("2021-04-23 18:00", "2021-04-23")),
        ("项目工时填报与考勤冲突", "内控", state("处理中", False), units("企业管理部"), None, persons("庚未一, 癸寅五", "庚未一", "癸寅五"), leaders("辛未明"), steps("考勤与工时系统打通; 按月抽查", "考勤与工时系统打通", "按月抽查"), due("2021-06-30 18:00", "2021-06-30")),
        ("软件著作权以个人名义申请", "合规", state("待处理", False), units("法律事务部", by=["纪委办公室"]), "纪委办公室", persons("庚丑六"), leaders("丁卯清"), steps("办理权属变更"), due("2021-07-31 18:00", "2021-07-31")),
        ("投标报价由销售单独测算", "内控", state("已关闭", True), units("财务部"), None, persons("己寅一"), leaders("己巳衡"), steps("财务参与测算; 报价单双签", "财务参与测算", "报价单双签"), due("2021-03-31 18:00", "2021-03-31")),
        ("研发费用归集缺少项目编码", "内控", state("处理中", False), units("财务部", by=["规划发展部"]), "规划发展部", persons("壬酉五"), leaders("己巳衡"), steps("补录项目编码; 无编码不予报销", "补录项目编码", "无编码不予报销"), due("2021-05-14 18:00", "2021-05-14")),
        ("党员示范岗评选只看业绩", "党建", state("待处理", False), units("党委工作部"), None, persons("甲丑一"), leaders("丙寅正"), steps("修订评选办法"), due("2021-05-28 18:00", "2021-05-28")),
    ]
    created = datetime.datetime(2021, 3, 1, 9)
    tasks = []
    for n, (title, kind, told, unit, by, who, leader, measures, on) in enumerate(rows):
        at = created + datetime.timedelta(days=n, minutes=17 * n)
        tasks += o.fill(s, 2 + n, "ABCDEFGHIJKL", [(f"XJ-{101 + n}", f"{at:%Y-%m-%d %H:%M}", problem(title), kind, told, unit, by, who, leader, measures, on, "见附件" if told[1][1] else None)])
    o.also(tasks, "units", "G")
    s.column_dimensions["B"].hidden = True


HABITS = [mine, port, bank_branch, insurer, builder, chemical_works, chain_of_shops, publisher, testing_institute, hotel, farm, software_house]


def make(first, units_known, people, target):
    """Writes all of them; the truth of each."""
    truths = []
    for n, habit in enumerate(HABITS, first):
        desk = Desk(n, units_known, people)
        habit(desk)
        truths.append(desk.save(target))
    return truths
