//! Refuses what is too large, encrypted, broken, a bomb or no workbook or document, before any library opens it (TRUST: import).

use std::io::{Cursor, Read};

use domain::refusal::Refusal;
use zip::ZipArchive;

/// Largest file, bytes.
const LARGEST: usize = 20 * 1024 * 1024;
/// Most entries in the archive.
const MOST_ENTRIES: usize = 2_000;
/// Most bytes unpacked.
const MOST_UNPACKED: u64 = 200 * 1024 * 1024;
/// Most bytes unpacked per byte packed.
const MOST_RATIO: u64 = 100;
/// Most bytes of a part that the library holds whole: shared strings, styles, the list of sheets.
const MOST_HELD: u64 = 16 * 1024 * 1024;
/// Longest text between two tags of a sheet, bytes: a cell holds 32 767 characters, each at most six bytes as an entity.
const LONGEST_TEXT: usize = 256 * 1024;
/// Most merged ranges, which the library holds whole as well.
const MOST_MERGES: usize = 200_000;

/// What a sheet's XML would take to read, seen while it streams by.
#[derive(Default)]
struct Shape {
    text: usize,
    matched: usize,
    merges: usize,
}

impl Shape {
    const MERGE: &[u8] = b"<mergeCell ";

    /// False when a text or the list of merged ranges is too long to be read.
    fn see(&mut self, bytes: &[u8]) -> bool {
        for b in bytes {
            self.text = if *b == b'<' { 0 } else { self.text + 1 };
            self.matched = if *b == Self::MERGE[self.matched] { self.matched + 1 } else { usize::from(*b == b'<') };
            if self.matched == Self::MERGE.len() {
                self.merges += 1;
                self.matched = 0;
            }
            if self.text > LONGEST_TEXT || self.merges > MOST_MERGES {
                return false;
            }
        }
        true
    }
}

/// What a file is expected to be.
struct Expected {
    /// The part without which it is none.
    part: &'static str,
    /// Said where it is something else.
    otherwise: &'static str,
    /// Said where a part that is held whole is too large.
    too_much: &'static str,
}

const WORKBOOK: Expected =
    Expected { part: "xl/workbook.xml", otherwise: "file-not-xlsx", too_much: "file-too-many-cells" };
const DOCUMENT: Expected =
    Expected { part: "[Content_Types].xml", otherwise: "file-not-docx", too_much: "file-too-large" };

fn refuse(code: &str) -> Refusal {
    Refusal::field("/file", code)
}

/// Checks the bytes of an xlsx by unpacking it once and counting what really comes out.
///
/// Errors: `content` at /file with `file-too-large`, `file-encrypted`, `file-old-format`, `file-not-xlsx`, `file-broken` or `file-bomb`.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refusal> {
    unpack(bytes, &WORKBOOK)
}

/// The same for a docx; what kind of package it is, its parts say.
///
/// Errors: `content` at /file with `file-too-large`, `file-encrypted`, `file-old-format`, `file-not-docx`, `file-broken` or `file-bomb`.
pub(super) fn check_document(bytes: &[u8]) -> Result<(), Refusal> {
    unpack(bytes, &DOCUMENT)
}

fn unpack(bytes: &[u8], expected: &Expected) -> Result<(), Refusal> {
    if bytes.len() > LARGEST {
        return Err(refuse("file-too-large"));
    }
    // An OLE container is an encrypted workbook or one of the old format; its directory names its streams in UTF-16.
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_encrypted = bytes.windows(name.len()).any(|part| part == name.as_slice());
        return Err(refuse(if is_encrypted { "file-encrypted" } else { "file-old-format" }));
    }
    if !bytes.starts_with(b"PK\x03\x04") {
        return Err(refuse(expected.otherwise));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| refuse("file-broken"))?;
    if archive.len() > MOST_ENTRIES {
        return Err(refuse("file-bomb"));
    }
    let limit = MOST_UNPACKED.min((bytes.len() as u64).saturating_mul(MOST_RATIO));
    let mut unpacked = 0u64;
    let mut has_part = false;
    let mut buffer = vec![0u8; 64 * 1024];
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).map_err(|_| refuse("file-broken"))?;
        if entry.encrypted() {
            return Err(refuse("file-encrypted"));
        }
        let is_sheet = entry.name().is_ok_and(|name| name.starts_with("xl/worksheets/"));
        let is_held = !is_sheet && entry.name().is_ok_and(|name| name.ends_with(".xml") || name.ends_with(".rels"));
        let mut held = 0u64;
        let mut shape = Shape::default();
        has_part |= entry.name().is_ok_and(|name| name == expected.part);
        loop {
            let n = entry.read(&mut buffer).map_err(|_| refuse("file-broken"))?;
            if n == 0 {
                break;
            }
            unpacked += n as u64;
            held += n as u64;
            if is_sheet && !shape.see(&buffer[..n]) {
                return Err(refuse("file-bomb"));
            }
            if is_held && held > MOST_HELD {
                return Err(refuse(expected.too_much));
            }
            if unpacked > limit {
                return Err(refuse("file-bomb"));
            }
        }
    }
    if has_part { Ok(()) } else { Err(refuse(expected.otherwise)) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    fn code(bytes: &[u8]) -> String {
        check(bytes).unwrap_err().errors[0].code.clone()
    }

    fn archive(entries: &[(&str, usize)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, size) in entries {
            let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
            writer.start_file(*name, options).unwrap();
            writer.write_all(&vec![b'0'; *size]).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn what_is_no_workbook_is_named() {
        assert_eq!(code(b"hello"), "file-not-xlsx");
        let ole = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
        assert_eq!(code(&[&ole[..], &[0; 600]].concat()), "file-old-format");
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(code(&[&ole[..], &[0; 600], &name].concat()), "file-encrypted");
        assert_eq!(code(b"PK\x03\x04rest"), "file-broken");
        assert_eq!(code(&archive(&[("word/document.xml", 10)])), "file-not-xlsx");
        assert_eq!(code(&vec![0; LARGEST + 1]), "file-too-large");
    }

    #[test]
    fn a_bomb_is_stopped_while_it_unpacks() {
        let bomb = archive(&[("xl/workbook.xml", 10), ("xl/worksheets/sheet1.xml", 30_000_000)]);
        assert!(bomb.len() < 100_000, "thirty megabytes of one character pack well");
        assert_eq!(code(&bomb), "file-bomb");
        let names: Vec<String> = (0..MOST_ENTRIES + 1).map(|i| format!("e{i}")).collect();
        let many: Vec<(&str, usize)> = names.iter().map(|n| (n.as_str(), 1)).collect();
        assert_eq!(code(&archive(&many)), "file-bomb");
    }
}
