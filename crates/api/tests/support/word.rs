//! Reads what a file of Word says.

use std::io::{Cursor, Read, Write};

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

/// The same file with words replaced in its document.
pub fn changed(bytes: &[u8], from: &str, to: &str) -> &'static [u8] {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut made = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).unwrap();
        let (name, mut body) = (entry.name().unwrap().into_owned(), Vec::new());
        entry.read_to_end(&mut body).unwrap();
        if name == "word/document.xml" {
            let text = String::from_utf8(body).unwrap();
            assert!(text.contains(from), "{from} is not in the template");
            body = text.replace(from, to).into_bytes();
        }
        made.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        made.write_all(&body).unwrap();
    }
    made.finish().unwrap().into_inner().leak()
}
