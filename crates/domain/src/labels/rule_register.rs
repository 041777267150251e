//! Words of rules made and kept alive.

/// Words of codes.
pub(super) const CODES: &[(&str, &str)] = &[
    ("rule-answers-no-task", "制度必须对应至少一项整改任务，请选择它要解决的任务"),
    ("rule-task-outside", "不是您单位牵头或负责的任务"),
    ("rule-task-not-issued", "任务还没有下发或已作废，不能对应"),
    ("rule-task-secret", "此项任务另行管理，不能在系统登记制度"),
    ("rule-task-not-answered", "制度没有对应这项任务"),
    ("rule-task-not-closed", "这项任务还没有销号，不能重新整改"),
    ("rule-owner-outside", "负责人须是责任单位的在职人员"),
    ("rule-made-replaces-nothing", "新建的制度不代替已登记的制度；要代替请选“修订”"),
    ("rule-not-in-force", "所指的制度不在施行中，可能已被修订或废止"),
    ("rule-file-missing", "请先上传制度文件"),
    ("rule-supervisor-unfit", "检验人须是本轮整改办或督导该单位的督导组成员，且不是负责人本人"),
    ("rule-supervisor-barred", "按回避规定，检验人不能来自责任单位、配合单位及其上下级"),
    ("rule-confirms-own", "报请确认的人不能自己确认，请整改办其他人确认"),
    ("rule-own-check", "负责人和说明情况的人不能检验自己负责的制度"),
    ("rule-check-unknown", "没有这一次检验"),
    ("rule-check-closed", "还没到检验期，或还没有说明使用情况"),
    ("rule-check-answered", "使用情况已经说明"),
    ("rule-check-decided", "这一次检验已有结论"),
    ("rule-not-answered", "负责人还没有说明使用情况，不能判为通过"),
    ("rule-proof-missing", "请上传证明材料"),
    ("rule-follow-only-failed", "检验通过的，不需要后续处理"),
];

/// Words of events.
pub(super) const EVENTS: &[(&str, &str)] = &[
    ("rule.entered", "登记制度（草稿）"),
    ("rule.changed", "修改登记"),
    ("rule.submitted", "报整改办确认"),
    ("rule.returned", "退回登记"),
    ("rule.confirmed", "确认登记，排定检验"),
    ("rule.entrusted", "改派负责人、检验人"),
    ("rule.superseded", "被修订或废止"),
    ("rule.check_opened", "检验期到"),
    ("rule.check_passed_by", "检验逾期"),
    ("rule.answered", "说明使用情况"),
    ("rule.judged", "检验结论"),
    ("rule.withdrawn", "撤回登记"),
];

#[cfg(test)]
mod tests {
    #[test]
    fn every_event_of_a_rule_has_words() {
        let kinds = crate::rule_register::event::RuleEvent::KINDS;
        let unsaid: Vec<_> = kinds.iter().filter(|kind| super::super::event(kind) == **kind).collect();
        assert!(unsaid.is_empty(), "{unsaid:?}");
    }
}
