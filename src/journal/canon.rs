//! Restricted RFC 8785 JSON: objects, arrays and strings only, keys in order, one spelling for everything.
//!
//! The reader is told what must come next, so a body that is not exactly what the writer would have written
//! is refused on the way: unknown, missing, repeated or unsorted keys, numbers, null, white space, a BOM,
//! other escapes, trailing bytes. There is no second canonicality check to disagree with it.

use std::borrow::Cow;

/// Largest body, in bytes: a chart of thousands of accounts fits, a gigabyte does not.
pub const BODY_BYTES_MAX: usize = 4 << 20;

/// Why bytes are not the canonical body they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not canonical at byte {at}: expected {expected}")]
pub struct NotCanonical {
    pub at: usize,
    pub expected: &'static str,
}

/// Writes canonical bytes. The caller names keys in ascending order.
#[derive(Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    pub fn with_capacity(bytes: usize) -> Writer {
        Writer { out: Vec::with_capacity(bytes) }
    }

    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    fn separate(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(b',');
        }
    }

    pub fn open_object(&mut self) {
        self.separate();
        self.out.push(b'{');
    }

    pub fn close_object(&mut self) {
        self.out.push(b'}');
    }

    pub fn open_array(&mut self) {
        self.separate();
        self.out.push(b'[');
    }

    pub fn close_array(&mut self) {
        self.out.push(b']');
    }

    pub fn key(&mut self, key: &str) {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    pub fn text(&mut self, text: &str) {
        self.separate();
        self.out.push(b'"');
        if text.bytes().any(needs_escape) {
            text.bytes().for_each(|byte| self.escaped(byte));
        } else {
            self.out.extend_from_slice(text.as_bytes());
        }
        self.out.push(b'"');
    }

    fn escaped(&mut self, byte: u8) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        match byte {
            b'"' | b'\\' => self.out.extend_from_slice(&[b'\\', byte]),
            0x08 => self.out.extend_from_slice(b"\\b"),
            0x09 => self.out.extend_from_slice(b"\\t"),
            0x0a => self.out.extend_from_slice(b"\\n"),
            0x0c => self.out.extend_from_slice(b"\\f"),
            0x0d => self.out.extend_from_slice(b"\\r"),
            0x00..=0x1f => {
                let digit = |value: u8| HEX[usize::from(value)];
                self.out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
            }
            _ => self.out.push(byte),
        }
    }

    /// An object whose canonical bytes are made already.
    pub fn object(&mut self, bytes: &[u8]) {
        self.separate();
        self.out.extend_from_slice(bytes);
    }

    /// A key and its text.
    pub fn field(&mut self, key: &str, text: &str) {
        self.key(key);
        self.text(text);
    }

    /// A key and a value whose `Display` needs no escaping: amounts, dates, codes, counts.
    pub fn plain(&mut self, key: &str, value: impl std::fmt::Display) {
        use std::io::Write as _;
        self.key(key);
        self.out.push(b'"');
        write!(self.out, "{value}").expect("writing to memory cannot fail");
        self.out.push(b'"');
    }
}

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Reads canonical bytes, in the order the schema says.
pub struct Reader<'a> {
    bytes: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Result<Reader<'a>, NotCanonical> {
        if bytes.len() > BODY_BYTES_MAX {
            return Err(NotCanonical { at: BODY_BYTES_MAX, expected: "a smaller body" });
        }
        let utf8 = std::str::from_utf8(bytes).map_err(|e| NotCanonical { at: e.valid_up_to(), expected: "UTF-8" })?;
        Ok(Reader { bytes: utf8, at: 0 })
    }

    pub fn fault(&self, expected: &'static str) -> NotCanonical {
        NotCanonical { at: self.at, expected }
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn byte(&mut self, byte: u8, expected: &'static str) -> Result<(), NotCanonical> {
        if self.rest().first() != Some(&byte) {
            return Err(self.fault(expected));
        }
        self.at += 1;
        Ok(())
    }

    fn separate(&mut self) -> Result<(), NotCanonical> {
        match self.at.checked_sub(1).map(|before| self.bytes.as_bytes()[before]) {
            None | Some(b'{' | b'[' | b':') => Ok(()),
            Some(_) => self.byte(b',', "a comma"),
        }
    }

    pub fn open_object(&mut self) -> Result<(), NotCanonical> {
        self.separate()?;
        self.byte(b'{', "an object")
    }

    pub fn close_object(&mut self) -> Result<(), NotCanonical> {
        self.byte(b'}', "the end of the object")
    }

    /// Takes a whole object, which someone else will read: [`crate::collective::Fact::decode`] lets only one spelling pass.
    pub fn object(&mut self) -> Result<&'a [u8], NotCanonical> {
        self.separate()?;
        let rest = self.rest();
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        for (index, byte) in rest.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'{' if !quoted => depth += 1,
                b'}' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                let end = index + 1;
                self.at += end;
                return if *byte == b'}' && !quoted { Ok(&rest[..end]) } else { Err(self.fault("an object")) };
            }
        }
        Err(self.fault("the end of the object"))
    }

    /// What the body's last key, `type`, says: to know what is coming. It is read again, and judged, in its turn.
    pub fn last_type(&self) -> Option<&'a str> {
        self.bytes.strip_suffix("\"}")?.rsplit_once(",\"type\":\"").map(|(_, word)| word)
    }

    pub fn open_array(&mut self) -> Result<(), NotCanonical> {
        self.separate()?;
        self.byte(b'[', "an array")
    }

    /// Whether the array goes on; takes its closing bracket if it does not.
    pub fn more(&mut self) -> bool {
        if self.rest().first() == Some(&b']') {
            self.at += 1;
            return false;
        }
        true
    }

    pub fn key(&mut self, key: &'static str) -> Result<(), NotCanonical> {
        self.separate()?;
        let rest = self.rest();
        let end = key.len() + 1;
        let found =
            rest.first() == Some(&b'"') && rest.get(1..end) == Some(key.as_bytes()) && rest.get(end..end + 2) == Some(b"\":");
        if !found {
            return Err(self.fault(key));
        }
        self.at += end + 2;
        Ok(())
    }

    /// Whether the object's next key is `key`; takes nothing.
    pub fn next_key_is(&self, key: &str) -> bool {
        let rest = self.rest();
        let rest = rest.strip_prefix(b",").unwrap_or(rest);
        rest.strip_prefix(b"\"").and_then(|rest| rest.strip_prefix(key.as_bytes())).is_some_and(|rest| rest.starts_with(b"\":"))
    }

    pub fn text(&mut self) -> Result<Cow<'a, str>, NotCanonical> {
        self.separate()?;
        self.byte(b'"', "a string")?;
        let rest = self.rest();
        let end = rest.iter().position(|byte| needs_escape(*byte)).ok_or(self.fault("the end of the string"))?;
        if rest[end] == b'"' {
            let text = &self.bytes[self.at..self.at + end];
            self.at += end + 1;
            return Ok(Cow::Borrowed(text));
        }
        self.escaped_text(end).map(Cow::Owned)
    }

    fn escaped_text(&mut self, plain: usize) -> Result<String, NotCanonical> {
        let mut text = self.bytes[self.at..self.at + plain].to_owned();
        self.at += plain;
        loop {
            let rest = &self.bytes[self.at..];
            let plain = rest.bytes().position(needs_escape).ok_or(self.fault("the end of the string"))?;
            text.push_str(&rest[..plain]);
            self.at += plain;
            match rest.as_bytes()[plain] {
                b'"' => {
                    self.at += 1;
                    return Ok(text);
                }
                b'\\' => text.push(self.escape()?),
                _ => return Err(self.fault("an escaped control character")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, NotCanonical> {
        let rest = self.rest();
        let (character, length) = match rest.get(1) {
            Some(b'"') => ('"', 2),
            Some(b'\\') => ('\\', 2),
            Some(b'b') => ('\u{8}', 2),
            Some(b't') => ('\t', 2),
            Some(b'n') => ('\n', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'r') => ('\r', 2),
            Some(b'u') => (self.escaped_control()?, 6),
            _ => return Err(self.fault("an escape")),
        };
        self.at += length;
        Ok(character)
    }

    /// `\u00xx` in lower case, only for controls that have no short form.
    fn escaped_control(&self) -> Result<char, NotCanonical> {
        let digits = self.rest().get(2..6).ok_or(self.fault("four hexadecimal digits"))?;
        let hex = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let value = match digits {
            [b'0', b'0', high @ (b'0' | b'1'), low] => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        match value {
            Some(value) if !matches!(value, 0x08 | 0x09 | 0x0a | 0x0c | 0x0d) => Ok(char::from(value)),
            _ => Err(self.fault("a control character without a short escape")),
        }
    }

    pub fn field(&mut self, key: &'static str) -> Result<Cow<'a, str>, NotCanonical> {
        self.key(key)?;
        self.text()
    }

    /// A key whose text `parse` must accept.
    pub fn parsed<T>(&mut self, key: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, NotCanonical> {
        self.key(key)?;
        let fault = self.fault(key);
        parse(&self.text()?).ok_or(fault)
    }

    /// Nothing may follow.
    pub fn finish(self) -> Result<(), NotCanonical> {
        if self.rest().is_empty() { Ok(()) } else { Err(self.fault("the end of the body")) }
    }
}

/// Reads a whole number in its one spelling: `0` or digits without a leading zero.
pub fn parse_count<T: std::str::FromStr>(text: &str) -> Option<T> {
    let canonical = text == "0" || (!text.starts_with('0') && !text.is_empty());
    (canonical && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<String, NotCanonical> {
        let mut reader = Reader::new(bytes)?;
        reader.open_object()?;
        let text = reader.field("a")?.into_owned();
        reader.close_object()?;
        reader.finish()?;
        Ok(text)
    }

    #[test]
    fn text_comes_back_as_it_was() {
        for text in ["", "祐溪街道", "a\"b\\c", "\u{8}\t\n\u{c}\r\u{1}\u{1f}\u{7f}", "𠮷/</script>"] {
            let mut writer = Writer::default();
            writer.open_object();
            writer.field("a", text);
            writer.close_object();
            let bytes = writer.finish();
            assert_eq!(read(&bytes).as_deref(), Ok(text));
            let stranger: serde_json::Value = serde_json::from_slice(&bytes).expect("valid JSON");
            assert_eq!(stranger["a"], text);
        }
    }

    #[test]
    fn every_other_spelling_is_refused() {
        let forms: &[&[u8]] = &[
            b"",
            b"{}",
            b"{\"a\":1}",
            b"{\"a\":1.0}",
            b"{\"a\":-0}",
            b"{\"a\":null}",
            b"{\"a\":true}",
            b"{\"a\":[]}",
            b"{\"a\":{}}",
            b" {\"a\":\"x\"}",
            b"{ \"a\":\"x\"}",
            b"{\"a\" :\"x\"}",
            b"{\"a\": \"x\"}",
            b"{\"a\":\"x\" }",
            b"{\"a\":\"x\"} ",
            b"{\"a\":\"x\"}\n",
            b"{\"a\":\"x\"}\0",
            b"\xef\xbb\xbf{\"a\":\"x\"}",
            b"{\"a\":\"x\",}",
            b"{,\"a\":\"x\"}",
            b"{\"a\":\"x\",\"a\":\"x\"}",
            b"{\"a\":\"x\",\"b\":\"y\"}",
            b"{\"A\":\"x\"}",
            b"{'a':'x'}",
            b"{a:\"x\"}",
            b"{\"\\u0061\":\"x\"}",
            b"{\"a\":\"\\u0078\"}",
            b"{\"a\":\"\\u0001\\u001F\"}",
            b"{\"a\":\"\\u000A\"}",
            b"{\"a\":\"\\u000a\"}",
            b"{\"a\":\"\\u0008\"}",
            b"{\"a\":\"\\/\"}",
            b"{\"a\":\"\\x\"}",
            b"{\"a\":\"\\u00e9\"}",
            b"{\"a\":\"\\ud842\\udfb7\"}",
            b"{\"a\":\"\\u12\"}",
            b"{\"a\":\"\n\"}",
            b"{\"a\":\"\t\"}",
            b"{\"a\":\"\x01\"}",
            b"{\"a\":\"\xff\"}",
            b"{\"a\":\"\xc0\x80\"}",
            b"{\"a\":\"\xed\xa0\x80\"}",
            b"{\"a\":\"x\"",
            b"{\"a\":\"x}",
            b"{\"a\":x}",
            b"[\"a\",\"x\"]",
            b"\"a\"",
            b"{\"a\":\"x\"}{}",
            b"/**/{\"a\":\"x\"}",
            b"{\"a\"\"x\"}",
            b"{\"a\":\"x\"]",
            b"{\"a\":+1}",
            b"{\"a\":NaN}",
            b"{\"a\":\"x\"}//",
        ];
        assert!(forms.len() >= 50);
        for form in forms {
            assert!(read(form).is_err(), "{:?}", String::from_utf8_lossy(form));
        }
    }
}
