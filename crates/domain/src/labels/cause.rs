//! Words of root causes and of systemic problems.

/// Words of codes.
pub(super) const CODES: &[(&str, &str)] = &[
    ("root-cause-missing", "本轮次要求先作原因剖析，再报送方案"),
    ("cause-category-missing", "请至少选一类原因"),
    ("systemic-too-few", "共性问题至少有两项任务，且不属同一个牵头单位"),
    ("systemic-other-round", "所列任务中须有本轮次的，新立的任务归入本轮次"),
    ("unit-not-asked", "没有布置这个单位自查"),
    ("unit-already-asked", "已布置这个单位自查"),
    ("check-handed-in", "自查情况已报送，退回后才能修改"),
    ("check-not-entered", "没有待确认的自查情况"),
    ("check-not-answered", "没有待审核的自查情况"),
    ("proof-missing", "请先上传这份材料"),
    ("already-raised", "已立为整改任务，不再重复"),
    ("nothing-to-raise", "自查报存在或类似的，才立为整改任务"),
    ("checks-open", "还有单位的自查没有认可"),
    ("measure-not-reported", "责任部门还没有报集团层面措施完成"),
    ("measure-reported", "已报集团层面措施完成"),
];

/// Words of events.
pub(super) const EVENTS: &[(&str, &str)] = &[
    ("finding.scope_decided", "认定个性、共性"),
    ("systemic_problem.confirmed", "认定共性问题"),
    ("systemic_problem.amended", "变更共性问题"),
    ("systemic_problem.dismissed", "认定不是共性问题"),
    ("systemic_problem.asked", "布置举一反三自查"),
    ("systemic_problem.entered", "填写自查情况"),
    ("systemic_problem.handed_in", "报送自查情况"),
    ("systemic_problem.returned", "退回自查情况"),
    ("systemic_problem.accepted", "认可自查情况"),
    ("systemic_problem.raised", "自查发现立为整改任务"),
    ("systemic_problem.reported", "报集团层面措施完成"),
    ("systemic_problem.report_returned", "退回集团层面措施"),
    ("systemic_problem.due_passed", "自查逾期未报"),
    ("systemic_problem.closed", "共性问题办结"),
    ("systemic_problem.withdrawn", "撤销共性问题"),
];

#[cfg(test)]
mod tests {
    #[test]
    fn every_event_of_a_systemic_problem_has_words() {
        let kinds = crate::systemic::event::SystemicEvent::KINDS;
        let unsaid: Vec<_> = kinds.iter().filter(|kind| super::super::event(kind) == **kind).collect();
        assert!(unsaid.is_empty(), "{unsaid:?}");
    }
}
