//! Words of policy packs.

/// Words of codes.
pub(super) const CODES: &[(&str, &str)] = &[
    ("pack-names-people", "制度包不能写到人，装入后在考评方案里指定"),
    ("colour-malformed", "颜色须写成 # 和六位十六进制数，如 #b0241c"),
    ("colour-faint", "与底色的对比度只有 {has}，看不清；须不低于 4.5"),
    ("colours-alike", "与另一种灯的颜色太接近，容易看错"),
    ("pack-unsound", "制度包有误，没有采用，请按所列各处修改文件"),
    ("pack-not-json", "不是有效的 JSON 文件，请看第 {line} 行"),
    ("pack-setting-unknown", "规则里没有这一项"),
    ("pack-value-wrong", "写法不对：{said}"),
    ("form-unknown", "没有这一种文书或者表式"),
    ("form-version-unknown", "没有这一版模板"),
    ("pack-file-unreadable", "不是用 base64 写的文件"),
    ("pack-basis-missing", "没有写依据"),
    ("pack-tests-missing", "制度包须自带测试"),
    ("pack-test-incomplete", "这条测试没有写期望，或缺少所需的事实"),
    ("pack-test-failed", "测试没有通过：期望 {expected}，按规则是 {found}"),
    ("pack-there", "同名同版本的制度包已经有了，请改版本号"),
    ("pack-not-valid-yet", "制度包还没有到启用日期"),
];
