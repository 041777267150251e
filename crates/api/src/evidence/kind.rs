//! What a file is: by its first bytes, then by its structure to the last. A file that is two things at once is neither.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// How far from its end a PDF may close, bytes (ISO 32000-1, annex H).
const PDF_TAIL: u64 = 1024;

/// The media type of a received file; none when it is not one we take, or not wholly that.
pub(super) fn media_type(path: &Path, filename: &str) -> Option<&'static str> {
    let mut file = File::open(path).ok()?;
    let mut head = vec![0; 8192];
    let n = file.read(&mut head).ok()?;
    head.truncate(n);
    let ends = |suffix: &str| filename.to_lowercase().ends_with(suffix);
    match infer::get(&head).map(|t| t.mime_type()) {
        Some("application/pdf") => has_at_end(&mut file, b"%%EOF", PDF_TAIL).then_some("application/pdf"),
        // The last chunk of a PNG has a length, its name and a fixed checksum; nothing follows.
        Some("image/png") => tail(&mut file, 8).is_some_and(|t| t == b"IEND\xaeB\x60\x82").then_some("image/png"),
        Some("image/jpeg") => tail(&mut file, 2).is_some_and(|t| t == b"\xff\xd9").then_some("image/jpeg"),
        Some(DOCX) => is_office(file, "word/document.xml").then_some(DOCX),
        Some(XLSX) => is_office(file, "xl/workbook.xml").then_some(XLSX),
        Some("application/zip") if ends(".docx") => is_office(file, "word/document.xml").then_some(DOCX),
        Some("application/zip") if ends(".xlsx") => is_office(file, "xl/workbook.xml").then_some(XLSX),
        None if ends(".txt") => is_plain(file).then_some("text/plain"),
        _ => None,
    }
}

fn tail(file: &mut File, n: u64) -> Option<Vec<u8>> {
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(n))).ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn has_at_end(file: &mut File, mark: &[u8], within: u64) -> bool {
    tail(file, within).is_some_and(|bytes| bytes.windows(mark.len()).any(|w| w == mark))
}

/// An office document with its main part, its list of types and no program inside.
fn is_office(file: File, part: &str) -> bool {
    let Ok(archive) = zip::ZipArchive::new(file) else { return false };
    let Ok(names) = archive.file_names().collect::<Result<Vec<_>, _>>() else { return false };
    [part, "[Content_Types].xml"].iter().all(|wanted| names.iter().any(|n| n == wanted))
        && !names.iter().any(|n| n.to_ascii_lowercase().ends_with("vbaproject.bin"))
        && archive.offset() == 0
}

/// Text in UTF-8 from beginning to end, without control characters other than line ends and tabs.
fn is_plain(mut file: File) -> bool {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).is_ok()
        && file.read_to_string(&mut text).is_ok()
        && !text.trim_start().starts_with('<')
        && text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn told(bytes: &[u8], filename: &str) -> Option<&'static str> {
        let path = std::env::temp_dir().join(format!("bihuan-kind-{}", uuid::Uuid::now_v7()));
        std::fs::write(&path, bytes).unwrap();
        let kind = media_type(&path, filename);
        std::fs::remove_file(path).unwrap();
        kind
    }

    fn zip(parts: &[&str]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for part in parts {
            writer.start_file(*part, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(b"<x/>").unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x00IEND\xaeB\x60\x82";

    #[test]
    fn files_are_told_by_what_they_are() {
        assert_eq!(told(b"%PDF-1.7 x\n%%EOF\n", "a.exe"), Some("application/pdf"));
        assert_eq!(told(b"MZ\x90\x00", "a.pdf"), None);
        assert_eq!(told(b"<html><script>", "a.txt"), None, "a page is a page whatever its name");
        assert_eq!(told("记录".as_bytes(), "a.txt"), Some("text/plain"));
        assert_eq!(told("记录".as_bytes(), "a.pdf"), None);
        assert_eq!(told(PNG, "a.png"), Some("image/png"));
        assert_eq!(told(b"\xff\xd8\xff\xe0 x \xff\xd9", "a.jpg"), Some("image/jpeg"));
        assert_eq!(told(&zip(&["[Content_Types].xml", "word/document.xml"]), "a.docx"), Some(DOCX));
        assert_eq!(told(&zip(&["[Content_Types].xml", "xl/workbook.xml"]), "a.xlsx"), Some(XLSX));
    }

    #[test]
    fn a_file_that_is_two_things_is_neither() {
        let both = [PNG, &zip(&["[Content_Types].xml", "word/document.xml"])].concat();
        assert_eq!(told(&both, "a.png"), None, "an archive behind a picture");
        assert_eq!(told(b"%PDF-1.7\n<html>", "a.pdf"), None, "no PDF to its end");
        assert_eq!(told(b"\xff\xd8\xff\xe0 x \xff\xd9<?php", "a.jpg"), None);
        let text = ["记录".as_bytes(), &[0, 1, 2]].concat();
        assert_eq!(told(&text, "a.txt"), None);
        assert_eq!(told(&zip(&["a.class"]), "a.docx"), None, "any archive with an office name");
        let program = zip(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]);
        assert_eq!(told(&program, "a.docx"), None, "a document with a program inside");
        let hidden = [b"MZ\x90\x00".as_slice(), &zip(&["[Content_Types].xml", "word/document.xml"])].concat();
        assert_eq!(told(&hidden, "a.docx"), None, "an archive behind a program");
    }
}
