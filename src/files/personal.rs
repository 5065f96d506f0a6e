//! 个人账单: the bills that WeChat and Alipay give to consumers. A shop that has one collects by somebody's own code, which
//! is forbidden for collective money (农村集体经济组织法 §44); such a file is a finding, never shop days.

use crate::files::cell;
use crate::files::encoding::CHUNK_BYTES;
use crate::files::refusal::{FileReason, FileRefusal};
use crate::files::table::{Row, Table};
use std::io::{Cursor, Read};

/// Rows looked through: Alipay prints two dozen lines of notes above the header.
const ROWS_MAX: u32 = 60;

/// Gives the reader back, from its beginning, unless it is a consumer's bill.
///
/// # Errors
/// `personal_bill`; `file_unreadable` where the reader fails.
pub fn refuse_personal<R: Read>(mut reader: R) -> Result<impl Read + use<R>, FileRefusal> {
    let mut head = Vec::new();
    // A whole chunk, so that a character cut in two by its end is not taken for a wrong one.
    let limit = u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX);
    reader.by_ref().take(limit).read_to_end(&mut head).map_err(|error| {
        let text = format_args!("文件读不出来（{error}）。请检查文件和磁盘后重试。");
        FileRefusal::one(FileReason::file("file_unreadable", text))
    })?;
    if let Some(row) = personal_header(&head) {
        let text = "这是个人的微信或支付宝账单。集体资金不得用个人账户收取（农村集体经济组织法第四十四条）。\
                    请停用个人收款码，把已收的钱交回集体账户并逐笔登记；商户收款请到商户平台下载账单后导入。";
        return Err(FileRefusal::one(FileReason::row(row, "personal_bill", text)));
    }
    Ok(Cursor::new(head).chain(reader))
}

/// The row of a consumer's header: both platforms name the other party and say 收/支, and no merchant file does.
fn personal_header(head: &[u8]) -> Option<u32> {
    [b',', b'\t', b';', b'|'].into_iter().find_map(|delimiter| header_under(head, delimiter))
}

fn header_under(head: &[u8], delimiter: u8) -> Option<u32> {
    let mut table = Table::new(head, |_| delimiter).ok()?;
    let mut row = Row::default();
    while row.number < ROWS_MAX && table.read(&mut row).ok()? {
        let has = |name: &str| row.cells().any(|cell| cell::plain_name(cell) == name);
        if has("收/支") && has("交易对方") {
            return Some(row.number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consumer_bills_are_recognised_however_long_their_notes() {
        let wechat = format!("微信支付账单明细,,,\n{}交易时间,交易类型,交易对方,商品,收/支,金额(元)\n", "说明,,,\n".repeat(15));
        let alipay =
            format!("-----\n{}交易时间   ,交易分类  ,交易对方  ,对方账号 ,商品说明 ,收/支  ,金额 \n", "特别提示：,\n".repeat(23));
        let gb = encoding_rs::GB18030.encode(&alipay).0;
        let (tabs, semicolons) = (wechat.replace(',', "\t"), wechat.replace(',', ";"));
        let spaced = wechat.replace("收/支", "收 ／支");
        let quoted = wechat.replace("交易对方", "\"交易对方\"");
        let others = [&tabs, &semicolons, &spaced, &quoted].map(|text| (text.as_bytes(), 17));
        let all = [(wechat.as_bytes(), 17), (alipay.as_bytes(), 25), (&gb[..], 25)].into_iter().chain(others);
        for (bytes, row) in all {
            let refusal = refuse_personal(bytes).err().expect("a personal bill");
            assert_eq!((refusal.reasons[0].code, refusal.reasons[0].row), ("personal_bill", Some(row)));
        }
    }

    #[test]
    fn other_files_are_read_whole() {
        // A chunk ends in the middle of a character.
        for text in ["交易时间,商户号\n".to_owned(), format!("a{}", "账单,\n".repeat(CHUNK_BYTES))] {
            let mut read = String::new();
            refuse_personal(text.as_bytes()).expect("not personal").read_to_string(&mut read).expect("text");
            assert!(read == text);
        }
    }
}
