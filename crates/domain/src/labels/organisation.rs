//! Words of the organisation as other systems keep it, and of what these are told.

/// Words of codes.
pub(super) const CODES: &[(&str, &str)] = &[
    (
        "scim-filter-unsupported",
        "只支持 eq 和 and；人员可按 userName、externalId、active、id，单位可按 displayName、externalId、id 查",
    ),
    ("scim-sort-unsupported", "不支持指定排序；人员按编号、单位按树的顺序排列"),
    ("scim-path-unknown", "没有这个属性，或路径写法不对"),
    ("scim-no-target", "没有符合条件的值，或没有指明改哪里"),
    ("scim-read-only", "这个属性只读"),
    ("scim-value-wrong", "值的格式不对"),
    ("scim-too-many-operations", "一次最多 1000 项改动"),
    ("scim-external-id-taken", "这个编号已被占用"),
    ("scim-user-name-taken", "这个人员编号已被占用"),
    ("scim-name-taken", "已有同名单位"),
    ("unit-outside-key", "超出这把密钥的单位范围"),
    ("unit-in-use", "单位还有人任职，或还有下级单位，不能撤销"),
    ("last-administrator", "这是最后一名在用的管理员，不能停用，请先另设"),
    ("directory-unreachable", "单位目录（LDAP）暂时没有回答，请稍后再试；用本系统密码登录的，请核对密码"),
    ("directory-missing", "服务器没有配置单位目录（LDAP），请先由系统管理员配置"),
    ("password-in-directory", "这个账号的密码由单位目录管理，请到单位目录修改"),
    (
        "last-local-administrator",
        "这类管理员里，这是最后一个用本系统密码登录的在用账号，单位目录中断时靠它进入，请先另设一个",
    ),
    ("todo-done", "这项待办已经办结，不再推送它的产生"),
    ("person-left", "此人已离任，请先恢复"),
];

/// Words of events.
pub(super) const EVENTS: &[(&str, &str)] = &[
    ("person.left", "离任，职务终止"),
    ("person.removed", "从来源系统移除"),
    ("unit.retired", "撤销单位"),
    ("account.calendar_link_made", "开通日历订阅"),
    ("account.calendar_link_revoked", "停用日历订阅"),
];
