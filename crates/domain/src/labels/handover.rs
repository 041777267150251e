//! Words of handovers.

/// Words of codes.
pub(super) const CODES: &[(&str, &str)] = &[
    ("handover-receiver-no-account", "接收人没有可登录的账号，不能签收，请先建立账号"),
    ("handover-signs-himself", "移交人可以登录，请本人签字"),
    ("handover-changed", "清单所列事项有变化，请看过现在的内容再签"),
    ("handover-item-changed", "{number}：{now}"),
    ("handover-empty", "清单所列事项都已不由移交人负责，请撤回"),
    ("handover-item-unknown", "移交人不负责此项，或您无权列入"),
    ("handover-listed", "已列在另一份未办结的交接清单中"),
    ("handover-signs-twice", "接收人已是此项签批的另一方，须先签完或退回再交接"),
    ("handover-being-signed", "此项有方案或责任分工调整正在签批且写明移交人，须先签完或撤回再交接"),
];

/// Words of events.
pub(super) const EVENTS: &[(&str, &str)] = &[
    ("handover.prepared", "编制交接清单"),
    ("handover.given", "移交人签字"),
    ("handover.paper_recorded", "登记移交人纸质签字"),
    ("handover.paper_confirmed", "复核移交人纸质签字"),
    ("handover.paper_refused", "移交人纸质签字复核未通过"),
    ("handover.taken", "接收人签收，事项转移"),
    ("handover.withdrawn", "撤回交接清单"),
    ("meeting.resolution_taken_over", "议定事项交接"),
];

#[cfg(test)]
mod tests {
    #[test]
    fn every_event_of_a_handover_has_words() {
        let kinds = crate::handover::event::HandoverEvent::KINDS;
        let unsaid: Vec<_> = kinds.iter().filter(|kind| super::super::event(kind) == **kind).collect();
        assert!(unsaid.is_empty(), "{unsaid:?}");
    }
}
