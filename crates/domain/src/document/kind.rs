//! The kinds of document and the parts whose words the office writes (docs/domain.md §32).

use crate::words;

words! {
    /// A document that is drafted, signed and filed.
    pub enum DocumentKind {
        Plan = "plan", "整改方案";
        Report = "report", "整改落实情况报告";
        Progress = "progress", "阶段性进展通报";
        Weekly = "weekly", "每周简报";
        Duties = "duties", "领导履责情况";
    }
}

words! {
    /// A form that is filled from one record, without words of its own.
    pub enum FormKind {
        Minutes = "minutes", "会议纪要";
        Slip = "slip", "督办单";
        Closure = "closure", "销号审批表";
        Brief = "brief", "单位任务书";
        Notice = "notice", "公示稿";
        Archive = "archive", "一问题一档案";
    }
}

/// What a kind of document or form with a template is called; none where there is no such kind.
pub fn label_of(kind: &str) -> Option<&'static str> {
    DocumentKind::parse(kind).map(DocumentKind::label).or_else(|| FormKind::parse(kind).map(FormKind::label))
}

/// A part of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its name in templates, after 正文.
    pub name: &'static str,
    /// What it begins with; its figures are bound.
    pub proposed: &'static str,
}

const fn section(name: &'static str, proposed: &'static str) -> Section {
    Section { name, proposed }
}

impl DocumentKind {
    /// Its parts, in their order.
    pub fn sections(self) -> &'static [Section] {
        match self {
            Self::Plan => {
                const {
                    &[
                        section(
                            "总体要求",
                            "对照反馈意见，本轮整改共梳理{{方面数}}个方面、{{问题数}}个问题，分解为{{任务数}}项整改任务、{{措施数}}条整改措施，逐项明确责任领导、责任单位和完成时限，做到见人见事见时限。",
                        ),
                        section("组织领导", "成立整改工作领导组，领导组办公室负责统筹协调、督促检查和情况汇总。"),
                        section(
                            "工作安排",
                            "需立行立改的{{立行立改任务数}}项任务即刻办理，其余任务按清单所列节点推进。",
                        ),
                        section(
                            "工作要求",
                            "各责任单位主要负责人是第一责任人，每周如实报告进展，办结一项、核查一项、销号一项。",
                        ),
                    ]
                }
            }
            Self::Report => {
                const {
                    &[
                        section(
                            "总体情况",
                            "反馈的{{问题数}}个问题共分解为{{任务数}}项整改任务、{{措施数}}条整改措施。截至目前，已完成{{已完成任务数}}项，基本完成并长期坚持{{长期坚持任务数}}项，正在推进{{正在推进任务数}}项，未启动{{未启动任务数}}项，整改完成率{{整改完成率}}（任务经审定销号后计为完成）。立行立改{{立行立改任务数}}项，已完成{{立行立改完成数}}项。全部任务完成的问题{{已完成问题数}}个；已销号{{已销号任务数}}项，其中跟踪巩固{{跟踪巩固任务数}}项；重新整改{{重新整改任务数}}项。",
                        ),
                        section(
                            "组织开展情况",
                            "建立整改台账，实行周写实、半月调度，召开整改会议{{会议次数}}次；开展督导检查{{检查次数}}次，实地核查任务{{检查任务数}}项；发出督办单{{督办单数}}份。\n新建制度{{新建制度数}}项，修订制度{{修订制度数}}项，废止制度{{废止制度数}}项。涉及金额{{涉及金额}}，已清理{{已清理金额}}，已挽回{{已挽回金额}}。处理责任人员{{处理人数}}人。",
                        ),
                        section(
                            "存在不足",
                            "尚有{{正在推进任务数+未启动任务数}}项任务未完成整改，其中{{延期任务数}}项经批准延期，{{逾期任务数}}项逾期。",
                        ),
                        section(
                            "下步打算",
                            "对未完成的任务紧盯节点、持续督办，对已完成的任务适时开展回访，防止问题反弹。",
                        ),
                    ]
                }
            }
            Self::Progress => {
                const {
                    &[
                        section(
                            "总体进展",
                            "截至目前，{{任务数}}项整改任务中已完成{{已完成任务数}}项，基本完成并长期坚持{{长期坚持任务数}}项，正在推进{{正在推进任务数}}项，未启动{{未启动任务数}}项，整改完成率{{整改完成率}}。",
                        ),
                        section(
                            "主要做法",
                            "召开整改会议{{会议次数}}次，开展督导检查{{检查次数}}次，发出督办单{{督办单数}}份。",
                        ),
                        section(
                            "存在问题",
                            "目前红灯任务{{红灯任务数}}项，预警任务{{预警任务数}}项，逾期任务{{逾期任务数}}项。",
                        ),
                        section("下步要求", "各责任单位对照时限抓紧推进，对红灯任务逐项说明原因并提出赶进度的措施。"),
                    ]
                }
            }
            Self::Weekly => {
                const {
                    &[section(
                        "综述",
                        "截至本周，{{任务数}}项任务中已销号{{已销号任务数}}项，正在推进{{正在推进任务数}}项，红灯{{红灯任务数}}项，预警{{预警任务数}}项。",
                    )]
                }
            }
            Self::Duties => {
                const {
                    &[section(
                        "总体情况",
                        "各级领导干部认真履行整改责任，围绕{{任务数}}项整改任务亲自研究、亲自部署、亲自协调、亲自检查。",
                    )]
                }
            }
        }
    }
}
