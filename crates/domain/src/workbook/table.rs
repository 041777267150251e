//! Units and people as plain tables (CSV), with every fault by row and column.

use std::collections::BTreeSet;

use crate::refusal::FieldError;
use crate::workbook::names::split;

/// A unit's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitLine {
    pub code: String,
    pub name: String,
    pub aliases: Vec<String>,
    /// group, department, subsidiary, plant, organ or other.
    pub kind: &'static str,
    pub parent_code: Option<String>,
}

/// A person's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLine {
    pub code: String,
    pub name: String,
    pub unit_code: String,
    pub post: String,
    pub role: String,
    pub is_head: bool,
    pub is_principal: bool,
}

/// Rows of RFC 4180 text, quotes undone; a byte order mark is passed over.
pub fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut field = String::new();
    let mut is_quoted = false;
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                field.push('"');
                chars.next();
            }
            '"' if is_quoted => is_quoted = false,
            '"' if field.is_empty() => is_quoted = true,
            ',' if !is_quoted => row.push(std::mem::take(&mut field)),
            '\r' if !is_quoted => {}
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows.retain(|r| r.iter().any(|f| !f.trim().is_empty()));
    rows
}

struct Table {
    columns: Vec<String>,
    lines: Vec<Vec<String>>,
}

impl Table {
    fn read(text: &str, needed: &[&str]) -> Result<Self, Vec<FieldError>> {
        let mut lines = rows(text);
        if lines.is_empty() {
            return Err(vec![FieldError::at("", "table-empty")]);
        }
        let columns: Vec<String> = lines.remove(0).into_iter().map(|c| c.trim().to_lowercase()).collect();
        let missing: Vec<FieldError> = needed
            .iter()
            .filter(|n| !columns.iter().any(|c| c == *n))
            .map(|n| FieldError::with("", "column-missing", serde_json::json!({ "column": n })))
            .collect();
        if missing.is_empty() { Ok(Self { columns, lines }) } else { Err(missing) }
    }

    fn get<'a>(&self, line: &'a [String], column: &str) -> &'a str {
        let i = self.columns.iter().position(|c| c == column);
        i.and_then(|i| line.get(i)).map_or("", |f| f.trim())
    }
}

fn is_yes(text: &str) -> bool {
    matches!(text.to_uppercase().as_str(), "Y" | "YES" | "TRUE" | "1" | "是")
}

/// Reads the units table: unit_id, name, aliases, type, parent_id. Pointers are /rows/N/column, N from 0.
pub fn read_units(text: &str) -> Result<Vec<UnitLine>, Vec<FieldError>> {
    let table = Table::read(text, &["unit_id", "name", "parent_id"])?;
    let mut errors = Vec::new();
    let mut units = Vec::new();
    let mut seen = BTreeSet::new();
    for (i, line) in table.lines.iter().enumerate() {
        let code = table.get(line, "unit_id").to_owned();
        let name = table.get(line, "name").to_owned();
        for (column, value) in [("unit_id", &code), ("name", &name)] {
            if value.is_empty() {
                errors.push(FieldError::at(format!("/rows/{i}/{column}"), "required"));
            } else if !seen.insert((column, value.clone())) {
                errors.push(FieldError::at(format!("/rows/{i}/{column}"), "repeated"));
            }
        }
        let parent = table.get(line, "parent_id");
        let kind = match table.get(line, "type") {
            "集团" => "group",
            "集团部室" | "部室" => "department",
            "子公司" => "subsidiary",
            "厂矿" => "plant",
            "党委" | "董事会" | "经理层" | "机构" => "organ",
            _ => "other",
        };
        units.push(UnitLine {
            code,
            name,
            aliases: split(table.get(line, "aliases")),
            kind,
            parent_code: (!parent.is_empty()).then(|| parent.to_owned()),
        });
    }
    if errors.is_empty() { Ok(units) } else { Err(errors) }
}

/// Reads the people table: person_id, name, unit_id, title, role, is_head, is_principal.
pub fn read_people(text: &str) -> Result<Vec<PersonLine>, Vec<FieldError>> {
    let table = Table::read(text, &["person_id", "name", "unit_id", "title"])?;
    let mut errors = Vec::new();
    let mut people = Vec::new();
    let mut seen = BTreeSet::new();
    for (i, line) in table.lines.iter().enumerate() {
        let person = PersonLine {
            code: table.get(line, "person_id").to_owned(),
            name: table.get(line, "name").to_owned(),
            unit_code: table.get(line, "unit_id").to_owned(),
            post: table.get(line, "title").to_owned(),
            role: table.get(line, "role").to_owned(),
            is_head: is_yes(table.get(line, "is_head")),
            is_principal: is_yes(table.get(line, "is_principal")),
        };
        for (column, value) in [("person_id", &person.code), ("name", &person.name), ("unit_id", &person.unit_code)] {
            if value.is_empty() {
                errors.push(FieldError::at(format!("/rows/{i}/{column}"), "required"));
            }
        }
        if !seen.insert(person.code.clone()) {
            errors.push(FieldError::at(format!("/rows/{i}/person_id"), "repeated"));
        }
        people.push(person);
    }
    if errors.is_empty() { Ok(people) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_line_breaks_inside_fields_hold() {
        let text = "\u{feff}a,b\r\n\"x,\"\"y\"\"\n z\",2\r\n,\r\n";
        assert_eq!(rows(text), vec![vec!["a".to_owned(), "b".into()], vec!["x,\"y\"\n z".into(), "2".into()]]);
    }

    #[test]
    fn faults_are_named_by_row_and_column() {
        let errors = read_units("unit_id,name,parent_id\nU1,甲,\nU1,,\n").unwrap_err();
        let at: Vec<_> = errors.iter().map(|e| (e.pointer.as_str(), e.code.as_str())).collect();
        assert_eq!(at, [("/rows/1/unit_id", "repeated"), ("/rows/1/name", "required")]);
        assert_eq!(read_units("x\n1").unwrap_err().len(), 3);
    }

    #[test]
    fn the_sample_group_reads_whole() {
        let units = read_units(include_str!("../../../../tests/fixtures/units.csv")).unwrap();
        assert_eq!(units.len(), 30);
        let department = units.iter().find(|u| u.code == "U102").unwrap();
        assert_eq!(department.aliases, ["组织部（人力资源部）", "组织部", "人力资源部", "人力部"]);
        let people = read_people(include_str!("../../../../tests/fixtures/people.csv")).unwrap();
        assert_eq!(people.len(), 73);
        assert_eq!(people.iter().filter(|p| p.is_principal).count(), 1);
        assert_eq!(people.iter().filter(|p| p.name == "癸亥同").count(), 2);
    }
}
