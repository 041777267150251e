//! Reading a pack: a file that is not wholly understood, says nothing of what it rests on, or does not do what its own tests say is refused, each
//! fault with its place.

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{Fixed, Pack, Trial, digest, forms, named, scoring};
use crate::policy::Policy;
use crate::refusal::{FieldError, Refusal};

/// Longest file of a pack, bytes; with templates in it, and still less than a request may have.
pub const LONGEST: usize = 768 * 1024;
/// Longest name, version or issuer, in characters.
const LONGEST_NAME: usize = 100;
/// Months a concentrated period may have at most.
const MOST_MONTHS: u32 = 36;

const FIELDS: [&str; 10] =
    ["name", "version", "issuer", "valid_from", "says", "settings", "concentrated_months", "scheme", "forms", "tests"];

/// Settings of a round that no file can know: which version a template gets is said by the house.
const OF_THE_HOUSE: [&str; 1] = ["forms"];

pub(super) struct Reader {
    fields: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Reader {
    pub(super) fn fault(&mut self, pointer: impl Into<String>, code: &str) {
        self.errors.push(FieldError::at(pointer, code));
    }

    /// A part as a kind of value; where it is another the fault is named.
    pub(super) fn part<T: DeserializeOwned>(&mut self, pointer: String, value: Value) -> Option<T> {
        match serde_json::from_value(value) {
            Ok(part) => Some(part),
            Err(error) => {
                let said = json!({ "said": error.to_string() });
                self.errors.push(FieldError::with(pointer, "pack-value-wrong", said));
                None
            }
        }
    }

    /// A name that has to be there.
    fn text(&mut self, name: &str) -> String {
        let given = self.fields.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default().to_owned();
        if given.is_empty() {
            self.fault(format!("/{name}"), "required");
        } else if given.chars().count() > LONGEST_NAME {
            let most = json!({ "max": LONGEST_NAME });
            self.errors.push(FieldError::with(format!("/{name}"), "too-long", most));
        }
        given
    }

    pub(super) fn taken(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name)
    }
}

pub(super) fn basis_missing(basis: &str) -> bool {
    basis.trim().is_empty()
}

/// The pack in a file; its tests have been run.
///
/// Errors: `pack-unsound` with every fault that was found and its place: `pack-not-json`, `unknown-field`, `required`, `too-long`,
/// `pack-value-wrong`, `pack-setting-unknown`, `form-unknown`, `pack-file-unreadable`, `pack-basis-missing`, `out-of-range`, `pack-tests-missing`,
/// what makes the policy unsound, and of each test `pack-test-incomplete` and `pack-test-failed`.
pub fn read(text: &str) -> Result<Pack, Refusal> {
    let refused = |errors| Err(Refusal::invalid("pack-unsound", errors));
    if text.len() > LONGEST {
        return refused(vec![FieldError::with("", "too-long", json!({ "max": LONGEST }))]);
    }
    let fields = match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return refused(vec![FieldError::with("", "pack-not-json", json!({ "line": 1 }))]),
        Err(error) => return refused(vec![FieldError::with("", "pack-not-json", json!({ "line": error.line() }))]),
    };
    let mut reader = Reader { fields, errors: Vec::new() };
    let unknown: Vec<String> = reader.fields.keys().filter(|f| !FIELDS.contains(&f.as_str())).cloned().collect();
    unknown.into_iter().for_each(|field| reader.fault(format!("/{field}"), "unknown-field"));
    let (name, version, issuer) = (reader.text("name"), reader.text("version"), reader.text("issuer"));
    let says = reader.text("says");
    let valid_from = match reader.taken("valid_from") {
        Some(value) => reader.part("/valid_from".to_owned(), value),
        None => {
            reader.fault("/valid_from", "required");
            None
        }
    };
    let mut pack = Pack {
        name,
        version,
        issuer,
        says,
        valid_from: valid_from.unwrap_or(NaiveDate::MIN),
        settings: std::collections::BTreeMap::new(),
        concentrated_months: None,
        scheme: None,
        forms: std::collections::BTreeMap::new(),
        tests: Vec::new(),
        sha256: digest(text),
    };
    settings(&mut reader, &mut pack);
    if let Some(value) = reader.taken("concentrated_months") {
        pack.concentrated_months = reader.part("/concentrated_months".to_owned(), value);
    }
    if let Some(fixed) = &pack.concentrated_months {
        if basis_missing(&fixed.basis) {
            reader.fault("/concentrated_months/basis", "pack-basis-missing");
        }
        if !(1..=MOST_MONTHS).contains(&fixed.value) {
            reader.fault("/concentrated_months/value", "out-of-range");
        }
    }
    if let Some(value) = reader.taken("scheme") {
        pack.scheme = reader.part("/scheme".to_owned(), value);
    }
    if let Some(fixed) = &pack.scheme {
        if basis_missing(&fixed.basis) {
            reader.fault("/scheme/basis", "pack-basis-missing");
        }
        reader.errors.extend(scoring::faults(fixed));
    }
    pack.forms = forms::read(&mut reader);
    tests(&mut reader, &mut pack);
    if reader.errors.is_empty() {
        // What a pack is tested on stands on the product's own defaults, whatever a round has beside it.
        match pack.applied(&Policy::default()) {
            Ok(policy) => reader.errors.extend(unsound(&policy, &pack)),
            Err(refusal) => reader.errors.extend(refusal.errors),
        }
    }
    if reader.errors.is_empty() {
        reader.errors.extend(pack.failures());
    }
    if reader.errors.is_empty() { Ok(pack) } else { refused(reader.errors) }
}

fn settings(reader: &mut Reader, pack: &mut Pack) {
    let given = match reader.taken("settings") {
        Some(Value::Object(given)) if !given.is_empty() => given,
        Some(Value::Object(_)) | None => return reader.fault("/settings", "required"),
        Some(_) => return reader.fault("/settings", "wrong-type"),
    };
    let known = named(&Policy::default());
    for (setting, value) in given {
        let pointer = format!("/settings/{setting}");
        if !known.contains_key(&setting) || OF_THE_HOUSE.contains(&setting.as_str()) {
            reader.fault(pointer, "pack-setting-unknown");
            continue;
        }
        let Some(fixed) = reader.part::<Fixed<Value>>(pointer.clone(), value) else { continue };
        if basis_missing(&fixed.basis) {
            reader.fault(format!("{pointer}/basis"), "pack-basis-missing");
        }
        pack.settings.insert(setting, fixed);
    }
}

fn tests(reader: &mut Reader, pack: &mut Pack) {
    match reader.taken("tests") {
        Some(Value::Array(given)) if !given.is_empty() => {
            for (n, value) in given.into_iter().enumerate() {
                let test: Option<Trial> = reader.part(format!("/tests/{n}"), value);
                pack.tests.extend(test);
            }
        }
        _ => reader.fault("/tests", "pack-tests-missing"),
    }
}

/// What makes the policy unsound, at the place of the file that says it.
fn unsound(policy: &Policy, pack: &Pack) -> Vec<FieldError> {
    let errors = policy.check().err().map(|refusal| refusal.errors).unwrap_or_default();
    let placed = |mut error: FieldError| {
        let mut parts = error.pointer.trim_start_matches('/').splitn(2, '/');
        let (setting, rest) = (parts.next().unwrap_or_default(), parts.next());
        error.pointer = match (pack.settings.contains_key(setting), rest) {
            (true, Some(rest)) => format!("/settings/{setting}/value/{rest}"),
            (true, None) => format!("/settings/{setting}/value"),
            (false, _) => "/settings".to_owned(),
        };
        error
    };
    errors.into_iter().map(placed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Value {
        json!({
            "name": "试用", "version": "1", "issuer": "集团党委", "valid_from": "2026-01-01", "says": "试用的制度包",
            "settings": { "claim_working_days": { "value": 2, "basis": "办法第三条" } },
            "concentrated_months": { "value": 2, "basis": "办法第一条" },
            "tests": [{
                "says": "周一下发，周三前认领",
                "given": { "issued_on": "2026-03-02", "feedback_on": "2026-03-02" },
                "expect": { "claim_due_on": "2026-03-04", "concentrated_until": "2026-05-02" },
            }],
        })
    }

    /// The faults of the whole with one place changed; null takes it away.
    fn faults(pointer: &str, value: Value) -> Vec<(String, String)> {
        let mut pack = whole();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = pack.pointer_mut(parent).unwrap();
        match parent {
            Value::Object(fields) if value.is_null() => drop(fields.remove(name)),
            Value::Object(fields) => drop(fields.insert(name.to_owned(), value)),
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
            _ => panic!("{pointer}"),
        }
        let Err(refusal) = read(&pack.to_string()) else { return Vec::new() };
        assert_eq!(refusal.code, "pack-unsound");
        refusal.errors.into_iter().map(|e| (e.pointer, e.code)).collect()
    }

    #[test]
    fn a_sound_pack_is_read_and_known_by_the_digest_of_its_file() {
        let text = whole().to_string();
        let pack = read(&text).unwrap();
        assert_eq!((pack.name.as_str(), pack.settings.len(), pack.tests.len()), ("试用", 1, 1));
        assert_eq!(pack.sha256.len(), 64);
        assert_ne!(read(&format!("{text} ")).unwrap().sha256, pack.sha256, "another file is another pack");
        let policy = pack.applied(&Policy { plan_working_days: 9, ..Policy::default() }).unwrap();
        assert_eq!((policy.claim_working_days, policy.plan_working_days), (2, 9), "what is not named stays");
    }

    #[test]
    fn every_fault_is_refused_with_its_place() {
        let wrong = |pointer: &str, value: Value, place: &str, code: &str| {
            let found = faults(pointer, value.clone());
            assert_eq!(found, [(place.to_owned(), code.to_owned())], "{pointer} {value}");
        };
        for name in ["name", "version", "issuer", "says", "valid_from"] {
            wrong(&format!("/{name}"), Value::Null, &format!("/{name}"), "required");
        }
        wrong("/name", json!("名".repeat(101)), "/name", "too-long");
        wrong("/valid_from", json!("明年"), "/valid_from", "pack-value-wrong");
        // A word nobody knows, wherever it stands.
        wrong("/colour", json!(1), "/colour", "unknown-field");
        wrong("/settings/colour", json!({ "value": 1, "basis": "一" }), "/settings/colour", "pack-setting-unknown");
        wrong("/settings/claim_working_days/colour", json!(1), "/settings/claim_working_days", "pack-value-wrong");
        wrong("/tests/0/given/colour", json!(1), "/tests/0", "pack-value-wrong");
        // What rests on nothing.
        wrong(
            "/settings/claim_working_days/basis",
            json!(" "),
            "/settings/claim_working_days/basis",
            "pack-basis-missing",
        );
        wrong(
            "/settings/claim_working_days/basis",
            Value::Null,
            "/settings/claim_working_days/basis",
            "pack-basis-missing",
        );
        wrong("/concentrated_months/basis", Value::Null, "/concentrated_months/basis", "pack-basis-missing");
        // Templates: of a kind there is, written as a file is written into JSON; which version one gets is not for a file to say.
        wrong("/forms", json!([]), "/forms", "wrong-type");
        let form = |value: &str, basis: &str| json!({ "value": value, "basis": basis });
        wrong("/forms", json!({ "card": form("UEs=", "办法附件一") }), "/forms/card", "form-unknown");
        wrong("/forms", json!({ "closure": form("UEs=", " ") }), "/forms/closure/basis", "pack-basis-missing");
        for file in ["", "审批表", "UEs"] {
            let file = json!({ "closure": form(file, "办法附件一") });
            wrong("/forms", file, "/forms/closure/value", "pack-file-unreadable");
        }
        let version = json!({ "value": { "closure": 3 }, "basis": "办法附件一" });
        wrong("/settings/forms", version, "/settings/forms", "pack-setting-unknown");
        // Values of another kind, and such as no round could work with.
        wrong("/settings", json!({}), "/settings", "required");
        wrong(
            "/settings/claim_working_days/value",
            json!("三"),
            "/settings/claim_working_days/value",
            "pack-value-wrong",
        );
        wrong(
            "/settings/claim_working_days/value",
            json!(-3),
            "/settings/claim_working_days/value",
            "pack-value-wrong",
        );
        wrong("/concentrated_months/value", json!(0), "/concentrated_months/value", "out-of-range");
        let weekday = json!({ "value": 9, "basis": "办法第五条" });
        wrong("/settings/cut_off_weekday", weekday, "/settings/cut_off_weekday/value", "out-of-range");
        let weak = json!([{ "who": "principal", "count": 1, "label": "审定" }]);
        let chains = json!({ "value": { "closure": weak }, "basis": "办法第九条" });
        wrong("/settings/chains", chains, "/settings/chains/value/closure", "closure-chain-weak");
        // Tests: none, without an expectation, without the fact it rests on, and one that fails.
        wrong("/tests", json!([]), "/tests", "pack-tests-missing");
        wrong("/tests/0/expect", json!({}), "/tests/0/expect", "pack-test-incomplete");
        wrong(
            "/tests/0/given",
            json!({ "feedback_on": "2026-03-02" }),
            "/tests/0/expect/claim_due_on",
            "pack-test-incomplete",
        );
        wrong("/tests/0/expect/claim_due_on", json!("2026-03-05"), "/tests/0/expect/claim_due_on", "pack-test-failed");
        // And the setting itself: with another value its own test fails.
        wrong("/settings/claim_working_days/value", json!(3), "/tests/0/expect/claim_due_on", "pack-test-failed");
    }

    #[test]
    fn a_template_is_read_byte_for_byte() {
        let mut pack = whole();
        pack["forms"] = json!({ "closure": { "value": " UEsDBA==\n", "basis": "办法附件一" } });
        let pack = read(&pack.to_string()).unwrap();
        assert_eq!(pack.forms["closure"], Fixed { value: b"PK\x03\x04".to_vec(), basis: "办法附件一".to_owned() });
        let policy = Policy { forms: [("slip".to_owned(), 2)].into(), ..Policy::default() };
        assert_eq!(pack.applied(&policy).unwrap().forms, policy.forms, "the house says which version it gets");
    }

    #[test]
    fn what_is_no_file_of_this_kind_is_refused_whole() {
        for (text, code) in [("", "pack-not-json"), ("[]", "pack-not-json"), ("{\"name\": ", "pack-not-json")] {
            let refusal = read(text).unwrap_err();
            assert_eq!((refusal.errors[0].pointer.as_str(), refusal.errors[0].code.as_str()), ("", code), "{text}");
        }
        assert_eq!(read(&" ".repeat(LONGEST + 1)).unwrap_err().errors[0].code, "too-long");
        let broken = read("{\n\"name\": 1,\n}").unwrap_err();
        assert_eq!(broken.errors[0].params["line"], 3, "the line of the fault");
    }

    #[test]
    fn a_failed_test_says_what_was_expected_and_what_was_found() {
        let mut pack = whole();
        pack["tests"][0]["expect"]["claim_due_on"] = json!("2026-03-05");
        let refusal = read(&pack.to_string()).unwrap_err();
        assert_eq!(refusal.errors[0].params, json!({ "expected": "2026-03-05", "found": "2026-03-04" }));
    }
}
