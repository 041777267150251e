// The domain's words for the page's choices. Made by: BLESS=1 cargo test -p domain --test labels. Not edited by hand.

export const taskStates = {
  draft: '待下发',
  issued: '待认领',
  planning: '制定方案',
  plan_review: '方案审核',
  rectifying: '整改中',
  closure_review: '销号审核',
  observing: '已销号（跟踪巩固）',
  closed: '已销号',
  withdrawn: '作废（录入错误）',
} as const

export const alertLevels = {
  none: '—',
  green: '正常',
  yellow: '预警',
  red: '红灯',
} as const

export const cadences = {
  weekly: '每周',
  monthly: '每月',
  quarterly: '每季',
} as const

export const requestKinds = {
  plan: '单位整改方案',
  amendment: '方案调整',
  closure: '销号申请',
  extension: '延期申请',
  reassignment: '责任分工调整',
  withdrawal: '作废申请',
} as const

export const signers = {
  unit_head: '单位负责人',
  lead_leader: '牵头领导',
  office: '整改办',
  supervisor: '督导核查人',
  principal: '主要负责人',
  group_head: '领导组组长',
  meeting: '会议审定',
  secrecy: '保密审查人',
} as const

export const dispositions = {
  immediate: '立行立改',
  dated: '限期整改',
  staged: '分步实施',
  sustained: '长期坚持',
} as const

export const completionStatuses = {
  completed: '已完成',
  sustained: '基本完成并长期坚持',
  in_progress: '正在推进',
  not_started: '未完成（未启动）',
} as const

export const causeCategories = {
  mindset: '思想认识',
  rule_missing: '制度缺失',
  rule_enforcement: '制度执行',
  mechanism: '体制机制',
  ability: '能力',
  supervision: '监督',
} as const

export const findingScopes = {
  individual: '个性',
  systemic: '共性',
} as const

export const roles = {
  leader: '领导',
  unit: '单位',
  supervisor: '督导',
} as const

export const assignmentKinds = {
  office: '整改办',
  team: '督导组',
} as const

export const verdicts = {
  approve: '同意',
  return: '退回',
} as const

export const templateKinds = {
  plan: '整改方案',
  report: '整改落实情况报告',
  progress: '阶段性进展通报',
  weekly: '每周简报',
  duties: '领导履责情况',
  minutes: '会议纪要',
  slip: '督办单',
  closure: '销号审批表',
  brief: '单位任务书',
  notice: '公示稿',
  archive: '一问题一档案',
} as const

export const slipLevels = {
  notice: '督办通知单',
  urge: '催办单',
  letter: '督办函',
  interview: '约谈通知书',
  referral: '问责线索移交',
} as const

export const slipStates = {
  draft: '拟制',
  signing: '签发中',
  issued: '待签收',
  received: '办理中',
  answered: '待复核',
  settled: '已办结',
  withdrawn: '已撤销',
} as const

export const urgencies = {
  normal: '平件',
  urgent: '加急',
  extra: '特急',
} as const

export const basisKinds = {
  task: '整改任务',
  check: '检查结果',
  meeting: '会议议定事项',
  other: '其他',
} as const

export const reaches = {
  off: '不公示',
  text: '公示栏和办公网',
  open: '公示栏、办公网和公示网页',
} as const

export const publicationKinds = {
  progress: '整改进展情况通报',
  closures: '销号公示',
} as const

export const grounds = {
  work_secret: '工作秘密',
  business_secret: '商业秘密',
  privacy: '个人隐私',
  case: '问题线索或案件',
  stability: '影响安全稳定',
  other: '其他（须写明）',
} as const

export const channels = {
  page: '公示网页',
  phone: '电话',
  letter: '信件',
  email: '电子邮件',
  visit: '来访',
} as const

export const actions = {
  revise: '修改',
  issue: '下发',
  close_before_golive: '登记存量办结',
  claim: '认领',
  wish_reassignment: '申请责任分工调整',
  uphold: '维持原分工',
  reassign: '调整责任分工',
  adjust_parties: '调整责任人员',
  save_plan: '编制方案',
  submit_plan: '报送方案',
  sign: '签批',
  record_signature: '代录纸质签批',
  confirm_signature: '复核代录签批',
  record_meeting: '登记会议审定',
  object: '对代录提出异议',
  settle_objection: '处理签批异议',
  recall: '撤回',
  submit_statement: '写本周写实',
  acknowledge_statement: '阅签写实',
  return_statement: '退回写实',
  complete_milestone: '报节点完成',
  reopen_milestone: '撤销节点完成',
  complete_duty: '报配合事项完成',
  attach_evidence: '上传佐证',
  remove_evidence: '撤下佐证',
  request_extension: '申请延期',
  reset_due_date: '重新核定时限',
  propose_amendment: '方案调整',
  request_closure: '申请销号',
  name_cross_checker: '指定交叉核查人',
  mark_key: '关键问题标记',
  analyse_cause: '原因剖析',
  confirm: '确认销号',
  reopen: '重新整改',
  request_withdrawal: '申请作废',
  record_check: '登记检查结果',
  settle_check: '检查结论处理',
  open_slip: '发出督办单',
  close_slip: '督办单办结',
  take_over: '职务交接',
  keep_clock: '到期检查',
} as const

export const provedBy = {
  local: '本系统密码',
  directory: '单位目录',
} as const

export const ruleVerdicts = {
  passed: '通过',
  failed: '未通过',
} as const

export const followKinds = {
  reopen: '任务重新整改',
  draft: '另立任务（草稿）',
  neither: '不立任务',
} as const

export const keyScopes = {
  read_ledger: '读取台账',
  write_statements: '填报写实',
  write_organisation: '维护单位和人员',
  read_events: '读取事件',
} as const

export const hookStreams = {
  task: '整改任务',
  slip: '督办单',
  check: '检查',
  meeting: '会议',
  document: '文书',
  publication: '公示',
  opinion: '群众意见',
  personal_duty: '四个亲自',
  systemic_problem: '共性问题',
  rule: '制度',
  handover: '交接清单',
  appraisal_scheme: '考评方案',
  appraisal: '考评',
  round: '轮次',
  checkpoint: '台账检查点',
  todo: '待办',
} as const

export const wallPages = {
  matrix: '矩阵',
  schedule: '倒排工期',
  changes: '逾期与本周变化',
  progress: '进度与预测',
} as const

export const factKinds = {
  statement_missed: '缺报每周写实',
  statement_late: '迟报每周写实',
  statement_returned: '每周写实被退回',
  claim_late: '逾期未认领',
  plan_late: '逾期未报整改方案',
  plan_returned: '整改方案被退回',
  milestone_late: '阶段节点逾期',
  overdue: '整改任务超期',
  closure_returned: '销号申请被退回',
  check_failed: '检查结果不属实',
  false_closure: '虚假整改',
  reopened: '回潮反弹重新整改',
  slip_notice: '被发督办通知单',
  slip_urge: '被发催办单',
  slip_letter: '被发督办函',
  slip_interview: '被约谈',
  slip_receipt_late: '督办单逾期未签收',
  slip_unanswered: '督办单逾期未答复',
  slip_answer_returned: '督办单答复被退回',
  closed_in_time: '按期销号',
  closed_early: '提前销号',
} as const

export const accountabilityForms = {
  reminder: '提醒谈话',
  interview: '约谈',
  circular: '通报',
  admonition: '诫勉',
  organisational: '组织处理',
  other: '其他',
} as const

export const pointEffects = {
  deduct: '扣分',
  bonus: '加分',
} as const

export const appraisedKinds = {
  unit: '单位',
  leader: '责任领导',
} as const

export const marks = {
  red: '红灯',
  yellow: '预警',
  green: '正常',
  unissued: '待下发',
  dark: '无灯',
  done: '已销号',
} as const

export const words = {
  'required': '请填写',
  'content': '填写的内容有误，请按提示修改',
  'file-too-large': '文件过大',
  'file-empty': '文件是空的',
  'file-type-refused': '不接受这种文件，可传 PDF、图片、Word、Excel、文本',
  'file-not-xlsx': '不是 xlsx 文件',
  'provider-state': '登录已超时，或不是从本页开始的，请重新登录',
  'provider-declined': '统一身份认证没有同意登录',
  'provider-code': '统一身份认证的登录凭据无效或已经用过，请重新登录',
  'provider-key': '统一身份认证的签名密钥不认识，请联系系统管理员',
  'provider-signature': '统一身份认证的答复没有有效签名，请联系系统管理员',
  'provider-issuer': '答复不是来自本单位的统一身份认证，请联系系统管理员',
  'provider-audience': '统一身份认证的答复不是给本系统的，请联系系统管理员',
  'provider-expired': '统一身份认证的答复已过期，请核对两边的时钟后重新登录',
  'provider-nonce': '统一身份认证的答复与本次登录对不上，请重新登录',
  'provider-account-unknown': '您在统一身份认证的身份没有对应本系统的可用账号，请联系系统管理员',
  'provider-not-fresh': '统一身份认证没有让您重新登录，不能作为再次验证，请用密码或动态口令',
  'provider-other-person': '在统一身份认证登录的不是您本人的账号',
  'provider-code-wanted': '您启用了动态口令，请用动态口令验证',
  'provider-unreachable': '连不上统一身份认证，请用账号密码登录或稍后再试',
} as const
