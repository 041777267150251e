//! The sample group: units, people, accounts, a round with its plan, so that somebody can try the product in a minute.

use std::path::Path;

use chrono::{Days, NaiveDate};
use domain::actor::{Actor, AssignmentKind, Duty, Role};
use domain::calendar;
use domain::ids::{AccountId, PersonId, RoundId, UnitId};
use domain::workbook::{Book, Cell, read_plan};
use persistence::accounts::{self, NewAccount};
use persistence::imports::{self, ImportSource};
use persistence::rounds::{self, GroupMember, RoundInput};
use persistence::{Error, Origin, PgConnection, actors, organisation};

use crate::app::App;
use crate::{init, office, organisation as tables, passwords, tokens};

const UNITS: &str = include_str!("../../../tests/fixtures/units.csv");
const PEOPLE: &str = include_str!("../../../tests/fixtures/people.csv");
const PLAN: &[u8] = include_bytes!("../../../tests/fixtures/plan.xlsx");
/// The first date of the sample plan.
const FIRST_DUE: NaiveDate = match NaiveDate::from_ymd_opt(2020, 7, 15) {
    Some(date) => date,
    None => NaiveDate::MIN,
};
/// The code of the sample round.
pub const ROUND: &str = "DEMO-1";

/// The password of the sample accounts: made once, kept for the owner of the data folder.
fn password(folder: &Path) -> Result<String, String> {
    let path = folder.join("demo-password");
    if !path.exists() {
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        tokens::write_private(&path, &passwords::one_time()?).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    std::fs::read_to_string(&path).map(|text| text.trim().to_owned()).map_err(|e| format!("{}: {e}", path.display()))
}

/// The plan with every date moved by whole weeks, so that its first lies at least four weeks ahead.
fn moved(mut book: Book, today: NaiveDate) -> Book {
    let wanted = today + Days::new(28);
    let weeks = u64::try_from((wanted - FIRST_DUE).num_days().max(0)).unwrap_or(0).div_ceil(7);
    let later = |date: NaiveDate| date + Days::new(weeks * 7);
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

fn origin_of(app: &App, conn: &mut PgConnection, account: AccountId) -> Result<Origin, Error> {
    let now = app.clock.now();
    let loaded = actors::of_account(conn, account, calendar::today(now))?;
    Ok(Origin {
        actor: Actor::Person(Box::new(loaded.actor)),
        address: String::new(),
        request_id: "demo".to_owned(),
        now,
    })
}

/// Loads the sample group into an empty database; the log-ins to print, also when it is there already.
///
/// Errors: the reason in words; nothing is half loaded.
pub fn run(app: &App) -> Result<String, String> {
    let password = password(&app.settings.data_dir)?;
    let exists = app.db.read_now(|conn| match rounds::find_by_code(conn, ROUND) {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    });
    if !exists.map_err(|e| e.to_string())? {
        load(app, &password)?;
    }
    Ok(log_ins(&password))
}

fn log_ins(password: &str) -> String {
    let lines = [
        ("p072", "巡督五", "整改办：导入、下发、线下签批登记、确认销号"),
        ("p073", "巡督六", "整改办第二人：复核线下签批"),
        ("p068", "巡督一", "督导一组：现场核实"),
        ("p070", "巡督三", "督导二组：现场核实"),
        ("p001", "甲子安", "党委书记、董事长"),
        ("p002", "乙丑平", "总经理，责任领导"),
        ("p010", "（单位正职）", "p010 起为各单位负责人和经办人"),
        ("sysadmin", "系统管理员", "建账号、导入单位和人员"),
        ("secadmin", "安全管理员", "授权、启停、重置口令"),
        ("auditor", "审计管理员", "查看全部日志"),
    ];
    let mut text = format!("示例集团已就绪。所有示例账号的口令：{password}\n");
    for (login, name, what) in lines {
        text += &format!("  {login:<9} {name}  {what}\n");
    }
    text
}

fn load(app: &App, password: &str) -> Result<(), String> {
    let hash = passwords::hash(password)?;
    let chosen = [
        (Duty::SysAdmin, "sysadmin", "系统管理员", password.to_owned()),
        (Duty::SecurityAdmin, "secadmin", "安全管理员", password.to_owned()),
        (Duty::Auditor, "auditor", "审计管理员", password.to_owned()),
    ];
    let is_empty = app.db.read_now(|conn| Ok(accounts::credential(conn, "sysadmin")?.is_none()));
    if is_empty.map_err(|e| e.to_string())? {
        init::make(app, &chosen)?;
    }
    let units = tables::unit_inputs(UNITS).map_err(|r| init::words(&r))?;
    let people = tables::person_inputs(PEOPLE).map_err(|r| init::words(&r))?;
    let book = office::book(PLAN).map_err(|r| init::words(&r))?;
    let book = moved(book, calendar::today(app.clock.now()));
    let loaded = app.db.write_now(|conn| {
        let sysadmin = accounts::credential(conn, "sysadmin")?.ok_or(Error::NotFound)?;
        let by_sysadmin = origin_of(app, conn, sysadmin.id)?;
        organisation::import_units(conn, &by_sysadmin, &units)?;
        organisation::import_people(conn, &by_sysadmin, &people)?;
        let office = accounts_of_people(app, conn, &hash)?;
        round(app, conn, office, &book)
    });
    loaded.map_err(|error| match error {
        Error::Refused(refusal) => init::words(&refusal),
        other => other.to_string(),
    })
}

/// An account for each person, by the role of the sample; the account of the one who keeps the ledger.
fn accounts_of_people(app: &App, conn: &mut PgConnection, hash: &str) -> Result<AccountId, Error> {
    let lines = domain::workbook::table::read_people(PEOPLE)
        .map_err(|errors| domain::refusal::Refusal::invalid("content", errors))?;
    let now = app.clock.now();
    let rows = organisation::people(conn, &Actor::System, calendar::today(now))?;
    let origin = Origin::system(now);
    let mut office = None;
    for person in rows {
        let Some(line) = lines.iter().find(|l| l.code == person.code) else { continue };
        let new = NewAccount {
            login: person.code.to_lowercase(),
            display_name: person.name.clone(),
            person: Some(PersonId(person.id)),
            password_hash: hash.to_owned(),
        };
        let made = accounts::create_sample(conn, &origin, new, Role::parse(&line.role).unwrap_or(Role::Unit))?;
        if person.name == "巡督五" {
            office = Some(AccountId(made.id));
        }
    }
    office.ok_or(Error::NotFound)
}

fn round(app: &App, conn: &mut PgConnection, office: AccountId, book: &Book) -> Result<(), Error> {
    let origin = origin_of(app, conn, office)?;
    let today = calendar::today(origin.now);
    let year = chrono::Datelike::year(&today);
    let round = rounds::create(
        conn,
        &origin,
        RoundInput {
            code: ROUND.to_owned(),
            name: format!("{year}年巡察反馈问题整改"),
            inspected_org: "梓岭铜业集团有限责任公司".to_owned(),
            inspection_level: "enterprise".to_owned(),
            inspection_from_on: Some(today - Days::new(90)),
            inspection_to_on: Some(today - Days::new(30)),
            feedback_on: Some(today - Days::new(14)),
            feedback_document: "巡察反馈意见".to_owned(),
            mobilised_on: Some(today),
            concentrated_until: Some(today + Days::new(90)),
            report_due_on: Some(today + Days::new(100)),
            ..RoundInput::default()
        },
    )?;
    let id = RoundId(round.id);
    // The office's rights are on the actor; the round is his from here on.
    let origin = origin_of(app, conn, office)?;
    let people = organisation::people(conn, &origin.actor, today)?;
    let person = |name: &str| people.iter().find(|p| p.name == name).map(|p| PersonId(p.id)).ok_or(Error::NotFound);
    let lines = domain::workbook::table::read_people(PEOPLE)
        .map_err(|errors| domain::refusal::Refusal::invalid("content", errors))?;
    let mut group = Vec::new();
    for (i, line) in lines.iter().filter(|l| l.role == "leader").enumerate() {
        group.push(GroupMember {
            person: person(&line.name)?,
            name: line.name.clone(),
            post: ["head", "deputy"].get(i).unwrap_or(&"member").to_string(),
            is_principal: i == 0,
            is_second: i == 1,
        });
    }
    rounds::set_group(conn, &origin, id, None, &group)?;
    let mut assigned: Vec<(PersonId, AssignmentKind, Vec<UnitId>)> = Vec::new();
    for name in ["巡督五", "巡督六"] {
        assigned.push((person(name)?, AssignmentKind::Office, Vec::new()));
    }
    for name in ["巡督一", "巡督二", "巡督三", "巡督四"] {
        assigned.push((person(name)?, AssignmentKind::Team, Vec::new()));
    }
    rounds::set_assignments(conn, &origin, id, None, &assigned)?;
    let days = persistence::calendar::load(conn)?;
    let directory = imports::directory(conn, &origin.actor, origin.now)?;
    let plan = read_plan(book, &directory, year);
    let source = ImportSource { filename: "整改方案.xlsx", sha256: &tokens::digest(PLAN) };
    imports::commit(conn, &origin, id, &plan, &source, &days)?;
    rounds::activate(conn, &origin, id, None)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_move_by_whole_weeks_wherever_they_stand() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let book = moved(office::book(PLAN).unwrap(), today);
        let dates: Vec<NaiveDate> = book
            .sheets
            .iter()
            .flat_map(|s| &s.rows)
            .flatten()
            .filter_map(|c| match c {
                Cell::Date(date) => Some(*date),
                _ => None,
            })
            .collect();
        let first = dates.iter().min().unwrap();
        assert!(*first >= today + Days::new(28) && *first < today + Days::new(35), "{first}");
        assert_eq!((*first - FIRST_DUE).num_days() % 7, 0);
        let text = dates_in("2020-08-31 完成；2020-10-31 报批", |d| d + Days::new(7));
        assert_eq!(text, "2020-09-07 完成；2020-11-07 报批");
    }
}
