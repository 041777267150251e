//! The rules of closed-loop rectification (整改闭环), pure: no I/O, no clock, no randomness.
//!
//! One word per thing in every layer. A new noun is entered here first; what each means is in docs/domain.md, at the section named.
//!
//! | Chinese | English | identifier | § |
//! | --- | --- | --- | --- |
//! | 轮次 | round (of inspection and its rectification) | `round` | 3 |
//! | 方面 | aspect | `aspect` | 2 |
//! | 反馈问题 | finding, in the inspecting body's words | `finding` | 2 |
//! | 整改任务、具体问题 | task, one line of the ledger | `task` | 2 |
//! | 整改措施 | measure | `measure` | 6 |
//! | 阶段节点 | milestone | `milestone` | 6 |
//! | 分解任务 | milestone given to a unit below | `milestone_unit` | 6 |
//! | 完成标准 | completion criterion | `criterion` | 6 |
//! | 整改台账 | ledger | `ledger` | 2 |
//! | 问题清单、整改清单、责任清单 | findings list, measures list, responsibility list | `findings_list`, `measures_list`, `responsibility_list` | 2 |
//! | 视图 | saved view of the ledger | `saved_view` | 19 |
//! | 立行立改、限期整改、分步实施、长期坚持 | disposition: immediate, dated, staged, sustained | `disposition` | 5 |
//! | 领导、单位、督导 | role: leader, unit, supervisor | `role` | 1 |
//! | 三员：系统管理员、安全管理员、审计员 | duty | `duty` | 1 |
//! | 整改办 | rectification office | `office` | 1 |
//! | 督导组 | supervision team | `team` | 1 |
//! | 主要负责人 | principal of the round | `principal` | 1 |
//! | 领导组、组长 | leading group, its head | `leading_group`, `group_head` | 2 |
//! | 单位、上级单位 | unit, unit above | `unit`, `unit_above` | 19 |
//! | 人员、岗位、正职 | person, post, head | `person`, `post`, `is_head` | 1 |
//! | 抽调 | secondment | `is_secondment` | 1 |
//! | 授权代行、代行人 | delegation, stand-in | `delegation`, `stand_in` | 1 |
//! | 办公室代报 | entered by the office on a unit's behalf | `on_behalf_of` | 1 |
//! | 牵头领导、责任领导 | lead leader, leader | `lead_leader`, `leaders` | 4 |
//! | 牵头单位、责任单位 | lead unit, responsible unit | `lead_unit`, `units` | 4 |
//! | 主要责任人 | principal person | `principal_person` | 4 |
//! | 配合单位 | supporting unit | `supporting` | 4 |
//! | 待下发 … 作废 | state of a task | `state` | 8 |
//! | 下发、认领 | issue, claim | `issue`, `claim` | 8 |
//! | 责任分工调整、维持 | reassignment, uphold | `reassign`, `uphold` | 8 |
//! | 整改方案、方案调整 | plan, amendment | `plan`, `amendment` | 6 |
//! | 销号 | closure | `closure` | 8 |
//! | 跟踪巩固 | observation | `observing` | 8 |
//! | 回潮反弹 | reopening | `reopen` | 8 |
//! | 作废 | withdrawal | `withdrawal` | 8 |
//! | 存量办结 | closed before go-live | `closed_before_golive` | 8 |
//! | 签批 | sign request, signature | `sign_request`, `signature` | 9 |
//! | 真实性承诺 | truth pledge | `pledge` | 9 |
//! | 核查、核查人 | verification, verifier | `supervisor` step, `may_verify` | 9 |
//! | 回避、交叉核查人 | avoidance, cross-checker | `avoidance`, `cross_checker` | 10 |
//! | 本人签、纸质签批代录、会议审定 | mode: electronic, paper, meeting | `mode` | 11 |
//! | 报备 | filed upward | `filed_upward` | 9 |
//! | 延期、重新核定时限 | extension, due date reset by a meeting | `extension`, `due_date_reset` | 13 |
//! | 每周写实 | weekly statement | `weekly_statement` | 14 |
//! | 佐证材料 | evidence | `evidence` | 12 |
//! | 已完成、基本完成并长期坚持、正在推进、未完成 | completion status | `completion_status` | 7 |
//! | 预警（红黄绿灯） | alert level | `alert_level` | 15 |
//! | 工作日、调休 | working day, make-up day | `working_day`, `makeup` | 16 |
//! | 敏感事项、另行管理、已移交 | sensitivity: internal, secret, referred | `sensitivity` | 17 |
//! | 关键问题 | key problem | `is_key` | 27 |
//! | 原因剖析 | root cause analysis, category of a cause | `root_cause`, `cause_category` | 41 |
//! | 共性问题、举一反三 | systemic problem, self-check of a sister unit | `systemic_problem`, `similar_case_check` | 42 |
//! | 个性、共性 | scope of a finding: individual, systemic | `scope` | 41 |
//! | 存疑 | doubt of an import | `doubt` | 20 |
//! | 件件有着落 | landed: owner and outcome of a finding | `landed` | 23 |
//! | 事事有回音 | echo: what was handed in, answered in time | `echo` | 23 |
//! | 专项检查、跟踪督查、随时抽查 | check: special, follow-up, spot | `check`, `special`, `follow_up`, `spot` | 24 |
//! | 检查组成员 | inspector | `inspector` | 24 |
//! | 抽样框、层 | frame, stratum | `frame`, `stratum` | 24 |
//! | 抽取、参与方、随机数 | draw, party, nonce | `draw`, `party`, `nonce` | 24 |
//! | 宣布进点 | announcement of a check | `announced_at` | 24 |
//! | 属实、部分属实、不属实、虚假整改 | result: pass, partial, fail, false closure | `result` | 24 |
//! | 抽查不实率 | share found untrue | `untrue_rate` | 24 |
//! | 督办单：督办通知单、催办单、督办函、约谈通知书、问责线索移交 | slip of a level: notice, urge, letter, interview, referral | `slip`, `level` | 25 |
//! | 督办等级（由低到高）、升级 | ladder, raising a slip | `ladder`, `raise` | 25 |
//! | 签收、答复、复核 | receipt, answer, review of a slip | `receive`, `answer`, `review` | 25 |
//! | 每周简报 | weekly brief | `brief` | 28 |
//! | 填报负担 | burden: what filling in costs a unit | `burden` | 44 |
//! | 雷同 | copy: a statement that repeats an earlier one | `copied` | 28 |
//! | 约谈记录、承诺 | record of an interview, promise | `interview`, `promise` | 25 |
//! | 移交 | hand-over of a referral | `hand_over` | 25 |
//! | 协调会、动员部署会、党委会专题研究、领导组会、专题民主生活会 | meeting and its kinds | `meeting`, `coordination`, … | 26 |
//! | 议程、议题 | agenda, item | `agenda`, `item` | 26 |
//! | 议定事项 | resolution | `resolution` | 26 |
//! | 会议纪要 | minutes | `minutes`, `number` | 26 |
//! | 四个亲自 | personal duty, act of one | `personal_duty`, `duty` | 27 |
//! | 本人确认、不认可 | confirmation, refusal by the head | `confirm_duty`, `refuse_duty` | 27 |
//! | 导出、任务书 | export, unit's brief | `export`, `brief` | 29 |
//! | 文书、公文 | document, official document | `document` | 32 |
//! | 数据、数据锁定 | figure, number lock | `figure`, `records` | 32 |
//! | 模板 | template | `template` | 32 |
//! | 定稿、更正 | filed, correction | `filed`, `correct` | 32 |
//! | 公示：整改进展情况通报、销号公示 | publication and its kinds | `publication`, `progress`, `closures` | 31 |
//! | 豁免、标记词 | exemption, marked word | `exemption`, `marked_words` | 31 |
//! | 保密审查 | secrecy review, a step of a chain | `secrecy` | 31 |
//! | 交接、移交人、接收人 | handover, who gives, who takes | `handover`, `from`, `to` | 37 |
//! | 制度：新建、修订、废止 | rule: made, revised, abolished | `rule`, `made`, `revised`, `abolished` | 43 |
//! | 检验、检验通过、长效 | check of a rule, passed, lasting | `check`, `passed`, `lasting` | 43 |
//! | 制度负责人、检验人 | owner, supervisor of a rule | `owner`, `supervisor` | 43 |
//! | 群众意见、查询码 | opinion, its writer's code | `opinion`, `code` | 31 |
//! | 可验证台账、封存 | verifiable ledger, sealing | `transparency`, `seal` | 33 |
//! | 检查点、外存检查点 | checkpoint, one kept outside | `checkpoint`, `anchor` | 33 |
//! | 回执、包含证明 | receipt of a write, proof of inclusion | `receipt`, `proof` | 33 |
//! | 挂图作战、矩阵 | wall, matrix of units and findings | `wall`, `matrix` | 30 |
//! | 倒排工期 | schedule, worked back from the due dates | `schedule` | 30 |
//! | 挂图链接 | kiosk: a screen without a log-in | `kiosk` | 30 |
//! | 对接系统、密钥 | another system of the group, its keys | `service`, `key` | 34 |
//! | 日历订阅 | secret address of a person's calendar | `calendar_link` | 38 |
//! | 人员和单位同步 | people and units as another system keeps them | `scim`, `directory` | 36 |
//! | 推送地址、推送 | webhook: where a system is told by itself, a message to it | `hook`, `delivery` | 34 |
//! | 动态口令、恢复码 | second factor: a code of the moment; recovery code | `second_factor`, `recovery_codes` | 35 |
//! | 再次验证身份 | proof of identity that is asked for anew | `proof` | 35 |
//! | 考评、考评方案 | appraisal, its scheme | `appraisal`, `scheme` | 45 |
//! | 考评事实、维度、等次、一票否决 | fact, dimension, grade, veto | `fact`, `dimension`, `grade`, `veto` | 45 |
//! | 考评申诉 | objection to a score | `objection` | 45 |
//! | 问责记录、阅看人 | record of accountability, its readers | `accountability_action`, `readers` | 46 |
//! | 领导驾驶舱 | cockpit | `cockpit` | 30 |
//! | 事件、版本、顺序号 | event, version, position | `event`, `version`, `position` | 21 |

pub mod account;
pub mod accountability;
pub mod actor;
pub mod appraisal;
pub mod brief;
pub mod burden;
pub mod calendar;
pub mod cause;
pub mod chain;
pub mod check;
pub mod copied;
pub mod document;
pub mod echo;
mod events;
pub mod export;
pub mod handover;
pub mod ics;
pub mod ids;
pub mod labels;
pub mod ldap;
pub mod likeness;
pub mod meeting;
pub mod notification;
pub mod opinion;
pub mod outward;
pub mod pack;
pub mod palette;
pub mod personal_duty;
pub mod policy;
pub mod policy_change;
pub mod publication;
pub mod quality;
pub mod recurrence;
pub mod refusal;
pub mod rights;
pub mod rule_register;
pub mod scim;
pub mod second_factor;
pub mod service;
pub mod sign_request;
pub mod signature;
pub mod slip;
pub mod systemic;
pub mod task;
pub mod transparency;
pub mod wall;
pub mod warning;
pub mod webhook;
pub mod weekly_statement;
pub mod words;
pub mod workbook;
