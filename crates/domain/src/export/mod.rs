//! The lists as the office circulates them: which columns each has, what a task says in each, and how cells are put together to be read
//! (docs/domain.md §29). It knows no file format.

pub mod block;
mod line;
mod slip;

use serde::{Deserialize, Serialize};

pub use line::{FindingLine, Line, MeasureLine, StatementLine};
pub use slip::SlipEntry;

use crate::words;

words! {
    /// A list that is handed on (docs/domain.md §29).
    pub enum ExportKind {
        Findings = "findings", "问题清单";
        Measures = "measures", "整改清单";
        Responsibilities = "responsibilities", "责任清单";
        Ledger = "ledger", "整改台账";
        Brief = "brief", "单位任务书";
        Statements = "statements", "每周写实汇总";
        Slips = "slips", "督办台账";
        Archives = "archives", "全部问题档案";
    }
}

/// What a row of a list is, and over what a cell reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Finding,
    Task,
    Measure,
}

/// What a cell of a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    Text,
    Number,
    Day,
    /// A day with its time.
    Moment,
}

/// One cell, of its own type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Day(chrono::NaiveDate),
    /// Asia/Shanghai.
    Moment(chrono::NaiveDateTime),
}

impl Cell {
    /// A text; nothing where it is blank.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.trim().is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// A day, where there is one.
    pub fn day(on: Option<chrono::NaiveDate>) -> Self {
        on.map_or(Self::Empty, Self::Day)
    }
}

/// The sheet of paper a list is printed on, always the long way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    A3,
    A4,
}

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident $title:literal $width:literal $level:ident $nature:ident;)+) => {
        /// A column of the lists.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Column { $($(#[$doc])* $variant,)+ }

        impl Column {
            /// What stands in the header.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }

            /// Width in characters of the alphabet; a Chinese one takes two.
            pub fn width(self) -> u16 {
                match self { $(Self::$variant => $width,)+ }
            }

            /// Over what one cell of it reaches.
            pub fn level(self) -> Level {
                match self { $(Self::$variant => Level::$level,)+ }
            }

            /// What its cells hold.
            pub fn nature(self) -> Nature {
                match self { $(Self::$variant => Nature::$nature,)+ }
            }
        }
    };
}

columns! {
    /// The number of the row's task within the list.
    No "序号" 5 Task Number;
    FindingNumber "问题编号" 7 Finding Text;
    Aspect "方面" 8 Finding Text;
    Finding "反馈问题" 20 Finding Text;
    Source "来源" 10 Finding Text;
    FeedbackDocument "反馈文号与日期" 14 Finding Text;
    Amount "涉及金额（元）" 13 Finding Number;
    Basis "定性依据" 16 Finding Text;
    Scope "共性/个性" 8 Finding Text;
    /// How often its matter was found and for how long it is known.
    Recurrence "反复出现" 12 Finding Text;
    Period "问题发生期间" 12 Finding Text;
    TaskNumber "具体问题编号" 8 Task Text;
    Title "具体问题" 20 Task Text;
    Objective "整改目标" 16 Task Text;
    Disposition "处置类型" 6 Task Text;
    MeasureNumber "措施编号" 8 Measure Text;
    Measure "整改措施" 24 Measure Text;
    Milestones "阶段节点" 20 Measure Text;
    Outcome "计划成果" 14 Measure Text;
    MeasureDueOn "措施时限" 11 Measure Day;
    Criteria "完成标准" 18 Task Text;
    DueOn "完成时限" 11 Task Day;
    ReviewOn "评估日期" 11 Task Day;
    Leaders "责任领导" 8 Task Text;
    Units "责任单位" 11 Task Text;
    Persons "责任人" 8 Task Text;
    Supporting "配合单位" 11 Task Text;
    Contact "联系人" 8 Task Text;
    ClaimedOn "认领日期" 11 Task Day;
    StatementUnit "填报单位" 12 Task Text;
    HandedIn "交报情况" 6 Task Text;
    Progress "本期进展" 24 Task Text;
    Difficulties "存在困难/需协调事项" 14 Task Text;
    NextStep "下步打算" 12 Task Text;
    Evidence "佐证材料" 14 Task Text;
    State "状态" 7 Task Text;
    Light "灯" 6 Task Text;
    OriginalDueOn "原定时限" 11 Task Day;
    Extension "延期情况" 8 Task Text;
    Slips "督办情况" 14 Task Text;
    ClosedOn "销号日期" 11 Task Day;
    Checked "抽查结论" 9 Task Text;
    Remark "备注" 8 Task Text;
    /// The document of a finding within an archive.
    File "档案文件" 24 Finding Text;
    SlipNumber "编号" 12 Task Text;
    SlipLevel "督办等级" 8 Task Text;
    Urgency "缓急" 5 Task Text;
    Matter "事项" 18 Task Text;
    SlipBasis "依据" 16 Task Text;
    SlipTask "任务编号" 7 Task Text;
    Gap "存在差距" 20 Task Text;
    Asked "办理要求" 20 Task Text;
    AnswerDueOn "办结时限" 11 Task Day;
    Addressed "牵头单位" 11 Task Text;
    IssuedBy "签发人" 7 Task Text;
    IssuedOn "签发日期" 11 Task Day;
    ReceivedBy "签收人" 7 Task Text;
    ReceivedAt "签收时间" 16 Task Moment;
    Answer "办理结果" 22 Task Text;
    Review "复核意见" 12 Task Text;
    /// Working days since the day of the answer, while the unit still owes it.
    Overdue "逾期（工作日）" 8 Task Number;
}

impl ExportKind {
    /// Its columns, in their order.
    pub fn columns(self) -> &'static [Column] {
        use Column as C;
        match self {
            Self::Findings => &[
                C::No,
                C::FindingNumber,
                C::Aspect,
                C::Finding,
                C::TaskNumber,
                C::Title,
                C::Source,
                C::FeedbackDocument,
                C::Amount,
                C::Basis,
                C::Scope,
                C::Recurrence,
                C::Period,
            ],
            Self::Measures => &[
                C::No,
                C::TaskNumber,
                C::Title,
                C::Objective,
                C::Disposition,
                C::MeasureNumber,
                C::Measure,
                C::Milestones,
                C::Outcome,
                C::Criteria,
                C::DueOn,
                C::ReviewOn,
            ],
            Self::Responsibilities => &[
                C::No,
                C::TaskNumber,
                C::Title,
                C::MeasureNumber,
                C::Measure,
                C::Leaders,
                C::Units,
                C::Persons,
                C::Supporting,
                C::Contact,
                C::ClaimedOn,
            ],
            Self::Ledger => &[
                C::No,
                C::FindingNumber,
                C::Aspect,
                C::Finding,
                C::TaskNumber,
                C::Title,
                C::Disposition,
                C::MeasureNumber,
                C::Measure,
                C::Criteria,
                C::DueOn,
                C::Leaders,
                C::Units,
                C::Persons,
                C::Supporting,
                C::Progress,
                C::Difficulties,
                C::NextStep,
                C::Evidence,
                C::State,
                C::Light,
                C::OriginalDueOn,
                C::Extension,
                C::Slips,
                C::ClosedOn,
                C::Checked,
                C::Recurrence,
                C::Remark,
            ],
            Self::Brief => &[
                C::No,
                C::DueOn,
                C::TaskNumber,
                C::Title,
                C::MeasureNumber,
                C::Measure,
                C::Milestones,
                C::Criteria,
                C::Leaders,
                C::Units,
                C::Persons,
                C::Supporting,
                C::State,
            ],
            Self::Statements => &[
                C::No,
                C::StatementUnit,
                C::TaskNumber,
                C::Title,
                C::HandedIn,
                C::Progress,
                C::Difficulties,
                C::NextStep,
                C::Evidence,
                C::State,
                C::Light,
                C::DueOn,
            ],
            Self::Slips => &[
                C::No,
                C::SlipNumber,
                C::SlipLevel,
                C::Urgency,
                C::Matter,
                C::SlipBasis,
                C::SlipTask,
                C::Gap,
                C::Asked,
                C::AnswerDueOn,
                C::Addressed,
                C::Supporting,
                C::IssuedBy,
                C::IssuedOn,
                C::ReceivedBy,
                C::ReceivedAt,
                C::Answer,
                C::Review,
                C::State,
                C::Overdue,
            ],
            Self::Archives => &[
                C::No,
                C::FindingNumber,
                C::Aspect,
                C::Finding,
                C::File,
                C::TaskNumber,
                C::Title,
                C::Units,
                C::State,
                C::ClosedOn,
            ],
        }
    }

    /// Whether its rows are made from tasks; the others are made from slips.
    pub fn is_of_tasks(self) -> bool {
        self != Self::Slips
    }

    /// What one of its rows is.
    pub fn row(self) -> Level {
        match self {
            Self::Findings | Self::Statements | Self::Slips | Self::Archives => Level::Task,
            Self::Measures | Self::Responsibilities | Self::Ledger | Self::Brief => Level::Measure,
        }
    }

    /// Whether cells of neighbouring rows may be put together: a statement and a slip are always rows of their own.
    pub fn is_grouped(self) -> bool {
        !matches!(self, Self::Statements | Self::Slips)
    }

    /// How the name of its file ends.
    pub fn extension(self) -> &'static str {
        if self == Self::Archives { "zip" } else { "xlsx" }
    }

    /// What it is printed on.
    pub fn paper(self) -> Paper {
        if self == Self::Ledger { Paper::A3 } else { Paper::A4 }
    }
}
