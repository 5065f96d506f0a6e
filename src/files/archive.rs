//! 压缩包: merchants' downloads come as a .zip with one CSV inside, Alipay's with a second one of totals (汇总). What is inside
//! is read as if it had been unpacked; what cannot be told apart, is locked, or is too large is refused.

use crate::files::refusal::{FileReason, FileRefusal, quoted};
use std::borrow::Cow;
use std::io::{self, Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// How a .zip begins.
const MARK: &[u8] = b"PK\x03\x04";
/// Bytes of a packed file, which is held in memory: a year of one shop's payments packs into a few of these millions.
pub const PACKED_BYTES_MAX: u64 = 32 << 20;
/// Bytes of the file inside, whatever the archive says of it: a small archive can hold endless zeros. A year of 500,000
/// payments of 250 bytes fits.
pub const UNPACKED_BYTES_MAX: u64 = 128 << 20;
/// Files in an archive: a platform packs one or two.
const ENTRIES_MAX: usize = 20;
/// The name of Alipay's file of totals says so.
const TOTALS: &str = "汇总";

/// Gives the CSV of a .zip, or the reader from its beginning where it is none.
///
/// # Errors
/// `zip_encrypted`, `zip_entries`, `zip_too_large`, `zip_broken`; `file_is_spreadsheet`, for those are archives too;
/// `file_unreadable` where the reader fails.
pub fn unpacked(reader: impl Read + Send + 'static) -> Result<Box<dyn Read + Send>, FileRefusal> {
    unpack(reader, PACKED_BYTES_MAX, UNPACKED_BYTES_MAX)
}

fn unpack(
    mut reader: impl Read + Send + 'static,
    packed_max: u64,
    unpacked_max: u64,
) -> Result<Box<dyn Read + Send>, FileRefusal> {
    let mut head = Vec::new();
    reader.by_ref().take(count(MARK.len())).read_to_end(&mut head).map_err(|error| unreadable(&error))?;
    let whole = Cursor::new(head.clone()).chain(reader);
    if head != MARK {
        return Ok(Box::new(whole));
    }
    let packed = within(whole, packed_max).map_err(|error| unreadable(&error))?;
    let packed = packed.ok_or_else(|| too_large(packed_max))?;
    let mut archive = ZipArchive::new(Cursor::new(packed)).map_err(|error| broken(&error))?;
    let entry = choose(&archive)?;
    let inside = archive.by_index(entry).map_err(|error| broken(&error))?;
    let text = within(inside, unpacked_max).map_err(|error| broken(&ZipError::Io(error)))?;
    Ok(Box::new(Cursor::new(text.ok_or_else(|| too_large(unpacked_max))?)))
}

/// Everything that is to be read, unless it is more than `limit` bytes.
fn within(reader: impl Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((count(bytes.len()) <= limit).then_some(bytes))
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// The place of the one CSV that is not of totals.
fn choose(archive: &ZipArchive<Cursor<Vec<u8>>>) -> Result<usize, FileRefusal> {
    let mut found = Vec::new();
    for index in 0..archive.len().min(ENTRIES_MAX) {
        let entry = archive.by_index_data(index).map_err(|error| broken(&error))?;
        let name = name(entry.name_raw()).into_owned();
        if name == "[Content_Types].xml" {
            let text = "这是 Excel 工作簿，不是商户平台的压缩包。请用平台下载的原文件，或“另存为”CSV（UTF-8）后导入。";
            return Err(FileRefusal::one(FileReason::file("file_is_spreadsheet", text)));
        }
        if name.to_lowercase().ends_with(".csv") && !name.contains(TOTALS) {
            found.push((index, name, entry.encrypted()));
        } else if entry.encrypted() {
            return Err(locked());
        }
    }
    match &found[..] {
        [(_, _, true), ..] => Err(locked()),
        [(index, ..)] if archive.len() <= ENTRIES_MAX => Ok(*index),
        _ => {
            let names: Vec<String> = found.iter().map(|(_, name, _)| quoted(name)).collect();
            let names = if names.is_empty() { "没有".to_owned() } else { names.join("、") };
            let text = format_args!(
                "压缩包中应当正好有一个 CSV（汇总不算），最多 {ENTRIES_MAX} 个文件；其中的 CSV：{names}。请解压，再导入其中的明细。"
            );
            Err(FileRefusal::one(FileReason::file("zip_entries", text)))
        }
    }
}

/// An entry's name: older programs of this country write GBK and do not say so.
fn name(raw: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(raw) {
        Ok(name) => Cow::Borrowed(name),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(raw).0,
    }
}

fn locked() -> FileRefusal {
    let text = "压缩包有密码，程序不解密。请先用密码解压，再导入其中的 CSV。";
    FileRefusal::one(FileReason::file("zip_encrypted", text))
}

fn too_large(limit: u64) -> FileRefusal {
    let text = format_args!("压缩包或其中的文件超过 {} MiB。请按月下载，分几次导入。", limit >> 20);
    FileRefusal::one(FileReason::file("zip_too_large", text))
}

fn broken(error: &ZipError) -> FileRefusal {
    let text = format_args!("压缩包打不开（{error}）。请重新下载，或解压后导入其中的 CSV。");
    FileRefusal::one(FileReason::file("zip_broken", text))
}

fn unreadable(error: &io::Error) -> FileRefusal {
    let text = format_args!("文件读不出来（{error}）。请检查文件和磁盘后重试。");
    FileRefusal::one(FileReason::file("file_unreadable", text))
}

#[cfg(test)]
mod tests;
