//! The sample group: units, people, accounts and a round in its seventh week, so that somebody can try the product in a minute. What happened in
//! the six weeks before is a script (tests/fixtures/demo) that the product's own commands play at the moments it names.

mod acts;
mod days;
mod duties;
mod files;
mod lasting;
mod organisation;
mod phrases;
mod script;
mod supervision;
mod teller;

use std::path::Path;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use domain::calendar;
use domain::workbook::{Book, Cell};
use persistence::organisation::DelegationInput;
use persistence::rounds::{self, RoundInput};
use persistence::{Error, PgConnection};

use crate::app::App;
use crate::{init, office, passwords, tokens};
use days::RoundDays;
use organisation::Cast;
use script::{Moment, Storyline};
use teller::Teller;

/// The first date of the sample plan.
const FIRST_DUE: NaiveDate = day(2020, 7, 15);
/// The Monday of the sample's seventh week: its round began on 6 July 2020.
const SEVENTH_WEEK: NaiveDate = day(2020, 8, 17);
/// The code of the sample round.
pub const ROUND: &str = "DEMO-1";

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => NaiveDate::MIN,
    }
}

/// The password of the sample accounts: made once, kept for the owner of the data folder.
fn password(folder: &Path) -> Result<String, String> {
    let path = folder.join("demo-password");
    if !path.exists() {
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        tokens::write_private(&path, &passwords::one_time()?).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    std::fs::read_to_string(&path).map(|text| text.trim().to_owned()).map_err(|e| format!("{}: {e}", path.display()))
}

/// The plan with every date moved by whole weeks.
fn moved(mut book: Book, weeks: i64) -> Book {
    let later = |date: NaiveDate| date + chrono::TimeDelta::weeks(weeks);
    for cell in book.sheets.iter_mut().flat_map(|s| &mut s.rows).flatten() {
        match cell {
            Cell::Date(date) => *date = later(*date),
            Cell::Text(text) => *text = dates_in(text, later),
            _ => {}
        }
    }
    book
}

/// The text with each `2020-08-31` moved.
fn dates_in(text: &str, later: impl Fn(NaiveDate) -> NaiveDate) -> String {
    let mut moved = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match rest.get(..10).and_then(|ten| ten.parse::<NaiveDate>().ok()) {
            Some(date) => {
                moved += &later(date).to_string();
                rest = &rest[10..];
            }
            None => {
                moved.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    moved
}

/// Loads the sample group with its story into a database without it; the log-ins to print, also when it is there already.
///
/// Errors: the reason in words; nothing is half loaded.
pub fn run(app: &App) -> Result<String, String> {
    load(app, true)
}

/// The sample group with its round just activated, every task a draft: what a test begins with.
///
/// Errors: as of `run`.
pub fn begin(app: &App) -> Result<String, String> {
    load(app, false)
}

fn load(app: &App, is_told: bool) -> Result<String, String> {
    let password = password(&app.settings.data_dir)?;
    let is_there = app.db.read_now(|conn| match rounds::find_by_code(conn, ROUND) {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    });
    if is_there.map_err(|e| e.to_string())? {
        return Ok(log_ins(&password, "示例集团已在库中，未重复装入。"));
    }
    let hash = passwords::hash(&password)?;
    let book = office::book(organisation::PLAN).map_err(|r| init::words(&r))?;
    let story = script::read()?;
    let now = app.clock.now();
    let loaded =
        app.db.write_now(
            |conn| {
                if is_told { tell(app, conn, &hash, book, story, now) } else { fill(conn, &hash, book, now) }
            },
        );
    loaded.map_err(|error| match error {
        Error::Refused(refusal) => init::words(&refusal),
        other => other.to_string(),
    })?;
    Ok(log_ins(&password, "示例集团已就绪。"))
}

fn log_ins(password: &str, what: &str) -> String {
    let lines = [
        ("p072", "巡督五", "整改办：处理责任分工申请、审核方案与延期、登记会议审定、确认销号、阅签写实、下发草稿"),
        ("p073", "巡督六", "整改办第二人：复核一件线下签批、阅签写实"),
        ("p068", "巡督一", "督导组：核查一件销号申请、确认期满任务、阅签写实"),
        ("p001", "甲子安", "党委书记、董事长：审定两件销号申请；全部红灯和预警"),
        ("p003", "丙寅正", "党委副书记：审签销号申请；代壬申和签批"),
        ("p005", "戊辰稳", "副总经理：审签整改方案"),
        ("p022", "庚未一", "企业管理部部长：销号真实性承诺、修改退回的方案"),
        ("p023", "癸寅五", "企业管理部经办：修改退回的方案、本周写实"),
        ("p012", "乙午一", "党委组织部部长：方案调整待审签、周五集中交写实"),
        ("p013", "戊丑五", "党委组织部经办：周五集中交写实"),
        ("p038", "戊亥二", "整改办公室主任：有一项待认领"),
        ("p010 起", "（各单位）", "p010 至 p067 为各单位负责人和经办人"),
        ("sysadmin", "系统管理员", "建账号、导入单位和人员"),
        ("secadmin", "安全管理员", "授权、启停、重置密码"),
        ("auditor", "审计管理员", "查看全部日志"),
    ];
    let mut text = format!("{what}所有示例账号的密码：{password}\n");
    for (login, name, what) in lines {
        text += &format!("  {login:<9} {name}  {what}\n");
    }
    text
}

/// The round as it is opened today, its first date at least four weeks ahead.
fn fill(conn: &mut PgConnection, hash: &str, book: Book, now: DateTime<Utc>) -> Result<(), Error> {
    let today = calendar::today(now);
    let days = persistence::calendar::load(conn)?;
    let cast = organisation::make(conn, hash, now)?;
    let wanted = today + Days::new(28);
    let book = moved(book, (wanted - FIRST_DUE).num_days().max(0).unsigned_abs().div_ceil(7).cast_signed());
    let input = RoundInput {
        inspection_from_on: Some(today - Days::new(90)),
        inspection_to_on: Some(today - Days::new(30)),
        feedback_on: Some(today - Days::new(14)),
        mobilised_on: Some(today),
        concentrated_until: Some(today + Days::new(90)),
        report_due_on: Some(today + Days::new(100)),
        ..named(today.year())
    };
    organisation::round(conn, &cast, input, &book, &days, (now, now))?;
    Ok(())
}

fn named(year: i32) -> RoundInput {
    RoundInput {
        code: ROUND.to_owned(),
        name: format!("{year}年巡察反馈问题整改"),
        inspected_org: "梓岭铜业集团有限责任公司".to_owned(),
        inspection_level: "enterprise".to_owned(),
        feedback_document: "巡察反馈意见".to_owned(),
        ..RoundInput::default()
    }
}

/// The round in its seventh week, with everything that happened in it until now.
fn tell(
    app: &App,
    conn: &mut PgConnection,
    hash: &str,
    book: Book,
    story: Vec<Storyline>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let days = RoundDays::seventh_week_on(calendar::today(now), persistence::calendar::load(conn)?);
    let at = |week, day, seed| days.at(Moment { week, day, time: None }, seed);
    let on = |week, day| Some(days.date(Moment { week, day, time: None }));
    let cast = organisation::make(conn, hash, at(-4, 1, 3))?;
    let opened = days.first_monday;
    let report_due = opened + Days::new(13 * 7);
    let input = RoundInput {
        inspection_from_on: on(-17, 1),
        inspection_to_on: on(-9, 5),
        feedback_on: on(-3, 4),
        feedback_document: format!("集团巡反馈〔{}〕2号", opened.year()),
        plan_approved_on: on(0, 2),
        plan_document: format!("梓铜党〔{}〕31号", opened.year()),
        mobilised_on: on(0, 3),
        concentrated_until: on(13, 7),
        report_due_on: Some(report_due),
        report_due_text: format!("{}月{}", report_due.month(), ["上旬", "中旬", "下旬"][third(report_due)]),
        ..named(opened.year())
    };
    let weeks = (days.first_monday + Days::new(6 * 7) - SEVENTH_WEEK).num_weeks();
    let round =
        organisation::round(conn, &cast, input, &moved(book, weeks), &days.calendar, (at(0, 1, 5), at(0, 3, 2)))?;
    let told = Teller::new(conn, &cast, &days, &app.settings.data_dir, round, at(0, 3, 2));
    told.tell(story, now)?;
    Ok(())
}

/// Which third of its month a date lies in.
fn third(date: NaiveDate) -> usize {
    match date.day() {
        1..=10 => 0,
        11..=20 => 1,
        _ => 2,
    }
}

/// The deputy secretary stands in for the chairman of the union, who is away for weeks five to nine.
fn delegation(cast: &Cast, days: &RoundDays) -> Result<DelegationInput, Error> {
    let on = |week, day| days.date(Moment { week, day, time: None });
    // Before a week nobody works he signs on the last day before it.
    let from = calendar::today(days.at(Moment { week: 5, day: 1, time: None }, 0));
    Ok(DelegationInput {
        person: cast.person("P009")?,
        stand_in: cast.person("P003")?,
        from_on: from.min(on(5, 1)),
        to_on: Some(on(9, 5)),
        document: format!("梓铜党办函〔{}〕14号", days.first_monday.year()),
        granted_by: "甲子安".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_move_by_whole_weeks_wherever_they_stand() {
        let first = |weeks| {
            let book = moved(office::book(organisation::PLAN).unwrap(), weeks);
            book.sheets
                .iter()
                .flat_map(|s| &s.rows)
                .flatten()
                .filter_map(|c| match c {
                    Cell::Date(date) => Some(*date),
                    _ => None,
                })
                .min()
                .unwrap()
        };
        assert_eq!(first(0), FIRST_DUE);
        assert_eq!(first(300) - FIRST_DUE, chrono::TimeDelta::weeks(300));
        let text = dates_in("2020-08-31 完成；2020-10-31 报批", |d| d + Days::new(7));
        assert_eq!(text, "2020-09-07 完成；2020-11-07 报批");
    }
}
