//! The verifiable ledger (docs/domain.md §33): all events as the leaves of one Merkle tree, whose root is signed from time to time.
//!
//! `tree` is RFC 6962, `note` what is signed and how, `audit` finds what no longer fits. Two programs use it that trust each other in nothing: the
//! server seals, the signer looks whether the tree only grew.

pub mod anchor;
pub mod audit;
pub mod note;
pub mod tree;

use crate::chain::Digest;
use crate::words;
use tree::Hash;

words! {
    /// What a stream of events is the record of, for the auditor.
    pub enum StreamKind {
        Task = "task", "整改任务";
        Round = "round", "轮次";
        PlanPackage = "plan_package", "方案报审";
        Import = "import", "导入";
        Check = "check", "检查";
        Slip = "slip", "督办单";
        Meeting = "meeting", "会议";
        Resolution = "resolution", "议定事项";
        PersonalDuty = "personal_duty", "四个亲自";
        Publication = "publication", "公示";
        Opinion = "opinion", "群众意见";
        Handover = "handover", "交接清单";
        Rule = "rule", "制度";
        AppraisalScheme = "appraisal_scheme", "考评方案";
        Appraisal = "appraisal", "考评";
        AccountabilityAction = "accountability_action", "问责记录";
        Document = "document", "文书";
        Template = "template", "文书模板";
        Export = "export", "导出";
        FindingLink = "finding_link", "相似问题";
        Finding = "finding", "反馈问题";
        SystemicProblem = "systemic_problem", "共性问题";
        Kiosk = "kiosk", "挂图链接";
        Account = "account", "账号";
        Person = "person", "人员";
        Unit = "unit", "单位";
        Delegation = "delegation", "授权代行";
        ChannelRules = "channel_rules", "消息外发";
        IdentityRules = "identity_rules", "身份鉴别规则";
        ServiceAccount = "service_account", "对接系统";
    }
}

/// The leaf an event is in the tree (docs/domain.md §33): its place in its stream and its hash, each length-prefixed.
pub fn leaf(stream_kind: &str, stream_id: &str, seq: i64, alg: &str, hash: &str) -> Hash {
    let mut data = b"bihuan.leaf.v1".to_vec();
    for field in [stream_kind, stream_id, &seq.to_string(), alg, hash] {
        data.extend_from_slice(&(field.len() as u64).to_be_bytes());
        data.extend_from_slice(field.as_bytes());
    }
    tree::leaf_hash(&data)
}

/// A hash as it is stored, 64 hex digits.
pub fn hex(hash: &Hash) -> String {
    Digest::of_bytes(*hash).as_str().to_owned()
}

/// A stored hash read back; none when it is not one.
pub fn from_hex(text: &str) -> Option<Hash> {
    Digest::parse(text).map(|digest| digest.bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expectation was computed apart, with Python's hashlib over the documented byte sequence.
    #[test]
    fn the_leaf_of_an_event_is_what_the_definition_says() {
        let id = "01890000-0000-7000-8000-000000000001";
        let leaf = leaf("task", id, 7, "sha256", &"ab".repeat(32));
        assert_eq!(hex(&leaf), "ad8b2c32e6d5845f6e6b76da6b60cfc7ea443b2eb4f1a3fb0a6e848dd434bb2e");
        assert_eq!(from_hex(&hex(&leaf)), Some(leaf));
        assert_eq!(from_hex("ff"), None);
    }
}
