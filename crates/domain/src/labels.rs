//! Every word the users read for a code: problems, what is missing, reasons of a light, events. Documents, pages and mail share them.

mod appraisal;
mod cause;
mod document;
mod handover;
mod organisation;
mod pack;
mod publication;
mod records;
mod rule_register;
mod sheets;

use serde_json::Value;

/// Words of problem codes, field codes and reasons; `{name}` is replaced by the parameter of that name.
pub const CODES: &[(&str, &str)] = &[
    // Problems of the protocol.
    ("malformed", "请求不是有效的 JSON"),
    ("content", "填写的内容有误，请按提示修改"),
    ("unknown-field", "含有不认识的字段"),
    ("wrong-type", "格式不对"),
    ("not-text", "含有不能保存的字符"),
    ("unauthenticated", "请先登录"),
    ("recurrence-same-round", "同一轮次的问题不是反弹回潮，可认定为共性问题"),
    ("recurrence-not-earlier", "那个问题并不更早，不能认定为反弹回潮"),
    ("not-alike", "两个问题在系统里并不相似，请先核对"),
    ("kiosk-withdrawn", "链接已停用"),
    ("not-for-keys", "持密钥的系统不能办理此项"),
    ("scope-missing", "这把密钥没有此项权限"),
    ("cursor-unknown", "起点超出了现有事件，可能来自另一套数据"),
    ("service-ended", "该系统已停用"),
    ("webhook-ended", "这个推送地址已停用"),
    ("checkpoint-replaced", "已有更新的检查点，旧的不再推送"),
    ("too-many-keys", "同时有效的密钥最多两把，请先停用一把"),
    ("login-failed", "账号或密码不正确"),
    ("login-locked", "连续输错次数过多，请 30 分钟后再试"),
    ("code-wanted", "请再输入动态口令"),
    ("code-wrong", "动态口令不正确，或已经用过"),
    ("login-step-over", "登录已超时，请重新输入密码"),
    ("must-enrol-second-factor", "您的岗位须启用动态口令，请先启用"),
    ("provider-state", "登录已超时，或不是从本页开始的，请重新登录"),
    ("provider-declined", "统一身份认证没有同意登录"),
    ("provider-code", "统一身份认证的登录凭据无效或已经用过，请重新登录"),
    ("provider-key", "统一身份认证的签名密钥不认识，请联系系统管理员"),
    ("provider-signature", "统一身份认证的答复没有有效签名，请联系系统管理员"),
    ("provider-issuer", "答复不是来自本单位的统一身份认证，请联系系统管理员"),
    ("provider-audience", "统一身份认证的答复不是给本系统的，请联系系统管理员"),
    ("provider-expired", "统一身份认证的答复已过期，请核对两边的时钟后重新登录"),
    ("provider-nonce", "统一身份认证的答复与本次登录对不上，请重新登录"),
    ("provider-account-unknown", "您在统一身份认证的身份没有对应本系统的可用账号，请联系系统管理员"),
    ("provider-not-fresh", "统一身份认证没有让您重新登录，不能作为再次验证，请用密码或动态口令"),
    ("provider-other-person", "在统一身份认证登录的不是您本人的账号"),
    ("provider-code-wanted", "您启用了动态口令，请用动态口令验证"),
    ("provider-unreachable", "连不上统一身份认证，请用账号密码登录或稍后再试"),
    ("path-form", "不是本系统的页面"),
    ("proof-wanted", "请再次验证身份后办理"),
    ("too-many-requests", "请求过多，请稍后再试"),
    ("too-slow", "文件传送过慢，请重试"),
    ("must-change-password", "请先修改初始密码"),
    ("not-found", "没有找到，或您无权查看"),
    ("method-not-allowed", "不支持这种操作"),
    ("not-allowed", "您可以查看，但无权办理此事"),
    ("stale", "内容已被他人更新，请看过最新内容后再办"),
    ("precondition-required", "缺少版本号，请刷新后重试"),
    ("key-reused", "同一请求编号用于了不同内容"),
    ("idempotency-key-form", "请求编号格式不对"),
    ("already-there", "已经存在，未重复办理"),
    ("too-large", "内容过大"),
    ("unsupported-media-type", "内容类型不对"),
    ("unavailable", "系统暂时不可用，内容未丢失，请稍后重试"),
    ("storage-full", "服务器存储空间已满，没有保存，请联系系统管理员腾出空间后再试"),
    ("timeout", "处理超时，请稍后重试"),
    ("internal", "系统出错，内容未保存，请联系管理员并告知编号"),
    ("origin-refused", "请求来源不对"),
    // Fields.
    ("required", "请填写"),
    ("reason-required", "退回须写明理由"),
    ("too-long", "太长，最多 {max} 个字"),
    ("too-many", "数量过多"),
    ("not-an-address", "不是可用的地址"),
    ("robot-not-allowed", "这个地址不在单位允许的机器人之列"),
    ("webhook-not-allowed", "这个地址不在允许推送的主机之列，请系统管理员先在服务器配置中添加"),
    ("channel-off", "系统管理员尚未接通这种方式"),
    ("not-delivered", "没有发出去，请核对地址或联系系统管理员"),
    ("must-be-told", "这类消息背后有要办的事，不能设为不提醒"),
    ("repeated", "重复"),
    ("out-of-range", "超出范围"),
    ("in-the-future", "不能晚于今天"),
    ("not-in-the-future", "须晚于今天"),
    ("not-later", "须晚于现时限 {due_on}"),
    ("before-from", "不能早于开始日期"),
    ("classified", "带有密级标志，本系统不得录入国家秘密"),
    ("finding-unknown", "没有这个反馈问题"),
    ("unit-unknown", "没有这个单位"),
    ("person-unknown", "没有这个人员"),
    ("reference-unknown", "所指的单位、人员或者事项不存在，请核对后重新提交"),
    ("parent-unknown", "没有这个上级单位"),
    ("unit-below-itself", "单位不能在自己之下"),
    ("same-person", "不能是同一人"),
    ("same-unit", "与现牵头单位相同"),
    ("column-missing", "缺少“{column}”列"),
    ("table-empty", "表中没有内容"),
    ("number-fixed", "编号不能修改"),
    ("placeholder-has-content", "另行管理的事项只登记编号，不录内容"),
    ("already-responsible", "已是责任单位"),
    ("sustained-has-no-due-date", "长期坚持的任务填评估日期，不填时限"),
    ("login-form", "账号为 2 至 64 个字母、数字或 . - _"),
    ("password-too-short", "至少 {min} 个字符"),
    ("password-common", "密码过于常见，请换一个"),
    ("password-has-name", "密码不能含有账号或姓名"),
    ("password-wrong", "原密码不正确"),
    ("password-incorrect", "密码不正确"),
    ("second-factor-there", "已经启用动态口令"),
    ("second-factor-missing", "还没有启用动态口令"),
    ("enrolment-over", "请先重新取得动态口令密钥"),
    ("person-missing", "账号未对应人员，不能赋予角色"),
    ("draft-too-large", "草稿过大，未保存"),
    ("unchanged", "没有变化"),
    ("no-such-unit", "没有“{name}”这个单位"),
    ("no-such-person", "没有“{name}”这个人"),
    ("several-of-the-name", "“{name}”不止一个，请在任务页选定"),
    ("no-such-disposition", "“{name}”不是处置类型，可填立行立改、限期整改、分步实施、长期坚持"),
    ("no-date", "“{name}”看不出是哪一天"),
    ("cell-fixed", "任务已下发，这一格不在清单里改"),
    // Accounts.
    ("accounts-there", "系统已有账号，不能再次初始化"),
    ("own-account", "不能办理自己的账号"),
    ("duty-and-role", "管理员账号不能兼任业务角色"),
    ("role-missing", "请先赋予角色"),
    ("already-revoked", "授权已经终止"),
    // Rounds and imports.
    ("round-not-active", "本轮尚未启动，不能下发"),
    ("round-active", "本轮已经启动"),
    ("round-incomplete", "本轮资料不全，不能启动"),
    ("principal-missing", "未指定主要负责人"),
    ("findings-missing", "尚无反馈问题"),
    ("findings-frozen", "本轮已启动，反馈问题不得改动"),
    ("one-head", "领导组须有且只有一名组长"),
    ("one-principal", "须有且只有一名主要负责人"),
    ("self-removed", "不能把自己移出整改办"),
    ("policy-unsound", "规则有误"),
    ("chain-empty", "签批环节不能为空"),
    ("chain-step-incomplete", "环节须有名称和人数"),
    ("chain-step-single", "此环节只能一人"),
    ("chain-step-repeated", "环节重复"),
    ("word-repeated", "这个词在完成情况用语中已有"),
    ("closure-chain-weak", "销号须有两名核查人，并由主要负责人、组长或会议审定"),
    ("import-classified", "文件带有密级标志，整个文件不予导入"),
    ("import-empty", "文件中没有读到整改任务"),
    ("import-doubts", "文件中有疑点，请先定夺，或选择全部入账为草稿"),
    ("file-too-large", "文件过大"),
    ("file-encrypted", "文件已加密，请去掉密码后再导入"),
    ("file-old-format", "是旧格式（xls）的文件，请另存为 xlsx"),
    ("file-not-xlsx", "不是 xlsx 文件"),
    ("file-not-docx", "不是 docx 文件"),
    ("file-broken", "文件已损坏，无法读取"),
    ("file-bomb", "文件解开后过大，已拒绝"),
    ("file-too-many-cells", "单元格或文字过多"),
    ("file-too-wide", "表格过宽，最多 1024 列"),
    ("file-empty", "文件是空的"),
    ("file-type-refused", "不接受这种文件，可传 PDF、图片、Word、Excel、文本"),
    ("file-quota", "本任务的佐证材料已达上限"),
    // Task: state and content.
    ("wrong-state", "任务当前状态不能办理此事"),
    ("draft-incomplete", "任务资料不全，不能下发"),
    ("doubts-unsettled", "导入时的疑点尚未定夺"),
    ("placeholder", "另行管理的事项不下发"),
    ("lead-leader-missing", "缺牵头领导"),
    ("lead-unit-missing", "缺牵头单位"),
    ("principal-person-missing", "缺主要责任人"),
    ("measure-missing", "缺整改措施"),
    ("criterion-missing", "缺完成标准"),
    ("due-date-missing", "缺完成时限"),
    ("review-date-missing", "缺首次评估日期"),
    ("due-date-not-after-issue", "完成时限不晚于今天，请说明理由"),
    ("reassignment-pending", "责任分工调整正在办理"),
    ("no-reassignment-wish", "没有待办的调整申请"),
    ("lead-unchanged", "牵头领导和牵头单位都没有变，请用“调整责任人员”"),
    ("lead-changes", "牵头领导或牵头单位有变，请用“调整责任分工”"),
    ("nothing-changed", "内容没有变化"),
    ("plan-incomplete", "方案不全，不能报送"),
    ("plan-not-saved", "请先确认完成标准并保存方案"),
    ("measure-unknown", "没有这条措施"),
    ("measures-frozen", "整改措施已随集团方案审定，改动须走方案调整"),
    ("unit-not-below", "只能分解给牵头单位的下属单位"),
    ("staged-needs-two", "分步实施至少要两个阶段节点"),
    ("staged-needs-proof", "分步实施的节点须写明计划成果"),
    ("after-due-date", "晚于任务时限 {due_on}"),
    ("amendment-pending", "方案调整正在签批"),
    ("being-signed", "有签批正在办理，办结或退回后再调整"),
    ("milestone-already-done", "已完成的节点不能取消"),
    ("pledge-required", "单位负责人报送须作出真实性承诺"),
    ("chain-incomplete", "签批人不全，无法送签"),
    ("signer-missing", "“{step}”没有对应的人"),
    ("due-date-passed", "已过完成时限，只能由会议重新核定"),
    ("due-date-not-passed", "尚未到期，请申请延期"),
    ("no-due-date", "此任务没有完成时限"),
    ("extension-pending", "已有延期申请正在签批"),
    ("withdrawal-pending", "作废申请正在签批"),
    ("closure-not-ready", "还不能申请销号，请先补齐"),
    ("milestone-open", "节点“{title}”未报完成"),
    ("criterion-without-evidence", "完成标准“{text}”没有佐证"),
    ("statement-missing", "{week} 写实未交"),
    ("extension-open", "有未结的延期申请"),
    ("amendment-open", "有未结的方案调整"),
    ("reassignment-open", "有未结的责任分工调整"),
    ("withdrawal-open", "有未结的作废申请"),
    ("closure-open", "销号申请正在签批"),
    // Signing.
    ("request-unknown", "没有这件签批"),
    ("request-not-open", "这件签批已经办结"),
    ("not-your-step", "现在不是由您签批"),
    ("already-signed", "您已签过"),
    ("already-signed-by-someone", "已有人签批，不能撤回"),
    ("signed-own-submission", "不能签批自己报送的事项"),
    ("awaiting-confirmation", "代录的签批正待复核"),
    ("avoidance", "按回避规定不能核查此任务"),
    ("needs-meeting", "此环节须由会议审定"),
    ("not-a-meeting-step", "此环节不由会议审定"),
    ("no-delegation", "没有有效的授权"),
    ("no-objection", "没有待处理的异议"),
    ("verification-not-delegated", "核查不能授权代行"),
    ("recorded-own-submission", "不能代录自己报送事项的签批"),
    ("recorded-own-signature", "不能代录自己的签批"),
    ("second-officer-needed", "须由另一名整改办人员复核"),
    ("nothing-to-confirm", "没有待复核的代录"),
    ("method-required", "请写明核查方式"),
    ("scan-missing", "请先上传扫描件"),
    ("content-hash-differs", "扫描件上的校验码与所签内容不符"),
    ("signature-unknown", "没有这个签名"),
    ("signature-voided", "此签名已经作废"),
    ("not-your-signature", "不是替您代录的签名"),
    ("not-your-request", "不是您报送的"),
    ("already-named", "已经指定"),
    // Work.
    ("not-your-unit", "不是您单位的事项"),
    ("week-ahead", "还没有到这一周"),
    ("week-before-issue", "这一周任务还没有下发"),
    ("week-not-owed", "这一周不需要写实"),
    ("statement-changed-meanwhile", "这份写实已被他人更新，请看过后再交"),
    ("statement-unknown", "没有这份写实"),
    ("already-answered", "已经阅签或退回"),
    ("progress-or-reason", "请写本周进展，或选“本周无进展”并写明原因"),
    ("progress-and-reason", "写了进展就不要再选“本周无进展”"),
    ("evidence-unknown", "没有这份佐证"),
    ("evidence-there", "这份材料已经上传过"),
    ("evidence-being-signed", "销号正在签批，佐证不能撤下"),
    ("criterion-unknown", "没有这条完成标准"),
    ("milestone-unknown", "没有这个节点"),
    ("milestone-done", "这个节点已经完成"),
    ("milestone-not-done", "这个节点尚未完成"),
    ("not-a-supporting-unit", "不是配合单位"),
    ("duty-done", "配合事项已经完成"),
    ("observation-running", "跟踪巩固期到 {until} 为止，期满后确认"),
    ("failed-check-undecided", "有不属实的检查结果尚未处理"),
    ("no-failed-check", "没有待处理的不属实结果"),
    // Checks.
    ("frame-empty", "抽样框里没有任务，请放宽范围"),
    ("party-twice", "同一人不能两次作为参与方"),
    ("parties-of-one-line", "参与方至少两方，且不能都出自同一方面（整改办、督导组、领导组）"),
    ("sample-out-of-range", "抽取数须在 1 和抽样框任务数之间"),
    ("too-few-inspectors", "任务 {numbers} 按回避规定后不足两名检查人员"),
    ("too-few", "至少 {min} 人"),
    ("task-unknown", "没有这项任务，或不在范围内"),
    ("spot-check-draws", "随时抽查由抽取产生，不能指定任务"),
    ("not-a-spot-check", "只有随时抽查需要抽取"),
    ("not-drawn", "还没有抽取，或没有指定任务"),
    ("not-a-party", "您不是本次抽取的参与方"),
    ("party-not-in-round", "不是本轮的领导组、整改办或督导组人员"),
    ("inspector-not-in-round", "不是本轮的整改办或督导组人员"),
    ("already-committed", "您已登记过随机数"),
    ("commitment-taken", "与另一参与方登记的相同，请重新生成"),
    ("already-revealed", "您已公开过随机数"),
    ("nonce-does-not-fit", "与登记时的不符"),
    ("nothing-revealed", "还没有任何一方公开随机数"),
    ("not-in-sample", "这项任务不在检查范围内"),
    ("not-your-target", "这项任务不由您检查"),
    ("result-signed", "结果已由两人签名，不能再改"),
    ("result-waits", "另一名检查人员已记录，请复核签名或退回"),
    ("no-result-yet", "还没有可签名的结果"),
    ("before-announcement", "不能早于宣布进点的日期"),
    ("check-pending", "这项任务正在检查，检查结果签名后再核查"),
    ("results-missing", "还有 {n} 项没有两人签名的结果"),
    // Slips.
    ("slip-open", "{number}未办结"),
    ("slip-open-closure", "有未办结的督办单，不能同意销号；可以退回"),
    ("slip-levels-out-of-order", "督办等级须由低到高，不能重复"),
    ("slip-chain-unfit", "督办单由整改办或领导签发，不能由单位负责人、核查人或会议签批"),
    ("slip-level-unused", "本轮不用这一督办等级"),
    ("slip-unit-outside-task", "不是这项任务的责任单位或配合单位"),
    ("slip-task-not-under-way", "任务还没有下发或已作废，不能督办"),
    ("slip-due-passed", "所定办结时限已过，请退回或撤回修改"),
    ("slip-is-referral", "问责线索移交不由单位签收、答复"),
    ("slip-overtaken", "已经升级，请在上一级督办单中答复"),
    ("already-objected", "您已提出异议"),
    ("no-higher-level", "已是最高一级"),
    ("already-raised", "已经拟制上一级督办单"),
    ("reviewed-own-answer", "不能复核自己代报的答复"),
    ("interview-missing", "还没有记录约谈情况"),
    ("not-an-interview", "不是约谈通知书"),
    ("promise-already-kept", "承诺已经核销，约谈记录不能再改"),
    ("no-promise", "没有待核销的承诺"),
    ("not-a-referral", "不是问责线索移交"),
    ("before-slip", "不能早于签发日期"),
    ("check-unknown", "没有这次检查，或您无权查看"),
    ("resolution-unknown", "没有这项议定事项，或您无权查看"),
    // Meetings.
    ("in-the-past", "不能早于今天"),
    ("resolution-without-owner", "议定事项须明确责任单位或责任人"),
    ("item-unknown", "没有这个议题"),
    ("item-overtaken", "另一位记录人刚改过这个议题，已取来最新内容，请核对后再写"),
    ("item-ratified", "这项销号已经会议审定，不能再改"),
    ("item-taken-out", "这个议题已经移出"),
    ("items-undecided", "还有 {n} 个议题没有记录结果"),
    ("minutes-number-differs", "与审定销号时登记的纪要文号 {number} 不一致"),
    ("resolution-settled", "这项议定事项已报办结或已办结"),
    ("resolution-not-reported", "责任单位还没有报办结"),
    ("accepted-own-report", "不能认可自己代报的办结"),
    // The four personal duties.
    ("not-a-head", "四个亲自只记单位正职，以及本轮规则写明的领导组成员"),
    ("before-round", "不能早于本轮开始的 {on}"),
    ("duty-task-outside", "不是本轮的任务，或者本人看不到"),
    ("duty-decided", "这条记录已经确认、退回或撤回"),
    ("confirm-own-only", "亲自做的事须由本人确认，他人不能代为确认"),
    ("confirmed-by-head", "本人已经确认，只能由本人撤回"),
    ("source-taken", "这件事已经采用过"),
    ("source-unknown", "系统里没有查到本人办过这件事"),
    ("no-such-month", "没有这个月份"),
    ("bundle-unreadable", "不是抽取记录文件"),
    ("bundle-format", "抽取记录的格式版本不对"),
    ("bundle-changed", "抽取记录被改动过：内容与校验码不符"),
    ("frame-changed", "抽样框被改动过：与冻结时的校验码不符"),
    ("strata-wrong", "分层与抽样框不符"),
    ("commitment-wrong", "公开的随机数与登记的不符"),
    ("seed-wrong", "种子不是由随机数和抽样框算出的"),
    ("sample-wrong", "样本不是由种子算出的"),
    // Advice on a plan.
    ("says-nothing", "只有原则话，请写明做什么、做到什么程度"),
    ("milestone-without-proof", "没有写以什么为证"),
    ("milestone-without-date", "没有定时间"),
    ("milestone-past", "早于今天"),
    ("milestone-on-weekend", "是周末，不上班，可提前到 {before}"),
    ("milestone-on-holiday", "是法定节假日，可提前到 {before}"),
    ("milestones-out-of-order", "早于同一措施排在前面的节点"),
    ("measure-without-proof", "措施 {number} 没有节点，到时以什么为证没有写明"),
    ("measure-says-nothing", "措施 {number} 只有原则话，请用节点写明做什么、做到什么程度"),
    // Reasons of a light.
    ("statement-missing-light", "写实未报"),
    ("overdue", "已逾期（{on}到期）"),
    ("due-soon", "临近时限{on}，节点未完"),
    ("milestone-late", "节点已过期（{on}）"),
    ("claim-late", "超过{on}仍未认领"),
    ("plan-late", "超过{on}仍未报方案"),
    ("review-late", "超过{on}仍未评估"),
    ("supporting-late", "配合单位超期（{on}）"),
    ("statements-missing-running", "写实连续两周未报"),
    ("check-failed", "现场检查不属实"),
    ("signature-objected", "签批人对代录提出异议"),
];

/// Words of event kinds, as a history line says them after the name.
pub const EVENTS: &[(&str, &str)] = &[
    ("task.created", "录入任务"),
    ("task.revised", "修改待下发内容"),
    ("task.issued", "下发任务"),
    ("task.closed_before_golive", "登记为存量办结"),
    ("task.claimed", "认领任务"),
    ("task.reassignment_wished", "申请责任分工调整"),
    ("task.upheld", "维持原责任分工"),
    ("task.reassigned", "调整责任分工，重新下发"),
    ("task.parties_adjusted", "调整责任人员"),
    ("task.plan_saved", "保存方案"),
    ("task.request_submitted", "报送"),
    ("task.signed", "签批"),
    ("task.signature_confirmed", "复核代录的签批"),
    ("task.signature_voided", "作废一项签批"),
    ("task.signature_objected", "对代录的签批提出异议"),
    ("task.objection_settled", "处理了对签批的异议"),
    ("task.request_granted", "签批完成"),
    ("task.request_returned", "退回"),
    ("task.request_recalled", "撤回"),
    ("task.request_voided", "签批作废"),
    ("task.plan_approved", "方案审定，开始整改"),
    ("task.plan_returned", "方案退回修改"),
    ("task.amended", "方案调整生效"),
    ("task.extended", "延期生效"),
    ("task.due_date_reset", "会议重新核定时限"),
    ("task.milestone_completed", "报节点完成"),
    ("task.milestone_reopened", "撤销节点完成"),
    ("task.duty_completed", "报配合事项完成"),
    ("task.statement_submitted", "交写实"),
    ("task.statement_acknowledged", "阅签写实"),
    ("task.statement_returned", "退回写实"),
    ("task.evidence_attached", "上传佐证"),
    ("task.evidence_removed", "撤下佐证"),
    ("task.closure_requested", "进入销号审核"),
    ("task.closure_returned", "销号退回，继续整改"),
    ("task.closed", "销号，进入跟踪巩固"),
    ("task.confirmed", "确认销号"),
    ("task.reopened", "重新整改"),
    ("task.withdrawn", "任务作废"),
    ("task.cross_checker_named", "指定交叉核查人"),
    ("task.key_marked", "关键问题标记"),
    ("task.cause_analysed", "原因剖析"),
    ("task.checked", "现场检查"),
    ("task.check_settled", "检查结论已处理"),
    ("task.slip_opened", "发出督办单"),
    ("task.slip_closed", "督办单办结"),
    ("task.taken_over", "职务交接"),
    ("task.milestone_passed", "节点过期未完成"),
    ("task.due_date_passed", "完成时限已过"),
    ("task.statement_missed", "写实截止后仍未报"),
    ("task.observation_ended", "跟踪巩固期满"),
    ("task.light_changed", "灯色变化"),
];

/// The words of a code with its parameters; a code nobody wrote words for is shown as it is.
pub fn say(code: &str, params: &Value) -> String {
    let template = words_of(code).unwrap_or(code);
    let mut text = template.to_owned();
    if let Value::Object(map) = params {
        for (name, value) in map {
            let value = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            text = text.replace(&format!("{{{name}}}"), &value);
        }
    }
    text
}

fn words_of(code: &str) -> Option<&'static str> {
    CODES
        .iter()
        .chain(document::CODES)
        .chain(publication::CODES)
        .chain(handover::CODES)
        .chain(cause::CODES)
        .chain(rule_register::CODES)
        .chain(sheets::CODES)
        .chain(organisation::CODES)
        .chain(pack::CODES)
        .chain(appraisal::CODES)
        .find(|(known, _)| *known == code)
        .map(|(_, words)| *words)
}

/// The words of an event kind.
pub fn event(kind: &str) -> &str {
    EVENTS
        .iter()
        .chain(records::RECORDS)
        .chain(document::EVENTS)
        .chain(publication::EVENTS)
        .chain(handover::EVENTS)
        .chain(cause::EVENTS)
        .chain(rule_register::EVENTS)
        .chain(organisation::EVENTS)
        .chain(appraisal::EVENTS)
        .find(|(known, _)| *known == kind)
        .map_or(kind, |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::task::event::TaskEvent;

    #[test]
    fn codes_are_said_once_and_with_their_parameters() {
        let codes: BTreeSet<_> = CODES.iter().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), CODES.len());
        assert_eq!(say("too-long", &serde_json::json!({ "max": 40 })), "太长，最多 40 个字");
        assert_eq!(say("nobody-wrote-this", &Value::Null), "nobody-wrote-this");
    }

    #[test]
    fn every_event_kind_has_words() {
        let said: Vec<_> = EVENTS.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(said, TaskEvent::KINDS);
    }

    #[test]
    fn every_event_of_a_meeting_has_words() {
        let unsaid: Vec<_> =
            crate::meeting::event::MeetingEvent::KINDS.iter().filter(|kind| event(kind) == **kind).collect();
        assert!(unsaid.is_empty(), "{unsaid:?}");
    }

    #[test]
    fn every_event_of_a_personal_duty_has_words() {
        let unsaid: Vec<_> =
            crate::personal_duty::event::DutyEvent::KINDS.iter().filter(|kind| event(kind) == **kind).collect();
        assert!(unsaid.is_empty(), "{unsaid:?}");
    }

    /// Whatever persistence writes into a stream, the auditor reads it in words.
    #[test]
    fn every_record_in_the_sources_has_words() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("persistence/src");
        let mut unsaid = BTreeSet::new();
        let mut found = 0;
        for entry in std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file()) {
            let source = std::fs::read_to_string(&entry).unwrap();
            for word in source.split('"').skip(1).step_by(2) {
                let streams = [
                    "account.",
                    "delegation.",
                    "person.",
                    "unit.",
                    "round.",
                    "import.",
                    "channel_rules.",
                    "identity_rules.",
                ];
                let is_kind = streams.iter().any(|s| word.starts_with(s));
                if is_kind && word.chars().all(|c| c.is_ascii_lowercase() || c == '.' || c == '_') {
                    found += 1;
                    if event(word) == word {
                        unsaid.insert(word.to_owned());
                    }
                }
            }
        }
        assert_eq!(unsaid, BTreeSet::new());
        assert!(found >= 15, "{found} kinds found in the sources");
    }

    /// Every quoted kebab-case word handed to a refusal or a missing item in the sources has words.
    #[test]
    fn every_code_in_the_sources_has_words() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut unsaid = BTreeSet::new();
        let mut folders = vec![root.join("domain/src"), root.join("persistence/src"), root.join("api/src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let source = std::fs::read_to_string(&path).unwrap();
                for call in ["conflict(\"", "forbidden(\"", "invalid(\"", "Reason::new(\"", "Reason::on(\""] {
                    for rest in source.split(call).skip(1) {
                        let code = rest.split('"').next().unwrap();
                        if words_of(code).is_none() {
                            unsaid.insert(code.to_owned());
                        }
                    }
                }
                for call in ["FieldError::at(", "FieldError::with(", "Refusal::field("] {
                    for rest in source.split(call).skip(1) {
                        let arguments = rest.split([';']).next().unwrap().split("json!").next().unwrap();
                        let code =
                            arguments.split('"').skip(1).step_by(2).find(|w| !w.starts_with('/') && !w.is_empty());
                        #[expect(clippy::collapsible_if, reason = "the two questions are apart")]
                        if let Some(code) = code.filter(|c| c.chars().all(|c| c.is_ascii_lowercase() || c == '-')) {
                            if words_of(code).is_none() {
                                unsaid.insert(code.to_owned());
                            }
                        }
                    }
                }
            }
        }
        assert_eq!(unsaid, BTreeSet::new());
    }
}
