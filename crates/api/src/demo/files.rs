//! Evidence and scans of the story: small real PDF and PNG files, each with its own content, kept as an upload would be.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use persistence::blobs::StoredBlob;

use crate::{evidence, tokens};

/// A page of A4 with a title and lines of text, in the font every reader of Chinese documents brings along.
pub(super) fn pdf(title: &str, lines: &[String]) -> Vec<u8> {
    let mut page = String::new();
    let mut line = |x: u32, y: u32, size: u32, text: &str| {
        let hex: String = text.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
        let _ = writeln!(page, "BT /F1 {size} Tf {x} {y} Td <{hex}> Tj ET");
    };
    line(72, 760, 18, title);
    let rows = lines.iter().flat_map(|text| rows(text, 34));
    for (i, row) in rows.take(30).enumerate() {
        line(72, 716 - 22 * u32::try_from(i).unwrap_or(0), 12, &row);
    }
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}endstream", page.len()),
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>"
            .to_owned(),
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light \
         /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 /FontDescriptor 7 0 R >>"
            .to_owned(),
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 \
         /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
            .to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", i + 1);
    }
    let table = file.len();
    let _ = write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        let _ = writeln!(file, "{place:010} 00000 n ");
    }
    let _ = write!(file, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1);
    file.into_bytes()
}

fn rows(text: &str, width: usize) -> Vec<String> {
    let all: Vec<char> = text.chars().collect();
    all.chunks(width).map(|row| row.iter().collect()).collect()
}

/// Width and height of a chart in pixels.
const SIZE: (u32, u32) = (240, 136);

/// A bar chart of these values, four colours: ground, axis, bar, the last bar.
pub(super) fn chart(values: &[u32]) -> Vec<u8> {
    let (width, height) = SIZE;
    let most = values.iter().copied().max().unwrap_or(1).max(1);
    let step = (width - 24) / u32::try_from(values.len().max(1)).unwrap_or(1);
    let colour = |x: u32, y: u32| -> u8 {
        if x < 16 || y >= height - 12 {
            return u8::from(x == 15 && y < height - 12 || y == height - 12 && x >= 15);
        }
        let i = usize::try_from((x - 16) / step.max(1)).unwrap_or(0);
        let is_gap = (x - 16) % step.max(1) < step / 4;
        match values.get(i) {
            Some(value) if !is_gap && height - 12 - y <= value * (height - 24) / most => {
                if i + 1 == values.len() {
                    3
                } else {
                    2
                }
            }
            _ => 0,
        }
    };
    let mut pixels = Vec::new();
    for y in 0..height {
        pixels.push(0);
        for x in (0..width).step_by(4) {
            pixels.push((0..4).fold(0, |byte, i| byte << 2 | colour(x + i, y)));
        }
    }
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = Vec::new();
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    // Two bits a pixel, by palette.
    head.extend([2, 3, 0, 0, 0]);
    chunk(&mut file, b"IHDR", &head);
    chunk(&mut file, b"PLTE", &[255, 255, 255, 96, 104, 112, 120, 152, 190, 28, 76, 140]);
    chunk(&mut file, b"IDAT", &stored(&pixels));
    chunk(&mut file, b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], body: &[u8]) {
    file.extend(u32::try_from(body.len()).unwrap_or(0).to_be_bytes());
    let mut covered = kind.to_vec();
    covered.extend(body);
    file.extend(&covered);
    file.extend(crc(&covered).to_be_bytes());
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

/// A zlib stream of one stored block, for less than 64 KiB.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(bytes);
    let (a, b) = bytes.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    stream.extend((b << 16 | a).to_be_bytes());
    stream
}

/// Puts a file under its digest, where a download looks for it.
///
/// Errors: those of the disk, with the path.
pub(super) fn keep(folder: &Path, bytes: &[u8], media_type: &str) -> Result<StoredBlob, String> {
    let sha256 = tokens::digest(bytes);
    let target = evidence::blob_path(folder, &sha256);
    let said = |e: std::io::Error| format!("{}: {e}", target.display());
    if let Some(parent) = target.parent() {
        std::fs::create_dir_all(parent).map_err(said)?;
    }
    let mut file = std::fs::File::create(&target).map_err(said)?;
    file.write_all(bytes).map_err(said)?;
    file.sync_all().map_err(said)?;
    Ok(StoredBlob { sha256, size: i64::try_from(bytes.len()).unwrap_or(i64::MAX), media_type: media_type.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_definitions() {
        // The check values that the definitions of both sums give.
        assert_eq!(crc(b"123456789"), 0xCBF4_3926);
        let stream = stored(b"Wikipedia");
        assert_eq!(stream[stream.len() - 4..], 0x11E6_0398_u32.to_be_bytes());
    }

    #[test]
    fn files_are_what_they_say_and_differ_with_their_content() {
        let one = pdf("督办台账", &["收录 48 项".to_owned()]);
        assert_eq!(infer::get(&one).map(|t| t.mime_type()), Some("application/pdf"));
        assert_ne!(one, pdf("督办台账", &["收录 57 项".to_owned()]));
        let place: usize = {
            let text = String::from_utf8(one.clone()).unwrap();
            text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap()
        };
        assert_eq!(&one[place..place + 4], b"xref");
        let picture = chart(&[3, 5, 9]);
        assert_eq!(infer::get(&picture).map(|t| t.mime_type()), Some("image/png"));
        assert_ne!(picture, chart(&[3, 5, 8]));
    }
}
