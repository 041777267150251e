"""Twelve ledgers as county offices keep them, with their truth: a fifth set that was held out, written without a look at the importer.

A scenic area, a service hall, a credit union, a roads office, a health centre, a Party school, a forest farm, a broadcaster, a reservoir, a farming
office, a fire brigade and a home for the aged: each is one function, its rows written out by hand. `make_ledgers.py` writes them as 69.xlsx to
80.xlsx. The truth is told as in `office_ledgers.py`, and only of cells whose meaning a careful clerk would be sure of.
"""
from field_ledgers import Field, day, undated, unknown
from office_ledgers import across, down, tell, write
from sector_ledgers import due, leaders, persons, problem, state, steps, units


def card_with_a_table(o):
    """Scenic area: a card for each problem with a small table of its measures inside, each with its own day."""
    s = o.sheet("一问题一台账")
    o.titles(s, 6, "××风景名胜区管理处巡察整改“一问题一台账”")
    cards = [
        ("门票稽查记录不完整", leaders("丙寅正"), units("企管部"), persons("癸寅五"), [("补齐近一年稽查记录", "2021年4月15日", "2021-04-15", "已补齐"), ("每周公布稽查结果", "2021年4月30日", "2021-04-30", "")], state("正在整改", False)),
        ("商铺租金减免未经集体研究", leaders(" 己巳衡、 庚午远", "己巳衡", "庚午远"), units("财务部、法务部", "财务部", "法务部"), persons("己寅一、丁午二", "己寅一", "丁午二"), [("复核全部减免户", "4月底前", "2021-04-30", ""), ("追缴违规减免租金", "6月底前", "2021-06-30", ""), ("制定租金减免规程", "7月10日前", "2021-07-10", "")], state("未完成", False)),
        ("索道应急救援演练缺科目", leaders("戊辰稳"), units("安环部"), persons("癸戌一"), [("补演夜间救援科目", "4月2日", "2021-04-02", "已演练"), ("修订演练方案", "4月9日", "2021-04-09", "已印发")], state("已完成", True)),
        ("讲解员聘用未公开招聘", leaders("丙寅正"), units("人力资源部"), persons("乙午一"), [("清退关系用工两人", "2021年4月20日", "2021-04-20", ""), ("面向社会公开招聘", "2021年8月31日", "2021-08-31", "")], state("正在整改", False)),
        ("旅游厕所保洁考核不兑现", leaders("壬申和"), units("工会"), persons("丙丑二"), [("扣减一季度保洁费", "4月10日", "2021-04-10", "已扣减"), ("考核结果按月张榜", "5月10日", "2021-05-10", "")], state("正在整改", False)),
    ]
    row = 3
    for n, (title, leader, unit, who, measures, told) in enumerate(cards, 1):
        first, last = row, row + 3 + len(measures)
        o.heads(s, {f"A{row}": f"问题{n}", f"A{row + 1}": "牵头领导", f"C{row + 1}": "责任部门", f"E{row + 1}": "责任人", f"A{row + 2}": "序号", f"B{row + 2}": "整改措施", f"E{row + 2}": "完成时限", f"F{row + 2}": "落实情况", f"A{last}": "整改结论"}, f"B{row}:F{row} B{row + 2}:D{row + 2} B{last}:F{last}")
        task = o.put(s, first, ("B", *problem(title)), rows=list(range(first, last + 1)))
        o.add(task, s, {f"B{row + 1}": leader, f"D{row + 1}": unit, f"F{row + 1}": who, f"B{last}": told})
        tell(task, "measures", f"B{row + 3}", texts=[m[0] for m in measures], beside=[f"B{r}" for r in range(row + 4, last)])
        for nth, (text, on, means, how) in enumerate(measures):
            at = row + 3 + nth
            o.heads(s, {f"A{at}": nth + 1, f"B{at}": text, f"E{at}": on, f"F{at}": how or None}, f"B{at}:D{at}")
            tell(task, "measure_due", f"E{at}", nth=nth, on=means)
        row = last + 2
    s[f"A{row}"] = "审核：戊亥二"
    o.skip(s, row, "signature")


def exported(o):
    """Service hall: exported from an office system; no title, every cell a text, and all that is said of a problem is said again on each measure's row."""
    s = o.sheet("export_20210410")
    write(s, 1, ["任务编码", "所属方面", "反馈问题", "具体问题", "措施序号", "措施内容", "措施完成时限", "主办单位", "主办人", "分管领导", "当前状态", "最后更新"])
    rows = [
        ("XC-001", "作风建设", "窗口服务不优", "午间延时服务未落实", ["排定午间值班表", "增设自助终端"], ["2021-04-12", "2021-05-31"], units("党委工作部"), persons("丁申五"), leaders("乙丑平"), state("进行中", False)),
        ("XC-002", "作风建设", "窗口服务不优", "差评未逐条回访", ["逐条回访并留痕", "差评纳入月度考评"], ["2021-04-20", "2021-04-30"], units("纪委办公室"), persons("庚亥五"), leaders("丁卯清"), state("已办结", True)),
        ("XC-003", "审批改革", "审批事项精简不够", "要件清单仍含已取消证明", ["取消证明材料十一项", "修订办事指南", "更新网上要件库"], ["2021-04-15", "2021-04-25", "2021-06-10"], units("法律事务部"), persons("丁午二;庚丑六", "丁午二", "庚丑六"), leaders("庚午远"), state("进行中", False)),
        ("XC-004", "审批改革", "审批事项精简不够", "帮办代办台账空转", ["核实代办件真实性", "按件抽取回访"], ["2021-05-15", "2021-07-15"], units("企业管理部"), persons("庚未一"), leaders("庚午远"), state("未开始", False)),
        ("XC-005", "财务管理", "培训费列支不规范", "超范围列支培训餐费", ["退回超支餐费", "组织财务人员学习规定"], ["2021-04-09", "2021-04-16"], units("财务部"), persons("壬酉五;己寅一", "壬酉五", "己寅一"), leaders("己巳衡"), state("已办结", True)),
    ]
    row = 2
    for code, aspect, finding, title, measures, dates, unit, who, leader, told in rows:
        first, last = row, row + len(measures) - 1
        task = o.put(s, first, ("D", *problem(title)), ("H", *unit), ("I", *who), ("J", *leader), ("K", *told), rows=list(range(first, last + 1)))
        tell(task, "finding", f"C{first}", text=finding)
        tell(task, "measures", f"F{first}", texts=measures)
        for nth, (text, on) in enumerate(zip(measures, dates)):
            write(s, row, [code, aspect, finding, title, str(nth + 1), text, f"{on} 00:00:00", unit[0], who[0], leader[0], told[0], "2021-04-10 08:12:33"])
            tell(task, "measure_due", f"G{row}", nth=nth, on=on)
            row += 1


def labels_in_a_cell(o):
    """Credit union: who answers is told in one cell, each behind its label; the number column is merged with nothing, the remarks are long."""
    s = o.sheet("台账")
    o.titles(s, 7, "××县农村信用合作联社", "信贷领域专项治理发现问题整改销号台账", "（2021年第1期，总第3期）")
    write(s, 4, ["序号", "发现的主要问题", "整改工作安排（措施）", "责任主体", "办结时限", "办结情况", "备注"])
    rows = [
        ("借新还旧未严格审查", steps("①复查存量借新还旧；②落实双人上门核保", "复查存量借新还旧", "落实双人上门核保"), "责任领导：副总经理辛未明\n责任部门：企管部\n责任人：庚未一", "辛未明", ["企管部"], [], ["庚未一"], due("2021年五月底前", "2021-05-31"), state("正在办理", False), "个别借款人外出务工，联系困难"),
        ("农户评级资料雷同", steps("重新入户采集评级信息"), "责任领导：副总经理辛未明\n责任部门：企管部\n责任人：癸寅五", "辛未明", ["企管部"], [], ["癸寅五"], due("2021年九月底前", "2021-09-30"), state("正在办理", False), ""),
        ("抵债资产底数不实", steps("①全面盘点抵债资产；②公开处置；③账销案存逐笔登记", "全面盘点抵债资产", "公开处置", "账销案存逐笔登记"), "责任领导：总会计师己巳衡\n牵头部门：财务部\n配合部门：资本部、审计部\n责任人：己寅一、壬巳一", "己巳衡", ["财务部"], ["资本部", "审计部"], ["己寅一", "壬巳一"], due("分步实施：5月底前完成盘点；10月底前完成处置", "2021-10-31", "staged"), state("未办结", False), "处置需报批"),
        ("员工在辖内贷款未报备", steps("①补报备；②违规的限期结清", "补报备", "违规的限期结清"), "责任领导：纪委书记丁卯清\n牵头部门：纪委办\n配合部门：人力部\n责任人：丁辰一", "丁卯清", ["纪委办"], ["人力部"], ["丁辰一"], due("即知即改", None, "immediate"), state("已办结", True), ""),
        ("催收函送达回证缺失", steps("补送催收函并公证"), "责任领导：副总经理庚午远\n责任部门：法务部\n责任人：丁午二", "庚午远", ["法务部"], [], ["丁午二"], due("2021年四月三十日", "2021-04-30"), state("已办结", True), "补送17份"),
        ("审贷会表决记录不签名", steps("补签表决记录"), "责任领导：总经理乙丑平\n责任部门：党工部\n责任人：甲丑一", "乙丑平", ["党工部"], [], ["甲丑一"], due("2021年四月十二日", "2021-04-12"), state("已办结", True), ""),
    ]
    for i, (title, measures, shown, leader, lead, by, who, on, told, remark) in enumerate(rows):
        row = 5 + i
        task = o.put(s, row, ("A", i + 1), ("B", *problem(title)), ("C", *measures), ("D", shown), ("E", *on), ("F", *told), ("G", remark or None))
        tell(task, "leaders", f"D{row}", names=[leader])
        tell(task, "units", f"D{row}", names=[o.full(u) for u in lead], supporting=[o.full(u) for u in by])
        tell(task, "persons", f"D{row}", names=who)
    write(s, 11, ["累计", "6项", "已办结3项"])
    o.skip(s, 11, "total")


def numbered_problems(o):
    """Roads office: no column of numbers, the problem carries its own; the time comes before the measures; county words for offices and comrades."""
    s = o.sheet("交通项目")
    o.titles(s, 10, "县公路养护中心经济责任审计整改任务表")
    write(s, 2, ["方面", "审计指出的问题", "完成期限", "整改思路", "具体整改措施", "责任股室", "协办股室", "分管负责同志", "经办同志", "目前状态"])
    rows = [
        ("工程管理", "1.路面养护未按季度计量", due("5月31日", "2021-05-31"), "规范计量", steps("一是补办计量手续，二是按季度召开计量会", "补办计量手续", "按季度召开计量会"), units("建安公司", by=["财务部"]), "财务部", leaders("庚午远同志", "庚午远"), persons("丙未六"), state("推进中", False)),
        ("工程管理", "2.变更签证先施工后审批", due("6月30日", "2021-06-30"), "从严审批", steps("一是清理在建项目变更，二是超限变更报会研究，三是对监理扣分", "清理在建项目变更", "超限变更报会研究", "对监理扣分"), units("规划部", by=["建安公司", "纪委"]), "建安公司、纪委", leaders("庚午远同志", "庚午远"), persons("辛子一"), state("推进中", False)),
        ("工程管理", "3.料场过磅单无编号", due("4月12日", "2021-04-12"), "堵塞漏洞", steps("启用连号过磅单"), units("采购部"), "", leaders("辛未明同志", "辛未明"), persons("戊卯六"), state("整改完毕", True)),
        ("资金管理", "4.路产赔偿费坐收坐支", due("立即整改", None, "immediate"), "收支两条线", steps("上缴坐支款项"), units("财务部 ", "财务部"), "", leaders("己巳衡同志", "己巳衡"), persons("壬酉五 ", "壬酉五"), state("整改完毕 ", True)),
        ("资金管理", "5.养护资金结余两年未统筹", due("2021年12月底", "2021-12-31"), "盘活存量", steps("一是核实结余，二是编制使用计划", "核实结余", "编制使用计划"), units("财务部", by=["规划部"]), "规划部", leaders("己巳衡同志", "己巳衡"), persons("己寅一"), state("未启动", False)),
        ("内部管理", "6.机械设备单车核算未开展", due("8月底", "2021-08-31"), "算清成本", steps("逐台建立核算卡"), units("机电公司"), "", leaders("戊辰稳同志", "戊辰稳"), persons("癸辰六"), state("推进中", False)),
    ]
    tops = {}
    for i, (aspect, title, on, idea, measures, unit, by, leader, who, told) in enumerate(rows):
        row = 3 + i
        o.put(s, row, ("A", None if aspect in tops else aspect), ("B", title, ("title", title[2:])), ("C", *on), ("D", idea), ("E", *measures), ("F", *unit), ("G", by or None), ("H", *leader), ("I", *who), ("J", *told))
        tops.setdefault(aspect, []).append(row)
    for at in tops.values():
        down(s, 1, at[0], at[-1])
    o.note(s, 9, "注：1.完成期限未写年份的均为2021年。2.每月25日报审计股。", 10)


def labels_above(o):
    """Health centre: cards whose labels stand above what they are labels of."""
    s = o.sheet("交办卡")
    cards = [
        ("疫苗冷链温度记录缺夜间数据", ["更换自动记录仪", "专人每日导出数据"], leaders("戊辰稳"), units("生产技术部"), None, persons("甲卯二"), due("2021年4月18日", "2021-04-18"), state("是", True)),
        ("公共卫生补助发放标准不一", ["清算补助发放差额"], leaders("己巳衡"), units("财务部", by=["审计部"]), "审计部", persons("己寅一"), due("2021年6月30日", "2021-06-30"), state("否", False)),
        ("医疗废物交接单签字不全", ["补签交接单", "交接过程录像", "按周抽查"], leaders("戊辰稳"), units("安全环保部"), None, persons("丙巳五"), due("2021年4月25日", "2021-04-25"), state("否", False)),
        ("家庭医生签约重签轻服务", ["逐户核实履约情况", "考核与服务人次挂钩"], leaders("乙丑平"), units("企业管理部", by=["人力资源部", "工会"]), "人力资源部、工会", persons("庚未一、癸寅五", "庚未一", "癸寅五"), due("2021年10月31日", "2021-10-31"), state("否", False)),
        ("药品近效期预警未执行", ["下架近效期药品"], leaders("辛未明"), units("物资采购部"), None, persons("乙申二"), due("立整立改", None, "immediate"), state("是", True)),
    ]
    row = 1
    for n, (title, measures, leader, unit, by, who, on, told) in enumerate(cards, 1):
        o.heads(s, {
            f"A{row}": f"巡察整改问题交办卡　　No.{n:03}", f"A{row + 1}": "存在问题", f"D{row + 1}": "整改措施", f"A{row + 3}": "包联领导", f"B{row + 3}": "责任科室", f"C{row + 3}": "配合科室", f"D{row + 3}": "责任人", f"E{row + 3}": "完成时限",
            f"F{row + 3}": "是否销号", f"C{row + 4}": by,
        }, f"A{row}:F{row} A{row + 1}:C{row + 1} D{row + 1}:F{row + 1} A{row + 2}:C{row + 2} D{row + 2}:F{row + 2}")
        o.skip(s, row, optional=True)
        shown = "\n".join(f"({i}){text}" for i, text in enumerate(measures, 1)) if len(measures) > 1 else measures[0]
        task = o.put(s, row + 2, ("A", *problem(title)), ("D", shown, ("measures", measures)), rows=list(range(row + 1, row + 5)))
        o.add(task, s, {f"A{row + 4}": leader, f"B{row + 4}": unit, f"D{row + 4}": who, f"E{row + 4}": on, f"F{row + 4}": told})
        row += 6


def now_and_for_good(o):
    """Party school: what is mended now and what is set up for good are two columns under one head; findings are merged; posts stand before names."""
    s = o.sheet("附件1")
    o.titles(s, 11, "附件1", "中共××县委党校关于巡察反馈问题整改清单")
    o.heads(s, {
        "A3": "序号", "B3": "反馈问题", "C3": "具体表现", "D3": "整改措施", "D4": "当下改", "E4": "长久立", "F3": "牵头\n领导", "G3": "主责\n处室", "H3": "参与\n处室", "I3": "具体\n责任人", "J3": "完成\n时间", "K3": "推进\n情况",
    }, "A3:A4 B3:B4 C3:C4 D3:E3 F3:F4 G3:G4 H3:H4 I3:I4 J3:J4 K3:K4")
    rows = [
        ("主业主课地位不突出", "理论教育课时占比不足", ["调整春季班课表"], ["印发课程设置管理办法"], leaders("党委书记甲子安", "甲子安"), units("宣传部", by=["组织部"]), "组织部", persons("部长丙亥一", "丙亥一"), due("2021年4月底", "2021-04-30"), state("已完成", True)),
        ("", "外请教师讲稿未审", ["倒查去年讲稿"], ["建立讲稿三级审核制度", "建立外请师资库"], leaders("党委副书记丙寅正", "丙寅正"), units("宣传部"), "", persons("副部长己午五", "己午五"), due("2021年6月中旬", "2021-06-20"), state("正在推进", False)),
        ("科研咨政质量不高", "课题结项流于形式", ["撤销三项未结课题", "追回课题经费"], ["推行匿名评审"], leaders("总经理乙丑平", "乙丑平"), units("规划部", by=["财务部"]), "财务部", persons("部长辛子一", "辛子一"), due("2021年7月底", "2021-07-31"), state("正在推进", False)),
        ("", "咨政报告采用率低", ["与三个部门定向对接选题"], [], leaders("总经理乙丑平", "乙丑平"), units("规划部"), "", persons("副部长甲未五", "甲未五"), due("2021年11月", "2021-11-30"), state("尚未启动", False)),
        ("学员管理失之于宽", "晚自习考勤他人代签", ["对代签学员通报"], ["启用人脸考勤"], leaders("纪委书记丁卯清", "丁卯清"), units("组织部", by=["纪委"]), "纪委", persons("副部长戊丑五", "戊丑五"), due("2021年4月9日", "2021-04-09"), state("已完成", True)),
        ("", "结业考试题目多年不变", ["更新题库"], ["题库每年更新三分之一"], leaders("党委副书记丙寅正", "丙寅正"), units("组织部"), "", persons("部长乙午一", "乙午一"), due("2021年5月25日", "2021-05-25"), state("正在推进", False)),
    ]
    found = 5
    for i, (finding, title, now, good, leader, unit, by, who, on, told) in enumerate(rows):
        row = 5 + i
        found = row if finding else found
        shown = ["\n".join(f"{n}.{text}" for n, text in enumerate(texts, 1)) if len(texts) > 1 else "".join(texts) for texts in (now, good)]
        task = o.put(s, row, ("A", i + 1), ("B", finding or None), ("C", *problem(title)), ("D", shown[0]), ("E", shown[1] or None), ("F", *leader), ("G", *unit), ("H", by or None), ("I", *who), ("J", *on), ("K", *told))
        tell(task, "finding", f"B{found}", text=s[f"B{found}"].value)
        tell(task, "measures", f"D{row}", texts=now + good, beside=[f"E{row}"])
        if i % 2:
            down(s, 2, found, row)


def slash_roles(o):
    """Forest farm: the head says that who leads stands before the stroke and who helps behind it; the sheet has hidden columns and a hidden list."""
    s = o.sheet("林场自查")
    o.titles(s, 10, "国有林场护林防火安全大检查问题整改表")
    s["A2"], s["I2"] = "检查组：第二组", "2021年3月30日"
    o.skip(s, 2, optional=True)
    write(s, 3, ["序号", "检查时间", "检查人", "问题", "整改办法", "牵头单位/\n配合单位", "主要责任人", "挂点领导", "要求完成时间", "是否已完成"])
    rows = [
        (day(3, 25), "瞭望塔通信中断", steps("1、更换电台；2、备用卫星电话", "更换电台", "备用卫星电话"), units("生产部/采购部", "生产部", by=["采购部"]), persons("甲卯二"), leaders("戊辰稳"), due("4.15", "2021-04-15"), state("没有完成", False)),
        (day(3, 25), "防火隔离带清理不到边", steps("组织人工补清"), units("安环部", "安环部"), persons("丙巳五"), leaders("戊辰稳"), due("4.5前", "2021-04-05"), state("已完成", True)),
        (day(3, 26), "护林员巡山轨迹造假", steps("1、停发补贴；2、解聘造假人员；3、巡护终端防作弊升级", "停发补贴", "解聘造假人员", "巡护终端防作弊升级"), units("人力部/纪委办、工会", "人力部", by=["纪委办", "工会"]), persons("乙午一"), leaders("丁卯清"), due("5.20", "2021-05-20"), state("没有完成", False)),
        (day(3, 26), "灭火机具带病入库", steps("1、送修机具；2、出入库双签", "送修机具", "出入库双签"), units("机修厂/采购部", "机修厂", by=["采购部"]), persons("庚亥三"), leaders("辛未明"), due("4.30", "2021-04-30"), state("没有完成", False)),
        (day(3, 27), "抚育伐作业设计未公示", steps("重新公示七天"), units("规划部/法务部", "规划部", by=["法务部"]), persons("甲未五"), leaders("庚午远"), due("4.10", "2021-04-10"), state("已完成", True)),
        (day(3, 27), "林下经济租赁欠租", steps("1、书面催缴；2、逾期的起诉", "书面催缴", "逾期的起诉"), units("财务部/法务部", "财务部", by=["法务部"]), persons("己寅一"), leaders("己巳衡"), due("2021年第三季度", "2021-09-30"), state("没有完成", False)),
    ]
    for i, (on_check, title, measures, unit, who, leader, on, told) in enumerate(rows):
        o.put(s, 4 + i, ("A", i + 1), ("B", on_check), ("C", "巡督二"), ("D", *problem(title)), ("E", *measures), ("F", *unit), ("G", *who), ("H", *leader), ("I", *on), ("J", *told))
    s.column_dimensions["C"].hidden = True
    write(s, 11, ["检查组组长（签字）：", "", "", "", "被检查单位负责人（签字）："])
    o.skip(s, 11, "signature")
    o.hide("码表", "已完成", "没有完成")


def lists_as_heads(o):
    """Broadcaster: the heads are called lists; unit and person share the list of duties; two aspects are lines; nothing is numbered but the problems."""
    s = o.sheet("2021.3")
    o.titles(s, 6, "县融媒体中心巡察整改“五个清单”")
    write(s, 2, ["编号", "问题清单", "措施清单", "责任清单", "时限清单", "销号清单"])
    table = [
        "（一）新闻宣传方面",
        ("重大主题报道策划滞后", steps("提前一月报送选题；成立策划专班", "提前一月报送选题", "成立策划专班"), "宣传部 丙亥一", due("4月28日", "2021-04-28"), state("已销号", True)),
        ("网络评论无人跟帖引导", steps("组建网评队伍"), "宣传部　己午五", due("5月中旬", "2021-05-20"), state("未销号", False)),
        ("播出差错责任未追究", steps("倒查差错七起；修订差错处罚细则；按月通报", "倒查差错七起", "修订差错处罚细则", "按月通报"), "纪委办 庚亥五", due("6月底", "2021-06-30"), state("未销号", False)),
        "（二）资产财务方面",
        ("拍摄器材外借不登记", steps("追回外借器材；领用扫码登记", "追回外借器材", "领用扫码登记"), "采购部 戊卯六", due("立行立改", None, "immediate"), state("已销号", True)),
        ("广告代理费计提随意", steps("重新核定计提比例"), "财务部 己寅一", due("7月31日", "2021-07-31"), state("未销号", False)),
        ("演播厅改造概算超支", steps("开展专项审计；按程序报批概算调整", "开展专项审计", "按程序报批概算调整"), "审计部  辛辰五", due("2022年3月底", "2022-03-31"), state("未销号", False)),
        ("临聘记者未缴工伤保险", steps("补缴工伤保险"), "人力部 戊丑五", due("4月15日", "2021-04-15"), state("已销号", True)),
    ]
    n = 0
    for row, line in enumerate(table, 3):
        if isinstance(line, str):
            write(s, row, [line])
            across(s, row, 6)
            o.skip(s, row, "section", optional=True)
            continue
        n += 1
        title, measures, both, on, told = line
        unit, who = both.split()
        task = o.put(s, row, ("A", f"{n:02}"), ("B", *problem(title)), ("C", *measures), ("D", both), ("E", *on), ("F", *told))
        tell(task, "units", f"D{row}", names=[o.full(unit)], supporting=[])
        tell(task, "persons", f"D{row}", names=[who])
    o.note(s, 12, "填报说明：销号清单由整改办统一填写。", 6)


def counted_above(o):
    """Reservoir: the table begins in B7 under counts and a line of secrecy; an empty column splits it, and a blank row follows each problem."""
    s = o.sheet("水库")
    for row, cell, text in ((1, "B1", "密级：工作秘密"), (2, "B2", "水库大坝安全专项督查问题整改台账"), (3, "B3", "单位：××水库管理所"), (4, "B4", "合计 6 项，其中：已闭环 2 项，未闭环 4 项")):
        s[cell] = text
        o.skip(s, row, optional=True)
    s["J3"] = "更新至：2021年4月8日"
    s.merge_cells("B2:L2")
    s.merge_cells("B4:L4")
    o.heads(s, {"B6": "序号", "C6": "督查发现问题\n（事实描述）", "D6": "问题性质", "E6": "整改具体举措", "G6": "整改主体", "H6": "包干领导", "I6": "直接责任人", "J6": "整改时间节点", "K6": "闭环情况", "L6": "资料归档号"})
    rows = [
        ("测压管水位观测中断两月", "严重", steps("1.恢复观测 2.补做渗流分析", "恢复观测", "补做渗流分析"), units("生产技术部"), leaders("戊辰稳（副总经理）", "戊辰稳"), persons("丁戌六"), due(day(5, 15), "2021-05-15"), state("未闭环", False)),
        ("启闭机备用电源无法启动", "严重", steps("1.更换蓄电池 2.每周试机", "更换蓄电池", "每周试机"), units("动力厂"), leaders("戊辰稳（副总经理）", "戊辰稳"), persons("己午三"), due(day(4, 6), "2021-04-06"), state("已闭环", True)),
        ("坝坡白蚁巢穴未处置", "较重", steps("委托专业单位灭治"), units("建安公司"), leaders("庚午远（副总经理）", "庚午远"), persons("癸子二"), due("2021年汛前（5月1日前）", "2021-05-01"), state("未闭环", False)),
        ("防汛物资账面与实物不符", "一般", steps("1.盘点补库 2.实行AB角保管 3.汛前汛后各核对一次", "盘点补库", "实行AB角保管", "汛前汛后各核对一次"), units("物资采购部"), leaders("辛未明（副总经理）", "辛未明"), persons("戊卯六"), due("2021.4.20", "2021-04-20"), state("未闭环", False)),
        ("管理房出租未报批", "较重", steps("解除租赁合同"), units("企业管理部、法律事务部", "企业管理部", "法律事务部"), leaders("庚午远（副总经理）", "庚午远"), persons("庚未一、庚丑六", "庚未一", "庚丑六"), due("2021.6.30", "2021-06-30"), state("未闭环", False)),
        ("值班电话无法接通", "一般", steps("报修线路"), units("党委工作部"), leaders("乙丑平（总经理）", "乙丑平"), persons("甲丑一"), due("立行立改", None, "immediate"), state("已闭环", True)),
    ]
    for i, (title, grade, measures, unit, leader, who, on, told) in enumerate(rows):
        row = 7 + 2 * i
        o.put(s, row, ("B", i + 1), ("C", *problem(title)), ("D", grade), ("E", *measures), ("G", *unit), ("H", *leader), ("I", *who), ("J", *on), ("K", *told), ("L", f"SK-{i + 1}"))
        if i % 2:
            s[f"D{row + 1}"] = " "


def merged_over_tasks(o):
    """Farming office: three levels of problems, and leaders, units and times merged over several of them."""
    s = o.sheet("乡村振兴")
    o.titles(s, 9, "县农业农村系统乡村振兴领域专项巡察整改责任清单")
    write(s, 2, ["方面", "反馈问题", "主要表现", "整改措施", "包抓领导", "主责单位", "责任人", "整改完成时限", "落实情况"])
    rows = [
        ("A", "惠农政策落实有偏差", "农机补贴申领审核走形式", steps("(1)实地核查机具\n(2)追回套补资金", "实地核查机具", "追回套补资金"), leaders("副总经理辛未明", "辛未明"), units("审计部"), persons("戊酉一"), due("2021年5月底前", "2021-05-31"), state("正在落实", False)),
        ("", "", "耕地地力补贴公示不到组", steps("重新公示到村民小组"), None, None, persons("辛辰五"), None, state("已落实", True)),
        ("", "项目资产后续管护缺失", "扶贫产业大棚闲置", steps("(1)逐棚登记\n(2)公开招租\n(3)收益分配公示", "逐棚登记", "公开招租", "收益分配公示"), leaders("副总经理庚午远", "庚午远"), units("资本运营部"), persons("壬巳一"), due("2021年9月底前", "2021-09-30"), state("正在落实", False)),
        ("", "", "冷库移交后无人运维", steps("签订管护协议"), None, None, persons("乙子五"), None, state("未落实", False)),
        ("B", "项目招投标监管不严", "高标准农田标段围标串标", steps("(1)移送线索\n(2)中标结果重新评审", "移送线索", "中标结果重新评审"), leaders("纪委书记丁卯清", "丁卯清"), units("纪委办公室"), persons("丁辰一"), due("２０２１年６月１５日前", "2021-06-15"), state("正在落实", False)),
        ("", "", "监理日志事后补写", steps("约谈监理单位"), None, units("建安公司"), persons("丙未六\n", "丙未六"), due(day(4, 20), "2021-04-20"), state("已落实", True)),
    ]
    names = {"A": "一、政策落实方面", "B": "二、项目监管方面"}
    top = {}
    for i, (aspect, finding, title, measures, leader, unit, who, on, told) in enumerate(rows):
        row = 3 + i
        for column, value in (("A", aspect), ("B", finding), ("E", leader), ("F", unit), ("H", on)):
            top[column] = (row, value) if value else top[column]
        task = o.put(s, row, ("A", names.get(aspect)), ("B", finding or None), ("C", *problem(title)), ("D", *measures), ("G", *who), ("I", *told))
        for column in "EFH":
            at, value = top[column]
            o.add(task, s, {f"{column}{at}": value})
        tell(task, "finding", f"B{top['B'][0]}", text=top["B"][1])
    for area in "A3:A6 A7:A8 B3:B4 B5:B6 B7:B8 E3:E4 E5:E6 E7:E8 F3:F4 F5:F6 H3:H4 H5:H6".split():
        s.merge_cells(area)
    write(s, 10, ["填表：辛午六", "", "", "审核：戊亥二"])
    o.skip(s, 10, "signature")


def pictures_before_and_after(o):
    """Fire brigade: pictures before and after, whoever looked again; days counted from a notice; units that nobody knows; a second sheet by another hand."""
    s = o.sheet("第一检查组")
    o.titles(s, 11, "消防安全专项检查问题隐患整改一览表", "检查组：第一检查组　　　带队：壬申和")
    write(s, 3, ["项次", "检查日期", "场所", "问题隐患", "整改前照片", "整改措施", "整改单位", "现场负责人", "限期", "整改后照片", "复查情况"])
    rows = [
        (day(3, 29), "综合楼", "常闭式防火门处于开启状态", steps("加装闭门器"), units("工会"), persons("己申六"), due("当场改正", None, "immediate"), state("已整改，复查合格", True)),
        (day(3, 29), "食堂", "排油烟管道未定期清洗", steps("1.清洗管道；2.签订季度清洗合同", "清洗管道", "签订季度清洗合同"), units("党工部"), persons("丁申五"), due("4月20日17时前", "2021-04-20"), state("未整改", False)),
        (day(3, 30), "仓库", "消火栓被货架遮挡", steps("移开货架"), units("物贸公司"), persons("丁子七"), due("4月2日", "2021-04-02"), state("已整改，复查合格", True)),
        (day(3, 30), "宿舍", "电动车入户充电", steps("1.清理入户车辆；2.建设集中充电棚；3.夜间巡查", "清理入户车辆", "建设集中充电棚", "夜间巡查"), unknown("各家属区"), persons("丙丑二"), undated("接到通知后15日内"), state("整改中", False)),
        (day(3, 31), "变配电室", "电缆穿墙孔洞未封堵", steps("用防火泥封堵"), units("陶瓷一厂"), persons("辛辰三"), due("2021年04月09日", "2021-04-09"), state("整改中", False)),
    ]
    for i, (on_check, place, title, measures, unit, who, on, told) in enumerate(rows):
        o.put(s, 4 + i, ("A", i + 1), ("B", on_check), ("C", place), ("D", *problem(title)), ("E", "见附件"), ("F", *measures), ("G", *unit), ("H", *who), ("I", *on), ("J", "见附件" if told[1][1] else None), ("K", *told))
    s = o.sheet("第二检查组")
    write(s, 1, ["序", "隐患单位", "隐患情况", "负责人", "怎样整改", "整改到什么时候", "现状"])
    rows = [
        (units("板带分厂"), "疏散指示标志损坏三处", persons("壬酉三"), steps("更换指示标志"), due("2021-4-12", "2021-04-12"), state("已改好", True)),
        (units("选矿厂"), "药剂库未设导静电装置", persons("庚卯七"), steps("安装导静电装置；补做防静电检测", "安装导静电装置", "补做防静电检测"), due("2021-5-31", "2021-05-31"), state("没改", False)),
        (units("铜带箔公司"), "微型消防站器材过期", persons("乙寅六"), steps("更新器材"), due("2021-4-30", "2021-04-30"), state("正在改", False)),
    ]
    for i, (unit, title, who, measures, on, told) in enumerate(rows):
        o.put(s, 2 + i, ("A", i + 1), ("B", *unit), ("C", *problem(title)), ("D", *who), ("E", *measures), ("F", *on), ("G", *told))


def codes_tell_levels(o):
    """Home for the aged: finding and problem stand in one column, told apart by the numbers 1 and 1.1 alone; one row was entered twice and marked so."""
    s = o.sheet("养老服务")
    o.titles(s, 10, "××县中心敬老院养老服务领域专项巡察反馈问题整改进展表", "填报日期：2021年4月12日　　　　填报人：戊丑五")
    write(s, 3, ["编号", "巡察反馈问题", "整改措施", "整改目标", "责任领导", "责任部门", "直接责任人", "整改时间", "完成与否", "备注"])
    table = [
        (1, "食堂管理混乱"),
        (1.1, "食材采购一人经办", steps("第一，实行双人采购；第二，每周公示菜价。", "实行双人采购", "每周公示菜价"), leaders("辛未明"), units("采购部"), persons("乙申二"), due("4月8日前", "2021-04-08"), state("已完成", True)),
        (1.2, "留样记录倒签", steps("对倒签人员批评教育"), leaders("辛未明"), units("采购部"), persons("戊卯六"), due("4月30日前", "2021-04-30"), state("未完成", False)),
        (2, "入住老人资金代管不规范"),
        (2.1, "代管存折无交接手续", steps("第一，逐本核对余额；第二，补办交接；第三，监护人签字确认。", "逐本核对余额", "补办交接", "监护人签字确认"), leaders("己巳衡"), units("财务部", by=["审计部"]), persons("己寅一"), due("2021年5月20日前", "2021-05-20"), state("未完成", False)),
        (2.2, "护理费收取标准未公示", steps("在大厅公示收费标准"), leaders("己巳衡"), units("财务部"), persons("壬酉五"), due("立行立改", None, "immediate"), state("已完成", True)),
        (3, "安全管理责任虚化"),
        (3.1, "夜间护理巡房走过场", steps("第一，配备巡更棒；第二，院长每月夜查两次。", "配备巡更棒", "院长每月夜查两次"), leaders("戊辰稳"), units("安环部", by=["工会"]), persons("癸戌一"), due("常态化推进", None, "sustained"), state("未完成", False)),
        (3.2, "失能老人床栏损坏未修", steps("维修床栏二十三处"), leaders("戊辰稳"), units("机修厂"), persons("庚亥三"), due("4月18日前", "2021-04-18"), state("已完成", True)),
    ]
    found = finding = None
    for row, (code, title, *rest) in enumerate(table, 4):
        if not rest:
            write(s, row, [code, title])
            o.skip(s, row, optional=True)
            found, finding = row, title
            continue
        measures, leader, unit, who, on, told = rest
        lead, by = unit[1][1]
        shown = f"牵头：{lead[0]}　配合：{'、'.join(by)}" if by else unit[0]
        task = o.put(s, row, ("A", code), ("B", *problem(title)), ("C", *measures), ("D", "长效"), ("E", *leader), ("F", shown, unit[1]), ("G", *who), ("H", *on), ("I", *told))
        tell(task, "finding", f"B{found}", text=finding)
    write(s, 13, [3.2, "失能老人床栏损坏未修", "同上", "", "", "", "", "", "", "与上一行重复"])
    o.skip(s, 13, "duplicate")
    write(s, 14, ["合计", "6项", "", "", "", "", "", "", "已完成3项"])
    o.skip(s, 14, "total")


HABITS = [
    card_with_a_table, exported, labels_in_a_cell, numbered_problems, labels_above, now_and_for_good, slash_roles, lists_as_heads, counted_above, merged_over_tasks,
    pictures_before_and_after, codes_tell_levels,
]


def make(first, units, people, target):
    """Writes all of them; the truth of each."""
    truths = []
    for n, habit in enumerate(HABITS, first):
        county = Field(n, units, people)
        habit(county)
        truths.append(county.save(target))
    return truths
