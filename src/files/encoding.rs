//! 编码: bytes of a file become text, a chunk at a time. UTF-8 (with or without a mark), GB 18030, and UTF-16 with
//! a mark, as spreadsheets of the last thirty years wrote them.
//!
//! ASCII is the same in UTF-8 and GB 18030, so the choice waits for other characters. GB 18030 text of any length is never
//! valid UTF-8 by chance, but two or three characters can be (小 is), so nothing is handed out before enough were seen. What
//! is neither valid UTF-8 nor unlike it (UTF-8 cut inside a character, two files joined) is refused: read as GB 18030 it
//! would become other characters, and nobody would be told.

use std::io::{self, Read};

/// Bytes read at a time. Memory per file is a small multiple of this.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// So many valid multi-byte characters before the first wrong byte mean UTF-8 with a wrong byte, not GB 18030:
/// a GB 18030 pair looks like a UTF-8 pair about one time in seven, eight in a row one time in millions.
const SURE_CHARACTERS: usize = 8;
/// Bytes looked at before a file with fewer characters than that is taken for UTF-8.
const DECIDE_BYTES_MAX: usize = 1 << 20;
/// A stretch of so many bytes that is nothing but three-byte UTF-8 is no GB 18030: its first bytes would all be of rare
/// characters.
const FOREIGN_BYTES: usize = 12;

/// What a file turned out to be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// With or without a mark.
    Utf8,
    /// And with it GBK and GB 2312.
    Gb18030,
    /// Either byte order, by its mark.
    Utf16,
}

/// Why a file cannot be read as text.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// The reader failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The byte at this offset, counted from 0, belongs to no character of the file's encoding.
    #[error("byte {offset} is no text in {encoding:?}")]
    Malformed {
        /// From the beginning of the file.
        offset: u64,
        /// What the file was taken for.
        encoding: Encoding,
    },
    /// The file starts like a spreadsheet's own format (xlsx, xls), which is not text.
    #[error("a spreadsheet file, not text")]
    Spreadsheet,
}

enum Mode {
    /// Only ASCII, or next to nothing else, so far.
    Undecided,
    Utf8,
    Decoder(Box<encoding_rs::Decoder>, Encoding),
}

/// Decodes a reader chunk by chunk.
pub struct Text<R> {
    inner: R,
    /// Bytes not yet decoded: what the last chunk left over, then the new chunk.
    raw: Vec<u8>,
    /// Offset in the file of `raw[0]`.
    base: u64,
    mode: Mode,
    /// Found after good text that is handed out first.
    failed: Option<TextError>,
    ended: bool,
}

impl<R: Read> Text<R> {
    /// Reads nothing yet.
    pub fn new(inner: R) -> Text<R> {
        Text { inner, raw: Vec::new(), base: 0, mode: Mode::Undecided, failed: None, ended: false }
    }

    /// What the file is written in, as far as it has been read. A file of ASCII alone is UTF-8.
    pub fn encoding(&self) -> Encoding {
        match &self.mode {
            Mode::Undecided | Mode::Utf8 => Encoding::Utf8,
            Mode::Decoder(_, encoding) => *encoding,
        }
    }

    /// Appends the next chunk's text; `false` at the end of the file. Text before a wrong byte is handed out first.
    pub fn read_into(&mut self, out: &mut String) -> Result<bool, TextError> {
        if let Some(error) = self.failed.take() {
            self.ended = true;
            return Err(error);
        }
        if self.ended {
            return Ok(false);
        }
        let last = match self.next_chunk() {
            Ok(last) => last,
            Err(error) => {
                self.ended = true;
                return Err(error);
            }
        };
        match &mut self.mode {
            Mode::Undecided | Mode::Utf8 => self.take_utf8(last, out),
            Mode::Decoder(..) => self.take_decoded(last, out),
        }
        self.ended |= last && self.failed.is_none();
        Ok(true)
    }

    /// Reads a chunk, and further ones while it is open what they are written in; `true` at the end of the file.
    fn next_chunk(&mut self) -> Result<bool, TextError> {
        loop {
            let last = self.fill()?;
            self.decide(last)?;
            let open = matches!(self.mode, Mode::Undecided) && !self.raw.is_ascii();
            if !open || last {
                return Ok(last);
            }
            if self.raw.len() >= DECIDE_BYTES_MAX {
                self.mode = Mode::Utf8;
            }
        }
    }

    /// Reads until a chunk is full; `true` at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        let mut length = self.raw.len();
        self.raw.resize(length + CHUNK_BYTES, 0);
        let last = loop {
            if length == self.raw.len() {
                break false;
            }
            match self.inner.read(&mut self.raw[length..]) {
                Ok(0) => break true,
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        self.raw.truncate(length);
        Ok(last)
    }

    fn decide(&mut self, last: bool) -> Result<(), TextError> {
        if self.base == 0 && matches!(self.mode, Mode::Undecided) {
            self.look_for_mark()?;
        }
        if !matches!(self.mode, Mode::Undecided) {
            return Ok(());
        }
        match std::str::from_utf8(&self.raw) {
            Ok(text) => self.sure_after(text.len()),
            Err(error) if error.error_len().is_none() && !last => self.sure_after(error.valid_up_to()),
            Err(error) => {
                self.sure_after(error.valid_up_to());
                if matches!(self.mode, Mode::Undecided) {
                    if is_broken_utf8(&self.raw) {
                        self.mode = Mode::Utf8;
                    } else {
                        self.decode_as(encoding_rs::GB18030, Encoding::Gb18030);
                    }
                }
            }
        }
        Ok(())
    }

    /// Settles on UTF-8 when enough characters before `end` are beyond ASCII.
    fn sure_after(&mut self, end: usize) {
        // Continuation bytes are not counted: one lead byte a character.
        let beyond = self.raw[..end].iter().filter(|byte| **byte >= 0xC0).count();
        if beyond >= SURE_CHARACTERS {
            self.mode = Mode::Utf8;
        }
    }

    fn look_for_mark(&mut self) -> Result<(), TextError> {
        if self.raw.starts_with(b"PK\x03\x04") || self.raw.starts_with(b"\xD0\xCF\x11\xE0") {
            return Err(TextError::Spreadsheet);
        }
        let mark = if self.raw.starts_with(b"\xEF\xBB\xBF") {
            self.mode = Mode::Utf8;
            3
        } else if self.raw.starts_with(b"\xFF\xFE") {
            self.decode_as(encoding_rs::UTF_16LE, Encoding::Utf16);
            2
        } else if self.raw.starts_with(b"\xFE\xFF") {
            self.decode_as(encoding_rs::UTF_16BE, Encoding::Utf16);
            2
        } else if self.raw.starts_with(b"\x84\x31\x95\x33") {
            self.decode_as(encoding_rs::GB18030, Encoding::Gb18030);
            4
        } else {
            0
        };
        self.raw.drain(..mark);
        self.base = u64::try_from(mark).unwrap_or(0);
        Ok(())
    }

    fn decode_as(&mut self, encoding: &'static encoding_rs::Encoding, name: Encoding) {
        self.mode = Mode::Decoder(Box::new(encoding.new_decoder_without_bom_handling()), name);
    }

    fn take_utf8(&mut self, last: bool, out: &mut String) {
        let (valid, wrong) = match std::str::from_utf8(&self.raw) {
            Ok(text) => (text, false),
            Err(error) => {
                let (valid, _) = self.raw.split_at(error.valid_up_to());
                let text = std::str::from_utf8(valid).unwrap_or_default();
                (text, last || error.error_len().is_some())
            }
        };
        out.push_str(valid);
        let taken = valid.len();
        if wrong {
            self.failed = Some(TextError::Malformed { offset: self.offset(taken), encoding: Encoding::Utf8 });
        }
        self.base = self.offset(taken);
        self.raw.drain(..taken);
    }

    fn take_decoded(&mut self, last: bool, out: &mut String) {
        let Mode::Decoder(decoder, encoding) = &mut self.mode else {
            return;
        };
        let foreign = (*encoding == Encoding::Gb18030).then(|| foreign_stretch(&self.raw)).flatten();
        let room = decoder.max_utf8_buffer_length_without_replacement(self.raw.len()).unwrap_or(self.raw.len() * 4);
        out.reserve(room);
        let (result, read) = decoder.decode_to_string_without_replacement(&self.raw, out, last);
        if let Some(at) = foreign {
            self.failed = Some(TextError::Malformed { offset: self.base + u64::try_from(at).unwrap_or(0), encoding: *encoding });
        } else if let encoding_rs::DecoderResult::Malformed(wrong, after) = result {
            let back = u64::from(wrong) + u64::from(after);
            let offset = (self.base + u64::try_from(read).unwrap_or(0)).saturating_sub(back);
            self.failed = Some(TextError::Malformed { offset, encoding: *encoding });
        }
        self.base = self.offset(self.raw.len());
        self.raw.clear();
    }

    fn offset(&self, within: usize) -> u64 {
        self.base.saturating_add(u64::try_from(within).unwrap_or(0))
    }
}

/// The length of a three-byte UTF-8 character, and of what is left of one that was cut, at the start of some bytes.
fn three_bytes(bytes: &[u8]) -> (bool, usize) {
    let [0xE0..=0xEF, rest @ ..] = bytes else { return (false, 0) };
    let whole = bytes.get(..3).is_some_and(|bytes| std::str::from_utf8(bytes).is_ok());
    let more = rest.iter().take(2).take_while(|byte| matches!(byte, 0x80..=0xBF)).count();
    (whole, 1 + more)
}

/// Whether bytes that are no UTF-8 are nearly that: most of what is beyond ASCII is three-byte characters of UTF-8, as Chinese
/// has them, or nothing but a cut one that GB 2312 does not know either.
fn is_broken_utf8(bytes: &[u8]) -> bool {
    let (mut at, mut whole, mut cut, mut other) = (0, 0_usize, 0_usize, 0_usize);
    let mut rare = true;
    while let Some(byte) = bytes.get(at) {
        if byte.is_ascii() {
            at += 1;
            continue;
        }
        match three_bytes(&bytes[at..]) {
            (true, length) => {
                whole += length;
                at += length;
            }
            (false, length) if length == 2 => {
                cut += length;
                rare &= bytes[at + 1] <= 0xA0;
                at += length;
            }
            _ => {
                other += 1;
                at += 1;
            }
        }
    }
    if whole > 0 { whole >= other } else { other == 0 && cut > 0 && rare }
}

/// Where text of [`FOREIGN_BYTES`] or more stands between ASCII that is three-byte UTF-8 from end to end.
fn foreign_stretch(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(|byte| !byte.is_ascii()).map(|found| at + found) {
        let end = bytes[start..].iter().position(u8::is_ascii).map_or(bytes.len(), |found| start + found);
        let stretch = &bytes[start..end];
        let foreign = stretch.len() >= FOREIGN_BYTES
            && stretch.len().is_multiple_of(3)
            && stretch.chunks(3).all(|three| three_bytes(three).0);
        if foreign {
            return Some(start);
        }
        at = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives out one byte at a time: the worst a pipe can do.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            buffer[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn decode(bytes: &[u8]) -> (String, Encoding, Option<u64>) {
        let mut text = Text::new(Drip(bytes));
        let (mut out, mut wrong) = (String::new(), None);
        loop {
            match text.read_into(&mut out) {
                Ok(true) => {}
                Ok(false) => return (out, text.encoding(), wrong),
                Err(TextError::Malformed { offset, .. }) => wrong = Some(offset),
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn gb(text: &str) -> Vec<u8> {
        encoding_rs::GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn every_encoding_of_a_county_office_is_recognised() {
        let utf16 = |text: &str, big: bool| {
            let mut bytes = if big { vec![0xFE, 0xFF] } else { vec![0xFF, 0xFE] };
            bytes.extend(text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }));
            bytes
        };
        let long = format!("{}祐溪街道", "a,".repeat(CHUNK_BYTES));
        let text = "凭证号,日期,社区\n1,祐溪街道,𠮷";
        let cases: Vec<(&str, Vec<u8>, &str, Encoding)> = vec![
            ("empty", vec![], "", Encoding::Utf8),
            ("ascii", b"a,b".to_vec(), "a,b", Encoding::Utf8),
            ("utf-8", text.into(), text, Encoding::Utf8),
            ("utf-8 with mark", [b"\xEF\xBB\xBF", text.as_bytes()].concat(), text, Encoding::Utf8),
            ("short utf-8", "祐".into(), "祐", Encoding::Utf8),
            ("gb 18030 with four bytes", gb(text), text, Encoding::Gb18030),
            ("short gb", gb("祐溪街道"), "祐溪街道", Encoding::Gb18030),
            ("utf-16 le", utf16(text, false), text, Encoding::Utf16),
            ("utf-16 be", utf16(text, true), text, Encoding::Utf16),
            ("utf-8 across chunks", long.clone().into(), &long, Encoding::Utf8),
            ("gb after a chunk of ascii", gb(&long), &long, Encoding::Gb18030),
        ];
        for (name, bytes, expected, encoding) in cases {
            assert_eq!(decode(&bytes), (expected.to_owned(), encoding, None), "{name}");
        }
        assert!(gb("𠮷").len() == 4);
    }

    #[test]
    fn a_wrong_byte_is_named_by_its_offset() {
        let broken_utf8 = [b"\xEF\xBB\xBF", "祐溪".as_bytes(), b"\xFF", b"x"].concat();
        assert_eq!(decode(&broken_utf8), ("祐溪".into(), Encoding::Utf8, Some(9)));
        let sure = [text_of(10).as_bytes(), b"\x80\x80", "后".as_bytes()].concat();
        assert_eq!(decode(&sure), (text_of(10), Encoding::Utf8, Some(30)));
        let broken_gb = [gb("祐溪街道").as_slice(), b"\xFF\xFF"].concat();
        assert_eq!(decode(&broken_gb), ("祐溪街道".into(), Encoding::Gb18030, Some(8)));
        let cut = &text_of(20).into_bytes()[..59];
        assert_eq!(decode(cut), (text_of(19), Encoding::Utf8, Some(57)));
    }

    #[test]
    fn nearly_utf8_is_refused_and_never_read_as_other_characters() {
        let rows = "voucher,memo\n1,收租金\n";
        let (cut_last, whole) = (rows.len() - 2, rows.find('收').expect("there"));
        for (name, bytes, offset) in [
            ("cut inside the last character", [&rows.as_bytes()[..cut_last], b",x\n"].concat(), 21),
            ("cut at the end of the file", rows.as_bytes()[..cut_last].to_vec(), 21),
            ("one character and a cut one", [&rows.as_bytes()[..whole + 5], b",x\n"].concat(), 18),
            ("a cut character alone", b"a,\xE9\x87,b\n".to_vec(), 2),
            ("a byte lost in the middle", [&rows.as_bytes()[..whole + 1], &rows.as_bytes()[whole + 2..]].concat(), 15),
        ] {
            let (text, encoding, wrong) = decode(&bytes);
            assert_eq!((encoding, wrong), (Encoding::Utf8, Some(offset)), "{name}: {text}");
            assert!(!text.contains('鏀'), "{name}");
        }
        let joined = [gb("摘要,金额\n祐溪街道,1\n").as_slice(), "摘要,金额\n收到租金,1\n".as_bytes()].concat();
        assert!(decode(&joined).2.is_some(), "GB 18030 and UTF-8 behind it");
        let cut_gb = &gb("祐溪街道")[..7];
        assert_eq!(decode(cut_gb), ("祐溪街".into(), Encoding::Gb18030, Some(6)));
    }

    #[test]
    fn few_characters_in_a_long_file_wait_for_more() {
        // 小 in GB 18030 is a valid pair of UTF-8, far before anything that is not.
        let text = format!("小,{}社区\n", "a,".repeat(2 * CHUNK_BYTES));
        assert_eq!(decode(&gb(&text)), (text.clone(), Encoding::Gb18030, None));
        assert_eq!(decode(text.as_bytes()), (text, Encoding::Utf8, None));
    }

    fn text_of(characters: usize) -> String {
        "凭证".chars().cycle().take(characters).collect()
    }

    #[test]
    fn spreadsheet_files_are_not_text() {
        let mut out = String::new();
        let read = Text::new(&b"PK\x03\x04rest"[..]).read_into(&mut out);
        assert!(matches!(read, Err(TextError::Spreadsheet)));
    }
}
