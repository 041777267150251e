//! Reads what a file of Word says.

use std::io::{Cursor, Read};

/// A part of a file of Word as it stands.
pub fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The words of a file of Word, without its marks of form.
pub fn words(bytes: &[u8]) -> String {
    let xml = part(bytes, "word/document.xml");
    let mut text = String::new();
    for piece in xml.split('<') {
        if let Some((mark, words)) = piece.split_once('>') {
            if mark == "w:p" || mark.starts_with("w:p ") {
                text.push('\n');
            }
            text.push_str(words);
        }
    }
    text
}
