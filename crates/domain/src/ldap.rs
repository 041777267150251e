//! Names as a directory (LDAP) reads them: a log-in name within the name of an entry (RFC 4514) and within a filter (RFC 4515), where it is never
//! anything but text (docs/domain.md §35).

/// Where a log-in name stands in a template.
pub const PLACE: &str = "{login}";

/// A character as its bytes, each a backslash and two hexadecimal digits.
fn as_pairs(c: char, out: &mut String) {
    let mut bytes = [0u8; 4];
    for byte in c.encode_utf8(&mut bytes).bytes() {
        *out += &format!("\\{byte:02x}");
    }
}

/// A text as the value of an attribute in the name of an entry (RFC 4514 §2.4).
pub fn in_name(text: &str) -> String {
    let (mut out, last) = (String::with_capacity(text.len()), text.chars().count().saturating_sub(1));
    for (at, c) in text.chars().enumerate() {
        let is_special = matches!(c, '"' | '+' | ',' | ';' | '<' | '>' | '=' | '\\') || c.is_control();
        let is_edge = at == 0 && matches!(c, ' ' | '#') || at == last && c == ' ';
        if is_special || is_edge { as_pairs(c, &mut out) } else { out.push(c) }
    }
    out
}

/// A text as a value within a filter (RFC 4515 §3).
pub fn in_filter(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '(' | ')' | '\\') || c.is_control() { as_pairs(c, &mut out) } else { out.push(c) }
    }
    out
}

/// The name of an entry from a template.
pub fn name_of(template: &str, login: &str) -> String {
    template.replace(PLACE, &in_name(login))
}

/// A filter from a template.
pub fn filter_of(template: &str, login: &str) -> String {
    template.replace(PLACE, &in_filter(login))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4514 §2.4: these characters, a space at either end, a number sign at the beginning, and NUL.
    #[test]
    fn a_text_in_the_name_of_an_entry_is_one_value_and_nothing_else() {
        for (text, expected) in [
            ("p012", "p012"),
            ("张三", "张三"),
            ("a,b", "a\\2cb"),
            ("a+b=c", "a\\2bb\\3dc"),
            ("a\"<>;\\", "a\\22\\3c\\3e\\3b\\5c"),
            (" a b ", "\\20a b\\20"),
            ("#1#", "\\231#"),
            (" ", "\\20"),
            ("a\0", "a\\00"),
            ("", ""),
            ("x,ou=admins", "x\\2cou\\3dadmins"),
        ] {
            assert_eq!(in_name(text), expected, "{text:?}");
        }
        assert_eq!(name_of("uid={login},ou=people,dc=example", "a,b"), "uid=a\\2cb,ou=people,dc=example");
    }

    /// RFC 4515 §3: an asterisk, both brackets, a backslash and NUL; UTF-8 stands for itself.
    #[test]
    fn a_text_in_a_filter_matches_itself_and_nothing_else() {
        for (text, expected) in [
            ("p012", "p012"),
            ("*)(uid=*", "\\2a\\29\\28uid=\\2a"),
            ("a\\b", "a\\5cb"),
            ("a\0b", "a\\00b"),
            ("李四", "李四"),
            ("", ""),
        ] {
            assert_eq!(in_filter(text), expected, "{text:?}");
        }
        assert_eq!(filter_of("(&(objectClass=person)(uid={login}))", "*"), "(&(objectClass=person)(uid=\\2a))");
    }
}
