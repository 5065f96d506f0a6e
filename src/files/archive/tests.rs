use super::*;
use std::io::Write as _;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// An archive of these files. Names are ASCII, for the writer would mark others as UTF-8.
fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, SimpleFileOptions::default()).expect("begun");
        writer.write_all(bytes).expect("written");
    }
    writer.finish().expect("finished").into_inner()
}

/// Writes over every place where these bytes stand.
fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> = (0..bytes.len().saturating_sub(from.len())).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!places.is_empty(), "nothing to write over");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

/// Sets the bit that says an entry is encrypted, in its own header and in the directory's.
fn encrypted(mut bytes: Vec<u8>) -> Vec<u8> {
    for (mark, flags) in [(&b"PK\x03\x04"[..], 6), (b"PK\x01\x02", 8)] {
        let places: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..].starts_with(mark)).collect();
        places.into_iter().for_each(|at| bytes[at + flags] |= 1);
    }
    bytes
}

/// Bytes that an archive, and the file inside, may have in these tests.
const MAX: usize = 4_000;

fn read(bytes: Vec<u8>) -> Result<Vec<u8>, &'static str> {
    let (mut text, max) = (Vec::new(), count(MAX));
    let mut reader = unpack(Cursor::new(bytes), max, max).map_err(|refusal| refusal.reasons[0].code)?;
    reader.read_to_end(&mut text).expect("read");
    Ok(text)
}

#[test]
fn the_file_of_payments_comes_out_of_the_archive() {
    let csv = "交易时间,金额\n".repeat(9);
    assert_eq!(read(packed(&[("bill.CSV", csv.as_bytes())])), Ok(csv.clone().into()));
    // Alipay's: two files, their names in GBK without a mark.
    let alipay = packed(&[("20250105AAAA.csv", b"totals"), ("20250105BBBB.csv", csv.as_bytes()), ("20250105CC.txt", b"?")]);
    let gbk = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let alipay = patched(patched(alipay, b"AAAA", &gbk("汇总")), b"BBBB", &gbk("明细"));
    assert_eq!(read(alipay), Ok(csv.into()));
}

#[test]
fn other_files_are_given_back_whole() {
    for bytes in [b"".to_vec(), b"PK".to_vec(), b"a,b\n1,2\n".to_vec(), packed(&[])] {
        assert_eq!(read(bytes.clone()), Ok(bytes));
    }
}

#[test]
fn archives_are_refused_with_their_reason() {
    let csv: (&str, &[u8]) = ("a.csv", b"a,b\n");
    let many: Vec<String> = (0..21).map(|number| format!("{number}.txt")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).chain([csv]).collect();
    let mut cut = packed(&[csv]);
    cut.truncate(cut.len() - 10);
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("a.csv", stored).expect("begun");
    writer.write_all(b"1,2\n").expect("written");
    let changed = patched(writer.finish().expect("finished").into_inner(), b"1,2\n", b"1,3\n");
    for (bytes, code) in [
        (packed(&[("a.txt", b"")]), "zip_entries"),
        (packed(&[csv, ("b.csv", b"")]), "zip_entries"),
        (packed(&many), "zip_entries"),
        (encrypted(packed(&[csv])), "zip_encrypted"),
        (encrypted(packed(&[("a.xlsx", b"")])), "zip_encrypted"),
        (packed(&[("[Content_Types].xml", b""), csv]), "file_is_spreadsheet"),
        (packed(&[("a.csv", &[0; MAX + 1])]), "zip_too_large"),
        ([MARK, &[0; MAX]].concat(), "zip_too_large"),
        (cut, "zip_broken"),
        (changed, "zip_broken"),
        (b"PK\x03\x04".to_vec(), "zip_broken"),
    ] {
        assert_eq!(read(bytes), Err(code));
    }
    assert_eq!(read(packed(&[("a.csv", &[0; MAX])])).map(|text| text.len()), Ok(MAX));
}
