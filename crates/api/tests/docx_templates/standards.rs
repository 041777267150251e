//! The standard templates filled: with much, and with nothing.

use api::office::docx::standard::{Kind, standard};
use serde_json::{Map, json};

use super::*;

const FIGURES: [&str; 30] = [
    "方面数",
    "问题数",
    "任务数",
    "措施数",
    "已销号任务数",
    "跟踪巩固任务数",
    "已完成任务数",
    "长期坚持任务数",
    "正在推进任务数",
    "未启动任务数",
    "整改完成率",
    "已完成问题数",
    "立行立改任务数",
    "立行立改完成数",
    "红灯任务数",
    "预警任务数",
    "逾期任务数",
    "会议次数",
    "检查次数",
    "检查任务数",
    "督办单数",
    "延期任务数",
    "重新整改任务数",
    "涉及金额",
    "已清理金额",
    "已挽回金额",
    "新建制度数",
    "修订制度数",
    "废止制度数",
    "处理人数",
];
const LONG: &str = "对照反馈意见逐条梳理，建立台账、明确责任、细化措施，整改责任传导还不够到位，部分项目“重建设、轻管理”的现象依然存在，个别基层单位落实制度打折扣，监督检查的频次和深度不够，发现问题后跟踪问效不及时，需要从思想认识、制度机制、作风能力三个方面同向发力，持续抓好整改落实。";

fn pick(names: &[&str], value: impl Fn(&str) -> Value) -> Map<String, Value> {
    names.iter().map(|name| ((*name).to_owned(), value(name))).collect()
}

fn joined(all: Vec<Map<String, Value>>) -> Value {
    Value::Object(all.into_iter().flatten().collect())
}

const TASK: [&str; 10] =
    ["任务编号", "任务标题", "整改目标", "完成标准", "完成时限", "责任领导", "责任单位", "责任人", "状态", "完成情况"];

/// What a name says: a short word, or a long text where people write one.
fn word(name: &str, n: usize) -> Value {
    let text = match name {
        "问题编号" => format!("W{:02}", n + 1),
        "任务编号" => format!("W{:02}-{}", n / 4 + 1, n % 4 + 1),
        "措施编号" => format!("W01-1.{}", n + 1),
        "序号" | "目录序号" | "议题序号" => (n + 1).to_string(),
        "问题原文" => {
            "工程项目现场管理不严不实，“以包代管”问题突出，部分标段安全生产责任制没有真正落到一线。".to_owned()
        }
        "任务标题" => "健全项目现场管理责任体系，开展“以包代管”专项整治".to_owned(),
        "方面" => "落实全面从严治党责任方面".to_owned(),
        "来源" => "2020年第一轮巡视反馈".to_owned(),
        "完成时限" | "签批日期" | "成文日期" | "印发日期" | "材料日期" | "履责日期" | "签发日期" => {
            "2020年8月5日".to_owned()
        }
        "整改目标" | "完成标准" | "措施内容" => LONG.chars().take(48).collect(),
        "问题说明" | "完成情况" | "整改成效" | "措施进展" | "经过事项" | "履责内容" | "本周进展" | "需协调事项"
        | "议定事项" => LONG.to_owned(),
        "责任领导" => "张三、李四".to_owned(),
        "责任单位" | "单位名称" | "所在单位" => format!("第{}工程建设分公司", n % 7 + 1),
        "单位完成率" => "85.7%".to_owned(),
        "计划成果" => "《项目现场管理办法》".to_owned(),
        "处置类型" => "限期整改".to_owned(),
        "状态" => "正在推进".to_owned(),
        "配合单位" => "安全质量部、财务部".to_owned(),
        _ if name.ends_with('数') || name.ends_with("次数") => (n + 3).to_string(),
        _ => format!("{name}{}", n + 1),
    };
    Value::String(text)
}

fn many(n: usize, names: &[&str], more: impl Fn(usize) -> Map<String, Value>) -> Value {
    (0..n).map(|i| joined(vec![pick(names, |name| word(name, i)), more(i)])).collect()
}

/// The words of every kind, with so many of everything that is listed.
pub(crate) fn words(size: usize) -> Value {
    let none = |_| Map::new();
    let measures = |_| pick(&["措施"], |_| many(3.min(size), &["措施编号", "措施内容", "措施进展"], none));
    let of_task = |_| {
        let mut inner = measures(0);
        inner.insert("整改成效".to_owned(), json!(LONG));
        inner.insert("原因".to_owned(), many(2.min(size), &["剖析时间", "剖析人", "剖析内容"], none));
        inner.insert("经过".to_owned(), many(6.min(size), &["经过时间", "经过人", "经过事项"], none));
        inner
    };
    let is_empty = size == 0;
    let plain = json!({
        "发文机关": "中共某某交通投资集团有限公司委员会", "发文字号": "某交投党〔2020〕36号", "签发人": "王某某",
        "密级": if is_empty { "" } else { "内部★1年" }, "紧急程度": if is_empty { "" } else { "特急" },
        "标题": "中共某某交通投资集团有限公司委员会\n关于第一轮巡视反馈问题整改落实情况的报告",
        "主送机关": if is_empty { "" } else { "某某省委巡视工作领导小组" },
        "成文日期": "2020年8月5日", "抄送": if is_empty { "" } else { "省纪委监委，省委组织部，省国资委党委" },
        "印发机关": "集团公司巡视整改办公室", "印发日期": "2020年8月5日", "轮次名称": "2020年第一轮巡视", "截至时刻": "2020年8月5日8时", "模板版本": "3", "更正说明": "", "数据说明": "",
        "核验码": if is_empty { "" } else { code::CHECKPOINT }, "核验说明": if is_empty { "" } else { code::LINE },
    });
    let meeting_and_slip = json!({
        "会议名称": "巡视整改工作领导小组第三次会议", "会议时间": "2020年7月1日", "会议地点": "集团公司第一会议室", "主持人": "王某某",
        "参加人员": "张某某、李某某、赵某某、钱某某、孙某某、周某某、吴某某、郑某某、冯某某、陈某某", "列席人员": "褚某某、卫某某", "缺席人员": "",
        "纪要编号": "〔2020〕3号", "督办单名称": "督办通知单", "督办编号": "巡改督〔2020〕7号", "督办事项": LONG, "依据": "问题W01；整改办例会纪要〔2020〕3号",
        "存在差距": LONG, "办理要求": LONG, "办结时限": "2020年7月31日", "牵头单位": "第一工程建设分公司", "配合单位": "安全质量部", "签发日期": "2020年7月2日",
        "签收人": "李某某", "签收时间": "2020年7月2日9时", "办理结果": LONG, "复核意见": "同意办结。",
    });
    let finding = json!({
        "问题原文": word("问题原文", 0), "问题编号": "W01", "方面": word("方面", 0), "任务编号": "W01-1", "任务标题": word("任务标题", 0), "完成标准": word("完成标准", 0),
        "整改成效": LONG, "原因剖析": LONG, "措施落实情况": format!("1.{LONG}\n2.{LONG}"), "佐证目录": "1.项目现场管理办法（2020年6月）\n2.专项整治情况通报\n3.检查记录12份",
        "单位名称": "第一工程建设分公司", "周次": "第12周", "起止日期": "2020年6月29日至7月5日",
    });
    let maybe = |text: &str| if is_empty { json!("") } else { json!(text) };
    let publication = json!({
        "公示标题": "关于2020年第一轮巡视整改进展情况的公示", "公示导语": maybe(LONG), "公示数据": "截至2020年8月5日，反馈问题60个。\n召开会议8次。",
        "下步打算": maybe(LONG), "联系方式": maybe("监督电话：010-12345678\n信箱：机关一楼大厅"),
        "公示期": "2020年8月5日至2020年8月12日", "发布日期": "2020年8月5日",
    });
    let text = pick(
        &[
            "总体要求",
            "组织领导",
            "工作安排",
            "工作要求",
            "总体情况",
            "组织开展情况",
            "存在不足",
            "下步打算",
            "总体进展",
            "主要做法",
            "存在问题",
            "下步要求",
            "综述",
        ],
        |_| if is_empty { json!("") } else { json!(format!("{LONG}\n{LONG}\n{LONG}")) },
    );
    let text = text.into_iter().map(|(name, value)| (format!("正文.{name}"), value)).collect();
    let sums = pick(&["已完成任务数+长期坚持任务数", "新建制度数+修订制度数"], |_| json!(218));
    let rows: Vec<Value> = (0..size * 8)
        .map(|i| {
            let names = ["问题原文", "方面", "来源", "任务标题", "整改目标", "处置类型", "措施内容", "阶段节点", "计划成果", "完成标准", "完成时限", "责任领导", "责任人", "配合单位", "联系人", "状态", "序号"];
            let codes = json!({ "问题编号": word("问题编号", i / 8), "任务编号": word("任务编号", i / 2), "措施编号": format!("W{:02}-{}.{}", i / 8 + 1, i / 2 % 4 + 1, i % 2 + 1), "责任单位": word("责任单位", i / 4) });
            joined(vec![pick(&names, |name| word(name, i)), codes.as_object().unwrap().clone()])
        })
        .collect();
    let steps = ["责任人", "牵头单位", "牵头领导", "核查人", "整改办", "领导组"];
    let signed: Vec<Value> = steps
        .iter()
        .map(|step| json!({ "签批环节": format!("{step}意见"), "签批人": "王某某", "签批意见": "情况属实，同意销号。", "签批日期": "2020年8月5日", "签批方式": "系统内签批" }))
        .collect();
    let lists = json!({
        "清单": rows,
        "问题": many(size, &["问题编号", "问题原文", "方面", "问题说明", "完成情况"], |_| pick(&["任务"], |_| many(4.min(size), &TASK, of_task))),
        "任务": many(4.min(size), &TASK, of_task),
        "单位": many(size, &["单位名称", "单位任务数", "单位已销号数", "单位完成率", "单位红灯数", "单位预警数"], none),
        "公示事项": many(size, &["事项序号", "事项问题", "事项措施", "事项成效"], none),
        "议题": many(3.min(size), &["议题序号", "议题内容", "议定事项", "责任单位", "完成时限"], none),
        "签批": if is_empty { Vec::new() } else { signed },
        "周报单位": many(size.min(12), &["单位名称", "应报数", "按时数", "迟报数", "未报数"], none),
        "进展": many(size.min(12), &["任务编号", "任务标题", "责任单位", "本周进展"], none),
        "求助": many(size.min(5), &["任务编号", "任务标题", "责任单位", "需协调事项"], none),
        "领导": many(size.min(9), &["领导姓名", "所在单位", "研究制定次数", "部署次数", "协调督促次数", "检查落实次数"], |_| pick(&["履责"], |_| many(5, &["履责日期", "履责类型", "履责内容"], none))),
        "目录": many(size.min(20), &["目录序号", "材料名称", "材料日期", "页次说明"], none),
    });
    let figures = pick(&FIGURES, |name| match name {
        "整改完成率" => json!("85.4%"),
        name if name.ends_with("金额") => json!("1,286.5万元"),
        name => word(name, name.len() * 7 % 90),
    });
    let object = |value: Value| value.as_object().unwrap().clone();
    joined(vec![
        object(plain),
        object(meeting_and_slip),
        object(finding),
        object(publication),
        text,
        sums,
        figures,
        object(lists),
    ])
}

#[test]
fn every_standard_template_fills_with_much_and_with_nothing() {
    for kind in Kind::ALL {
        let template = standard(kind);
        assert_eq!(template, standard(kind), "the same bytes each time");
        for size in [0, 1, 12] {
            let words = words(size);
            let bytes = fill(&template, &Words::of(&words), moment())
                .unwrap_or_else(|faults| panic!("{kind:?} with {size}: {faults:#?}"));
            let text = part(&bytes, "word/document.xml");
            assert!(!text.contains("{{") && !text.contains("}}"), "{kind:?}");
            assert_eq!(bytes, fill(&template, &Words::of(&words), moment()).unwrap(), "{kind:?}");
        }
    }
}

#[test]
fn a_name_that_a_kind_may_not_use_is_told_for_every_standard_template() {
    let nothing = json!({});
    for kind in Kind::ALL {
        let faults = fill(&standard(kind), &Words::of(&nothing), moment()).unwrap_err();
        assert!(faults.iter().all(|fault| fault.code == "unknown-expression" && !fault.place.is_empty()));
    }
}

#[test]
fn a_report_of_sixty_findings_is_filled() {
    let words = words(60);
    let template = standard(Kind::Report);
    let began = std::time::Instant::now();
    let bytes = fill(&template, &Words::of(&words), moment()).unwrap();
    println!("60 findings × 4 tasks × 3 measures: {} ms, {} bytes", began.elapsed().as_millis(), bytes.len());
    let text = part(&bytes, "word/document.xml");
    assert_eq!(text.matches("w:val=\"二级标题\"").count(), 60);
    assert_eq!(text.matches("w:val=\"三级标题\"").count(), 240);
}

/// For the checks with other programs (tests/office), which take them from here.
#[test]
fn documents_of_every_kind_are_left_for_other_programs() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("documents");
    std::fs::create_dir_all(&folder).unwrap();
    for kind in Kind::ALL {
        let name = format!("{kind:?}").to_lowercase();
        let leave = |what: &str, bytes: &[u8]| {
            assert!(bytes.starts_with(b"PK"), "{name}-{what}");
            std::fs::write(folder.join(format!("{name}-{what}.docx")), bytes).unwrap();
        };
        leave("template", &standard(kind));
        for (what, size) in [("none", 0), ("some", 8), ("many", 60)] {
            leave(what, &fill(&standard(kind), &Words::of(&words(size)), moment()).unwrap());
        }
    }
}
