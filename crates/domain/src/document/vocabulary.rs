//! The names a template of each kind may use, beside the figures (docs/domain.md §32). What a document is filled with has exactly these.

use serde_json::{Map, Value};

use super::kind::{DocumentKind, FormKind};

/// Names that stand in one place: texts, and what is repeated, with the names inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub texts: &'static [&'static str],
    pub lists: &'static [(&'static str, Part)],
}

const fn plain(texts: &'static [&'static str]) -> Part {
    Part { texts, lists: &[] }
}

/// What every document and every form says of itself.
///
/// 核验码 is the newest checkpoint of the ledger at its moment, drawn as a code; 核验说明 the same in words. Both are empty before the first (§33).
pub const COMMON: &[&str] = &["轮次名称", "截至时刻", "模板版本", "核验码", "核验说明"];

/// What stands in the head and foot of a document that is signed.
pub const HEAD: &[&str] = &[
    "发文机关",
    "发文字号",
    "签发人",
    "密级",
    "紧急程度",
    "标题",
    "主送机关",
    "成文日期",
    "抄送",
    "印发机关",
    "印发日期",
    "更正说明",
    "数据说明",
];

/// What stands in the head and foot of a form.
pub const FORM_HEAD: &[&str] = &["发文机关", "密级", "抄送", "印发机关", "印发日期"];

/// A line of the lists: one measure, with its task and its finding.
const LINES: Part = plain(&[
    "序号",
    "问题编号",
    "方面",
    "问题原文",
    "来源",
    "任务编号",
    "任务标题",
    "整改目标",
    "处置类型",
    "措施编号",
    "措施内容",
    "阶段节点",
    "计划成果",
    "完成标准",
    "完成时限",
    "责任领导",
    "责任单位",
    "责任人",
    "配合单位",
    "联系人",
    "状态",
]);

const MEASURE: Part = plain(&["措施编号", "措施内容", "措施进展"]);

const TASK: Part = Part {
    texts: &[
        "任务编号",
        "任务标题",
        "整改目标",
        "完成标准",
        "完成时限",
        "责任领导",
        "责任单位",
        "责任人",
        "配合单位",
        "状态",
        "完成情况",
        "整改成效",
    ],
    lists: &[("措施", MEASURE)],
};

const FINDING: Part = Part {
    texts: &["问题编号", "问题原文", "方面", "问题说明", "完成情况"],
    lists: &[("任务", TASK)],
};

const UNIT: Part = plain(&["单位名称", "单位任务数", "单位已销号数", "单位完成率", "单位红灯数", "单位预警数"]);

impl DocumentKind {
    /// What its template may name beside the common names, the head, its sections and the figures.
    pub fn part(self) -> Part {
        match self {
            Self::Plan => const { Part { texts: &[], lists: &[("清单", LINES), ("问题", FINDING)] } },
            Self::Report => const { Part { texts: &[], lists: &[("问题", FINDING)] } },
            Self::Progress => const { Part { texts: &[], lists: &[("单位", UNIT)] } },
            Self::Weekly => {
                const {
                    Part {
                        texts: &["周次", "起止日期"],
                        lists: &[
                            ("周报单位", plain(&["单位名称", "应报数", "按时数", "迟报数", "未报数"])),
                            ("进展", plain(&["任务编号", "任务标题", "责任单位", "本周进展"])),
                            ("求助", plain(&["任务编号", "任务标题", "责任单位", "需协调事项"])),
                        ],
                    }
                }
            }
            Self::Duties => {
                const {
                    Part {
                        texts: &[],
                        lists: &[(
                            "领导",
                            Part {
                                texts: &[
                                    "领导姓名",
                                    "所在单位",
                                    "研究制定次数",
                                    "部署次数",
                                    "协调督促次数",
                                    "检查落实次数",
                                ],
                                lists: &[("履责", plain(&["履责日期", "履责类型", "履责内容"]))],
                            },
                        )],
                    }
                }
            }
        }
    }
}

impl FormKind {
    /// What its template may name beside the common names.
    pub fn part(self) -> Part {
        match self {
            Self::Minutes => {
                const {
                    Part {
                        texts: &[
                            "会议名称",
                            "会议时间",
                            "会议地点",
                            "主持人",
                            "参加人员",
                            "列席人员",
                            "缺席人员",
                            "纪要编号",
                        ],
                        lists: &[("议题", plain(&["议题序号", "议题内容", "议定事项", "责任单位", "完成时限"]))],
                    }
                }
            }
            Self::Slip => {
                const {
                    plain(&[
                        "督办单名称",
                        "督办编号",
                        "紧急程度",
                        "督办事项",
                        "依据",
                        "存在差距",
                        "办理要求",
                        "办结时限",
                        "牵头单位",
                        "配合单位",
                        "签发人",
                        "签发日期",
                        "签收人",
                        "签收时间",
                        "办理结果",
                        "复核意见",
                    ])
                }
            }
            Self::Closure => {
                const {
                    Part {
                        texts: &[
                            "问题原文",
                            "任务编号",
                            "任务标题",
                            "完成标准",
                            "整改成效",
                            "原因剖析",
                            "措施落实情况",
                            "佐证目录",
                        ],
                        lists: &[("签批", plain(&["签批环节", "签批人", "签批意见", "签批日期", "签批方式"]))],
                    }
                }
            }
            Self::Brief => const { Part { texts: &["单位名称"], lists: &[("清单", LINES)] } },
            Self::Notice => {
                const {
                    Part {
                        texts: &["公示标题", "公示导语", "公示数据", "下步打算", "联系方式", "公示期", "发布日期"],
                        lists: &[("公示事项", plain(&["事项序号", "事项问题", "事项措施", "事项成效"]))],
                    }
                }
            }
            Self::Archive => {
                const {
                    Part {
                        texts: &["问题编号", "问题原文", "方面"],
                        lists: &[
                            ("目录", plain(&["目录序号", "材料名称", "材料日期", "页次说明"])),
                            (
                                "任务",
                                Part {
                                    texts: TASK.texts,
                                    lists: &[
                                        ("措施", MEASURE),
                                        ("原因", plain(&["剖析时间", "剖析人", "剖析内容"])),
                                        ("经过", plain(&["经过时间", "经过人", "经过事项"])),
                                    ],
                                },
                            ),
                        ],
                    }
                }
            }
        }
    }
}

/// Something of every name, one of everything that is repeated: what a template is tried with before it is taken.
pub fn sample(part: Part, more: &[String]) -> Value {
    let mut map = Map::new();
    for name in part.texts {
        map.insert((*name).to_owned(), Value::String(format!("〔{name}〕")));
    }
    for name in more {
        map.insert(name.clone(), Value::String(format!("〔{name}〕")));
    }
    for (name, inner) in part.lists {
        map.insert((*name).to_owned(), Value::Array(vec![sample(*inner, &[])]));
    }
    Value::Object(map)
}

/// Every name, with nothing in it.
pub fn nothing(part: Part, more: &[String]) -> Value {
    let texts = part.texts.iter().map(|n| (*n).to_owned()).chain(more.iter().cloned());
    let texts = texts.map(|name| (name, Value::String(String::new())));
    let lists = part.lists.iter().map(|(name, _)| ((*name).to_owned(), Value::Array(Vec::new())));
    Value::Object(texts.chain(lists).collect())
}

/// Where what something is filled with has other names than its part: missing ones and ones nobody knows, by their path. None in a sound one.
pub fn misfits(part: Part, more: &[String], value: &Value) -> Vec<String> {
    let Some(map) = value.as_object() else { return vec!["·".to_owned()] };
    let known = |name: &str| {
        part.texts.contains(&name) || part.lists.iter().any(|(n, _)| *n == name) || more.iter().any(|m| m == name)
    };
    let mut found: Vec<String> = map.keys().filter(|name| !known(name)).cloned().collect();
    let texts = part.texts.iter().map(|n| (*n).to_owned()).chain(more.iter().cloned());
    found.extend(texts.filter(|name| !map.get(name).is_some_and(Value::is_string)));
    for (name, inner) in part.lists {
        match map.get(*name).and_then(Value::as_array) {
            None => found.push((*name).to_owned()),
            Some(items) => {
                for item in items {
                    found.extend(misfits(*inner, &[], item).into_iter().map(|under| format!("{name}.{under}")));
                }
            }
        }
    }
    found
}
