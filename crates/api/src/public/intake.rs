//! What somebody hands in: the form read part by part, and the code by which he looks the answer up.

use actix_multipart::{Field, Multipart};
use domain::opinion::state::Writer;
use domain::opinion::{LONGEST_TEXT, MOST_FILES, check_incoming};
use domain::refusal::FieldError;
use futures_util::{StreamExt, TryStreamExt};
use persistence::opinions::SentFile;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::problem::Fault;

/// Largest file of an opinion, bytes.
const LARGEST: u64 = 10 * 1024 * 1024;
/// Most bytes of a field of text: four for each character, and room for line ends.
const LONGEST_FIELD: usize = LONGEST_TEXT * 4 + 4096;
/// Most parts of a form.
const PARTS: usize = 12;

/// Letters and digits that are not taken for each other.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of a code: 100 bits.
const LENGTH: usize = 20;

/// A form as it was filled in.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pub text: String,
    pub writer: Writer,
    /// What the form carries so that it counts once.
    pub token: String,
    pub files: Vec<SentFile>,
    /// What a person does not see and leaves empty.
    pub trap: String,
    /// What is wrong, in words.
    pub faults: Vec<String>,
}

/// Why a form was not read.
#[derive(Debug)]
pub struct Broken;

async fn text_of(field: &mut Field) -> Result<String, Broken> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.try_next().await.map_err(|_| Broken)? {
        if bytes.len() + chunk.len() > LONGEST_FIELD {
            return Err(Broken);
        }
        bytes.extend_from_slice(&chunk);
    }
    let text = String::from_utf8(bytes).map_err(|_| Broken)?;
    // Nothing that a page would hide; line ends as everywhere else.
    Ok(text.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || *c == '\n' || *c == '\t').collect())
}

fn said(errors: Vec<FieldError>) -> Vec<String> {
    let named = |e: &FieldError| match e.pointer.as_str() {
        "/text" => "意见",
        "/name" => "姓名",
        "/contact" => "联系方式",
        _ => "附件",
    };
    errors.into_iter().map(|e| format!("{}：{}", named(&e), Fault::from(e).text)).collect()
}

/// Reads a form. Files come last and are received only where the words before them are in order.
///
/// Errors: what is no such form.
pub async fn read(app: &App, mut parts: Multipart) -> Result<Form, Broken> {
    let mut form = Form::default();
    let mut n = 0;
    let mut is_checked = false;
    while let Some(part) = parts.next().await {
        let mut field = part.map_err(|_| Broken)?;
        n += 1;
        if n > PARTS {
            return Err(Broken);
        }
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "text" => form.text = text_of(&mut field).await?,
            "name" => form.writer.name = text_of(&mut field).await?,
            "contact" => form.writer.contact = text_of(&mut field).await?,
            "form" => form.token = text_of(&mut field).await?,
            "website" => form.trap = text_of(&mut field).await?,
            "files" => {
                if !std::mem::replace(&mut is_checked, true) {
                    form.faults = said(check_incoming(&form.text, &form.writer, 0));
                }
                let filename =
                    field.content_disposition().and_then(|d| d.get_filename()).unwrap_or_default().to_owned();
                if filename.is_empty() {
                    text_of(&mut field).await?;
                    continue;
                }
                if !form.faults.is_empty() {
                    return Ok(form);
                }
                if form.files.len() >= MOST_FILES {
                    form.faults = said(check_incoming(&form.text, &form.writer, MOST_FILES + 1));
                    return Ok(form);
                }
                match crate::evidence::received_from(app, field, &filename, LARGEST).await {
                    Ok((blob, filename)) => form.files.push(SentFile { blob, filename }),
                    Err(problem) if problem.status < 500 => {
                        let words = problem.errors.first().map(|e| e.text.clone()).unwrap_or(problem.title);
                        form.faults.push(format!("附件“{filename}”：{words}"));
                        return Ok(form);
                    }
                    Err(_) => return Err(Broken),
                }
            }
            _ => return Err(Broken),
        }
    }
    if !is_checked {
        form.faults = said(check_incoming(&form.text, &form.writer, 0));
    }
    Ok(form)
}

/// Something for a form to carry, of 128 bits.
pub fn token() -> Result<String, String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| e.to_string())?;
    Ok(hex::encode(bytes))
}

/// Whether this was made by `token`.
pub fn is_token(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The code of a form: what it carries, with its words, so that the same form sent twice has the same, and a changed one another.
pub fn code(form: &Form) -> String {
    let mut hasher = Sha256::new();
    for part in ["bihuan opinion", &form.token, &form.text, &form.writer.name, &form.writer.contact] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let bytes = hasher.finalize();
    let letter = |i: usize| {
        // Five bits from position 5 × i on.
        let (at, shift) = (i * 5 / 8, i * 5 % 8);
        let two = u16::from(bytes[at]) << 8 | u16::from(bytes[at + 1]);
        char::from(LETTERS[usize::from(two >> (11 - shift) & 31)])
    };
    let letters: Vec<char> = (0..LENGTH).map(letter).collect();
    letters.chunks(5).map(|five| five.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A code as somebody typed it, as it was given; none where it is none.
pub fn typed(text: &str) -> Option<String> {
    let plain = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    let letters: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).map(plain).collect();
    let fits = letters.len() == LENGTH && letters.iter().all(|c| LETTERS.contains(&(*c as u8)));
    fits.then(|| letters.chunks(5).map(|five| five.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// What is kept of a code.
pub fn digest(code: &str) -> String {
    hex::encode(Sha256::digest(code.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str, token: &str) -> Form {
        Form { text: text.to_owned(), token: token.to_owned(), ..Form::default() }
    }

    #[test]
    fn the_same_form_has_the_same_code_and_a_changed_one_another() {
        let first = code(&form("意见", "a"));
        assert_eq!(first, code(&form("意见", "a")));
        assert_ne!(first, code(&form("意见。", "a")));
        assert_ne!(first, code(&form("意见", "b")));
        assert_ne!(code(&form("ab", "c")), code(&form("a", "cb")), "where a field ends counts");
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let given = code(&form("意见", &token().unwrap()));
        assert_eq!(given.len(), LENGTH + 3);
        assert_eq!(typed(&given), Some(given.clone()));
        assert_eq!(typed(&format!(" {} ", given.replace('-', "").to_lowercase())), Some(given.clone()));
        assert_eq!(typed(&given.replace('0', "o").replace('1', "l")), Some(given));
        for text in ["", "00000", "U0000-00000-00000-00000", "00000-00000-00000-00000-0"] {
            assert_eq!(typed(text), None, "{text}");
        }
    }

    #[test]
    fn a_token_is_long_and_never_the_same() {
        let (one, other) = (token().unwrap(), token().unwrap());
        assert!(is_token(&one) && is_token(&other) && one != other);
        assert!(!is_token("short") && !is_token(&"g".repeat(32)));
    }
}
