//! What goes out: a copy of what was signed, in plain words, with no id of ours (docs/domain.md §31). The text for the notice board and the OA is made of
//! the same copy as the open page.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::PublicationContent;
use super::rules::Contact;
use super::state::{Figures, ItemText, PublicationKind};
use crate::calendar;

/// The copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicCopy {
    /// 整改进展情况通报 or 销号公示.
    pub kind: String,
    pub title: String,
    pub lead: String,
    /// Sentences with the figures, and the moment they are of.
    pub figures: Vec<String>,
    pub items: Vec<ItemText>,
    pub next: String,
    pub contact: Contact,
    pub from_on: NaiveDate,
    pub until_on: NaiveDate,
}

fn day(on: NaiveDate) -> String {
    on.format("%Y年%-m月%-d日").to_string()
}

/// The figures in sentences; what is nought and says nothing is left out.
pub fn sentences(figures: &Figures, kind: PublicationKind, period: (NaiveDate, NaiveDate)) -> Vec<String> {
    let f = figures;
    let mut all = vec![format!(
        "截至{}，巡视巡察反馈问题{}个，分解整改任务{}项，制定整改措施{}条。其中已完成{}项，基本完成并长期坚持{}项，正在推进{}项，未启动{}项，完成率{}。",
        day(calendar::today(f.as_of)),
        f.findings,
        f.tasks,
        f.measures,
        f.completed,
        f.sustained,
        f.in_progress,
        f.not_started,
        rate(f.completed + f.sustained, f.tasks),
    )];
    if f.immediate > 0 {
        all.push(format!("立行立改事项{}项，已完成{}项。", f.immediate, f.immediate_done));
    }
    if kind == PublicationKind::Closures {
        all.push(format!("{}至{}，销号{}项。", day(period.0), day(period.1), f.closed_in_period));
    }
    let counted: Vec<String> = [
        ("召开整改工作会议", f.meetings, "次"),
        ("开展检查", f.checks, "次"),
        ("发出督办单", f.slips, "件"),
        ("批准延期", f.extensions, "项"),
        ("重新整改", f.reopened, "项"),
    ]
    .into_iter()
    .filter(|(_, n, _)| *n > 0)
    .map(|(what, n, unit)| format!("{what}{n}{unit}"))
    .collect();
    if !counted.is_empty() {
        all.push(format!("{}。", counted.join("，")));
    }
    all
}

fn rate(done: i64, all: i64) -> String {
    if all == 0 {
        return "—".to_owned();
    }
    let permille = (done * 1000 + all / 2) / all;
    format!("{}.{}%", permille / 10, permille % 10)
}

/// The copy of what was signed, as it is shown between two days.
pub fn of(content: &PublicationContent, from_on: NaiveDate, until_on: NaiveDate) -> PublicCopy {
    PublicCopy {
        kind: content.kind.label().to_owned(),
        title: content.head.title.clone(),
        lead: content.head.lead.clone(),
        figures: sentences(&content.figures, content.kind, (content.from_on, content.to_on)),
        items: content.items.iter().map(|i| i.words.text.clone()).collect(),
        next: content.head.next.clone(),
        contact: content.head.contact.clone(),
        from_on,
        until_on,
    }
}

/// Where the reader turns to, label and value; what is empty is left out.
pub fn contact_lines(contact: &Contact) -> Vec<(&'static str, &str)> {
    [
        ("监督电话", contact.phone.as_str()),
        ("信箱", contact.mailbox.as_str()),
        ("电子邮箱", contact.email.as_str()),
        ("接待窗口", contact.window.as_str()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.trim().is_empty())
    .collect()
}

/// The whole as plain text, to be copied into the OA.
pub fn plain_text(copy: &PublicCopy) -> String {
    let mut out = vec![copy.title.clone(), String::new()];
    out.extend(copy.lead.lines().map(str::to_owned));
    out.extend(copy.figures.iter().cloned());
    if !copy.items.is_empty() {
        out.extend([String::new(), "具体问题整改情况".to_owned()]);
    }
    for (i, item) in copy.items.iter().enumerate() {
        out.push(format!("{}. {}", i + 1, item.problem));
        out.extend((!item.measures.is_empty()).then(|| format!("整改措施：{}", item.measures)));
        out.extend((!item.outcome.is_empty()).then(|| format!("整改成效：{}", item.outcome)));
    }
    if !copy.next.is_empty() {
        out.extend([String::new(), "下一步打算".to_owned()]);
        out.extend(copy.next.lines().map(str::to_owned));
    }
    out.extend([String::new(), format!("公示期：{}至{}。", day(copy.from_on), day(copy.until_on))]);
    out.extend(contact_lines(&copy.contact).iter().map(|(label, value)| format!("{label}：{value}")));
    out.join("\n")
}
