//! Slips, forms and briefs: plainer than an official document.

use super::page::{Cell, Sheet, Table, UPRIGHT, body, cell, chapter, end, headline, label, line, notes, wide};

fn as_of() -> String {
    line("数据说明", "数据截至{{截至时刻}}。模板版本{{模板版本}}。")
}

/// A label and what is said over the rest of four columns.
fn over(name: &str, text: &str) -> [Cell; 2] {
    [label(name), wide(3, &[text])]
}

fn two(first: &str, said: &str, second: &str, then: &str) -> [Cell; 4] {
    [label(first), cell(said), label(second), cell(then)]
}

/// 督办单
pub(super) fn slip() -> String {
    let table = Table::new(UPRIGHT, &[19, 31, 19, 31])
        .tall(480, &two("牵头单位", "{{牵头单位}}", "配合单位", "{{配合单位}}"))
        .tall(1_400, &over("督办事项", "{{督办事项}}"))
        .tall(800, &over("依据", "{{依据}}"))
        .tall(1_400, &over("存在差距", "{{存在差距}}"))
        .tall(1_400, &over("办理要求", "{{办理要求}}"))
        .tall(480, &over("办结时限", "{{办结时限}}"))
        .tall(480, &two("签发人", "{{签发人}}", "签发日期", "{{签发日期}}"))
        .tall(480, &two("签收人", "{{签收人}}", "签收时间", "{{签收时间}}"))
        .tall(2_500, &over("办理结果", "{{办理结果}}"))
        .tall(1_800, &over("复核意见", "{{复核意见}}"));
    [
        line("表单标题", "{{发文机关}}"),
        line("表单标题", "{{督办单名称}}"),
        line("表单说明", "编号：{{督办编号}}\t{{?紧急程度}}紧急程度：{{紧急程度}}{{/?紧急程度}}"),
        table.done(),
        as_of(),
        end(Sheet::Form),
    ]
    .concat()
}

/// 销号审批表: one page, with a box for each who signs.
pub(super) fn closure() -> String {
    let table = Table::new(UPRIGHT, &[17, 18, 15, 50])
        .tall(440, &two("任务编号", "{{任务编号}}", "整改任务", "{{任务标题}}"))
        .tall(700, &over("反馈问题", "{{问题原文}}"))
        .tall(700, &over("完成标准", "{{完成标准}}"))
        .tall(500, &over("原因剖析", "{{原因剖析}}"))
        .tall(1_200, &over("措施落实情况", "{{措施落实情况}}"))
        .tall(1_200, &over("整改成效", "{{整改成效}}"))
        .tall(900, &over("佐证材料目录", "{{佐证目录}}"));
    let mut opinion = wide(3, &["{{签批意见}}"]);
    opinion.inner.push_str(&line("表格签批", "{{签批人}}　{{签批日期}}　{{签批方式}}{{/签批}}"));
    let table = table.tall(740, &[label("{{#签批}}{{签批环节}}"), opinion]).tall(440, &over("备注", ""));
    [line("表单标题", "整改任务销号审批表"), line("表单说明", "{{轮次名称}}"), table.done(), as_of(), end(Sheet::Form)]
        .concat()
}

/// 每周简报
pub(super) fn weekly() -> String {
    let units = Table::new(UPRIGHT, &[40, 15, 15, 15, 15])
        .head(&["单位", "应报（项）", "按时（项）", "迟报（项）", "未报（项）"])
        .each("周报单位", &["{{单位名称}}", "{{应报数}}", "{{按时数}}", "{{迟报数}}", "{{未报数}}"]);
    let moved = Table::new(UPRIGHT, &[12, 26, 20, 42])
        .head(&["任务编号", "整改任务", "责任单位", "本周进展"])
        .each("进展", &["{{任务编号}}", "{{任务标题}}", "{{责任单位}}", "{{本周进展}}"]);
    let help = Table::new(UPRIGHT, &[12, 26, 20, 42])
        .head(&["任务编号", "整改任务", "责任单位", "需协调事项"])
        .each("求助", &["{{任务编号}}", "{{任务标题}}", "{{责任单位}}", "{{需协调事项}}"]);
    [
        line("表单标题", "{{标题}}"),
        line("表单说明", "{{周次}}（{{起止日期}}）\t{{发文机关}}"),
        line("红色分隔线", ""),
        chapter("一、本周综述", &["{{正文.综述}}"]),
        line("一级标题", "二、写实上报情况"),
        units.done(),
        line("一级标题", "三、本周进展"),
        moved.done(),
        line("一级标题", "四、需协调事项"),
        help.done(),
        notes(),
        as_of(),
        end(Sheet::Official),
    ]
    .concat()
}

/// 领导履责情况
pub(super) fn duties() -> String {
    let all = Table::new(UPRIGHT, &[18, 30, 13, 13, 13, 13])
        .head(&["姓名", "所在单位", "研究制定（次）", "部署（次）", "协调督促（次）", "检查落实（次）"])
        .each(
            "领导",
            &[
                "{{领导姓名}}",
                "{{所在单位}}",
                "{{研究制定次数}}",
                "{{部署次数}}",
                "{{协调督促次数}}",
                "{{检查落实次数}}",
            ],
        );
    let each = Table::new(UPRIGHT, &[22, 20, 58])
        .head(&["日期", "类型", "内容"])
        .each("履责", &["{{履责日期}}", "{{履责类型}}", "{{履责内容}}"]);
    [
        headline("{{标题}}"),
        chapter("一、总体情况", &["{{正文.总体情况}}"]),
        line("一级标题", "二、履责次数"),
        all.done(),
        line("一级标题", "三、履责记录"),
        body(&["{{#领导}}"]),
        line("二级标题", "{{领导姓名}}（{{所在单位}}）"),
        each.done(),
        body(&["{{/领导}}"]),
        notes(),
        as_of(),
        end(Sheet::Official),
    ]
    .concat()
}

/// 一问题一档案
pub(super) fn archive() -> String {
    let catalogue = Table::new(UPRIGHT, &[9, 49, 22, 20])
        .head(&["序号", "材料名称", "材料日期", "页次说明"])
        .each("目录", &["{{目录序号}}", "{{材料名称}}", "{{材料日期}}", "{{页次说明}}"]);
    let course = Table::new(UPRIGHT, &[22, 18, 60])
        .head(&["时间", "经过人", "事项"])
        .each("经过", &["{{经过时间}}", "{{经过人}}", "{{经过事项}}"]);
    [
        line("表单标题", "问题整改档案"),
        line("表单说明", "{{轮次名称}}\t问题编号：{{问题编号}}"),
        chapter("一、反馈问题", &["方面：{{方面}}", "{{问题原文}}"]),
        line("一级标题", "二、材料目录"),
        catalogue.done(),
        line("一级标题", "三、整改任务"),
        body(&["{{#任务}}"]),
        line("二级标题", "任务{{任务编号}}：{{任务标题}}"),
        body(&[
            "整改目标：{{整改目标}}",
            "完成标准：{{完成标准}}",
            "责任分工：责任领导{{责任领导}}；责任单位{{责任单位}}；责任人{{责任人}}。完成时限{{完成时限}}，目前{{状态}}。",
            "{{#原因}}",
            "原因剖析（{{剖析时间}}，{{剖析人}}）：{{剖析内容}}",
            "{{/原因}}",
            "{{#措施}}",
            "措施{{措施编号}}：{{措施内容}}",
            "{{措施进展}}",
            "{{/措施}}",
            "完成情况：{{完成情况}}",
            "整改成效：{{整改成效}}",
        ]),
        line("表题", "整改经过"),
        course.done(),
        body(&["{{/任务}}"]),
        as_of(),
        end(Sheet::Official),
    ]
    .concat()
}
