//! What is sent as an official document: head, title, text, signature, annexes, foot.

use super::lists;
use super::page::{Sheet, Table, UPRIGHT, body, cell, chapter, end, end_section, headline, labelled, line, notes};

/// Head of a document: secrecy and urgency, who issues it, its number and who signs, a red rule.
fn head() -> String {
    [
        line("密级和紧急程度", "{{密级}}"),
        line("密级和紧急程度", "{{紧急程度}}"),
        line("公文正文", ""),
        line("发文机关标志", "{{发文机关}}文件"),
        line("公文正文", ""),
        line("发文字号和签发人", "{{?签发人}}"),
        line("发文字号和签发人", "{{发文字号}}\t签发人：{{签发人}}"),
        line("发文字号和签发人", "{{/?签发人}}"),
        line("发文字号", "{{!签发人}}"),
        line("发文字号", "{{发文字号}}"),
        line("发文字号", "{{/!签发人}}"),
        line("红色分隔线", ""),
    ]
    .concat()
}

fn title() -> String {
    headline("{{标题}}") + &line("主送机关", "{{?主送机关}}{{主送机关}}：{{/?主送机关}}")
}

fn signature() -> String {
    line("发文机关署名", "{{发文机关}}") + &line("成文日期", "{{成文日期}}")
}

/// 版记: who gets a copy, who printed it and when.
fn foot() -> String {
    let whole = |text: &str| {
        let mut cell = cell("");
        cell.inner = line("版记", text);
        [cell]
    };
    let table = Table::foot(UPRIGHT)
        .row(&whole("{{?抄送}}"))
        .row(&whole("抄送：{{抄送}}。"))
        .row(&whole("{{/?抄送}}"))
        .row(&whole("{{印发机关}}\t{{印发日期}}印发"));
    line("公文正文", "") + &table.done() + &line("版面空行", "")
}

/// 整改方案, with the three lists as annexes.
pub(super) fn plan() -> String {
    [
        head(),
        title(),
        body(&["为做好{{轮次名称}}反馈问题的整改工作，结合实际，制定本方案。"]),
        chapter("一、总体要求", &["{{正文.总体要求}}"]),
        chapter("二、组织领导", &["{{正文.组织领导}}"]),
        chapter(
            "三、整改任务",
            &[
                "本轮反馈问题{{问题数}}个，涉及{{方面数}}个方面。逐项分解为整改任务{{任务数}}项、整改措施{{措施数}}条，其中立行立改任务{{立行立改任务数}}项。各项任务的整改目标、整改措施、完成标准、完成时限和责任分工见附件。",
            ],
        ),
        chapter("四、工作安排", &["{{正文.工作安排}}"]),
        chapter("五、工作要求", &["{{正文.工作要求}}"]),
        line("附件说明", "附件：1.问题清单"),
        line("附件说明续", "2.整改清单"),
        line("附件说明续", "3.责任清单"),
        notes(),
        signature(),
        end_section(Sheet::Official),
        lists::findings(),
        end_section(Sheet::Wide),
        lists::measures(),
        end_section(Sheet::Wide),
        lists::responsibility(),
        end_section(Sheet::Wide),
        foot(),
        end(Sheet::Foot),
    ]
    .concat()
}

/// 整改落实情况报告
pub(super) fn report() -> String {
    [
        head(),
        title(),
        body(&["现将{{轮次名称}}情况报告如下（数据截至{{截至时刻}}）。"]),
        chapter(
            "一、总体情况",
            &[
                "{{正文.总体情况}}",
            ],
        ),
        chapter(
            "二、组织开展情况",
            &[
                "{{正文.组织开展情况}}",
            ],
        ),
        line("一级标题", "三、逐项整改落实情况"),
        line("公文正文", "{{#问题}}"),
        line("二级标题", "问题{{问题编号}}：{{问题原文}}"),
        body(&["{{问题说明}}", "{{完成情况}}", "{{#任务}}"]),
        line("三级标题", "任务{{任务编号}}：{{任务标题}}"),
        body(&[
            "整改目标：{{整改目标}}",
            "完成标准：{{完成标准}}",
            "责任分工：责任领导{{责任领导}}；责任单位{{责任单位}}；责任人{{责任人}}。完成时限{{完成时限}}，目前{{状态}}。",
            "{{#措施}}",
            "措施{{措施编号}}：{{措施内容}}",
            "{{措施进展}}",
            "{{/措施}}",
            "完成情况：{{完成情况}}",
            "整改成效：{{整改成效}}",
            "{{/任务}}",
            "{{/问题}}",
        ]),
        chapter("四、存在不足", &["{{正文.存在不足}}"]),
        chapter("五、下步打算", &["{{正文.下步打算}}"]),
        notes(),
        signature(),
        foot(),
        end(Sheet::Official),
    ]
    .concat()
}

/// 阶段性进展通报
pub(super) fn progress() -> String {
    let units = Table::new(UPRIGHT, &[34, 13, 13, 14, 13, 13])
        .head(&["单位", "任务数（项）", "已销号（项）", "完成率", "红灯（项）", "预警（项）"])
        .each(
            "单位",
            &[
                "{{单位名称}}",
                "{{单位任务数}}",
                "{{单位已销号数}}",
                "{{单位完成率}}",
                "{{单位红灯数}}",
                "{{单位预警数}}",
            ],
        );
    [
        head(),
        title(),
        body(&["现将{{轮次名称}}阶段性进展情况通报如下（数据截至{{截至时刻}}）。"]),
        chapter("一、总体进展", &["{{正文.总体进展}}"]),
        chapter("二、主要做法", &["{{正文.主要做法}}"]),
        line("一级标题", "三、各单位进展"),
        line("表题", "各单位整改任务进展情况"),
        units.done(),
        chapter("四、存在问题", &["{{正文.存在问题}}"]),
        chapter("五、下步要求", &["{{正文.下步要求}}"]),
        notes(),
        signature(),
        foot(),
        end(Sheet::Official),
    ]
    .concat()
}

/// 公示稿: what is put up for everybody to read has no head and no codes.
pub(super) fn notice() -> String {
    [
        headline("{{公示标题}}"),
        body(&["{{公示导语}}", "{{公示数据}}", "{{?公示事项}}"]),
        line("一级标题", "具体问题整改情况"),
        body(&["{{/?公示事项}}", "{{#公示事项}}"]),
        line("二级标题", "{{事项序号}}. {{事项问题}}"),
        body(&[
            "{{?事项措施}}",
            "整改措施：{{事项措施}}",
            "{{/?事项措施}}",
            "{{?事项成效}}",
            "整改成效：{{事项成效}}",
            "{{/?事项成效}}",
            "{{/公示事项}}",
            "{{?下步打算}}",
        ]),
        chapter("下一步打算", &["{{下步打算}}", "{{/?下步打算}}", "{{?联系方式}}"]),
        chapter("联系方式", &["{{联系方式}}", "{{/?联系方式}}", "公示期：{{公示期}}。"]),
        line("发文机关署名", "{{发文机关}}"),
        line("成文日期", "{{发布日期}}"),
        end(Sheet::Official),
    ]
    .concat()
}

/// 会议纪要
pub(super) fn minutes() -> String {
    let said = |label: &str, name: &str| {
        labelled("公文正文", &format!("{{{{?{name}}}}}{label}："), &format!("{{{{{name}}}}}{{{{/?{name}}}}}"))
    };
    [
        line("密级和紧急程度", "{{密级}}"),
        line("公文正文", ""),
        line("发文机关标志", "{{发文机关}}"),
        line("发文机关标志", "会议纪要"),
        line("公文正文", ""),
        line("发文字号", "{{纪要编号}}"),
        line("红色分隔线", ""),
        headline("{{会议名称}}纪要"),
        said("时间", "会议时间"),
        said("地点", "会议地点"),
        said("主持", "主持人"),
        said("参加", "参加人员"),
        said("列席", "列席人员"),
        said("缺席", "缺席人员"),
        line("公文正文", "会议研究了以下事项："),
        line("公文正文", "{{#议题}}"),
        line("一级标题", "议题{{议题序号}}：{{议题内容}}"),
        body(&["{{议定事项}}", "责任单位：{{责任单位}}。完成时限：{{完成时限}}。", "{{/议题}}"]),
        foot(),
        end(Sheet::Official),
    ]
    .concat()
}
