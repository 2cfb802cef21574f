//! Bytes to text: UTF-8, UTF-16 with a byte order mark, GB18030 (with GBK and
//! GB 2312 inside it) and Big5.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, CoderResult, Decoder, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

const NOT_TEXT: &str = "binary data, not text";
const UNKNOWN: &str = "not readable as UTF-8, GB18030 or Big5: convert it to UTF-8";

/// How far into a page its character set may be declared.
const DECLARATION_WINDOW: usize = 4096;

/// Decodes a whole file. The reason is given if it is not text.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, &'static str> {
    let encoding = detect(bytes)?;
    if encoding == UTF_8 {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        return Ok(String::from_utf8_lossy(text));
    }
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    Ok(text)
}

/// Decodes a line of a stream whose encoding is known; valid UTF-8 wins here too.
pub(super) fn decode_strictly<'b>(
    bytes: &'b [u8],
    encoding: &'static Encoding,
) -> Result<Cow<'b, str>, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    text.ok_or_else(|| format!("not valid {}", encoding.name()))
}

/// Finds the encoding of `bytes`, which may be cut off inside a character.
///
/// Valid UTF-8 wins over everything but a UTF-16 mark, since text in another
/// encoding is practically never valid UTF-8 by chance; a page's declaration
/// comes next, statistics last.
pub(super) fn detect(bytes: &[u8]) -> Result<&'static Encoding, &'static str> {
    match bytes {
        [0xFF, 0xFE, ..] => return Ok(UTF_16LE),
        [0xFE, 0xFF, ..] => return Ok(UTF_16BE),
        _ => {}
    }
    if is_binary(bytes) {
        return Err(NOT_TEXT);
    }
    if is_mostly_utf8(bytes) {
        return Ok(UTF_8);
    }
    let declared = declared_encoding(bytes).filter(|encoding| is_plausible(encoding, bytes));
    declared.or_else(|| guess(bytes)).ok_or(UNKNOWN)
}

/// More than one control character in a hundred bytes.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    let is_control = |b: &&u8| matches!(**b, 0..=8 | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F);
    let controls = bytes.iter().filter(is_control).count();
    controls * 100 > bytes.len()
}

/// UTF-8, tolerating a few broken sequences (a feed cut inside a character).
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    if std::str::from_utf8(bytes).is_ok() {
        return true;
    }
    let (mut good, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    let cut_off = broken == 1
        && bytes
            .utf8_chunks()
            .last()
            .is_some_and(|c| !c.invalid().is_empty());
    good >= 20 * broken || (cut_off && good > 0)
}

/// The encoding that a page's `<meta charset>` or an XML declaration names.
fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let window = &bytes[..bytes.len().min(DECLARATION_WINDOW)];
    let lower = String::from_utf8_lossy(window).to_ascii_lowercase();
    if !lower.trim_start().starts_with('<') {
        return None;
    }
    let at = lower
        .find("charset=")
        .map(|at| at + 8)
        .or_else(|| lower.find("encoding=").map(|at| at + 9))?;
    let label: String = lower[at..]
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect();
    let encoding = Encoding::for_label(label.as_bytes())?;
    if encoding == GBK {
        return Some(GB18030);
    }
    [GB18030, BIG5].contains(&encoding).then_some(encoding)
}

/// Decides between the two legacy encodings by statistics, then by which of
/// them the bytes are valid in.
fn guess(bytes: &[u8]) -> Option<&'static Encoding> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    let guessed = if guessed == GBK { GB18030 } else { guessed };
    let order = if guessed == BIG5 {
        [BIG5, GB18030]
    } else {
        [GB18030, BIG5]
    };
    order.into_iter().find(|encoding| is_plausible(encoding, bytes))
}

/// Whether at most one character in fifty comes out as an error or as one that
/// Chinese text does not use (private use).
fn is_plausible(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let (mut good, mut bad) = (0, 0);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        let wrong = matches!(c, '\u{FFFD}' | '\u{80}'..='\u{9F}' | '\u{E000}'..='\u{F8FF}');
        *(if wrong { &mut bad } else { &mut good }) += 1;
    }
    // The last character of a first chunk may be cut off.
    good >= 49 * i32::max(bad - 1, 0) && good >= bad
}

/// Turns a stream of another encoding into UTF-8 while it is read.
pub(super) struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    text: Vec<u8>,
    at: usize,
    finished: bool,
}

impl<R: BufRead> Transcoder<R> {
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            text: Vec::new(),
            at: 0,
            finished: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        const CHUNK: usize = 32 * 1024;
        self.at = 0;
        self.text.clear();
        while self.text.is_empty() && !self.finished {
            let input = self.inner.fill_buf()?;
            let last = input.is_empty();
            let mut text = String::with_capacity(CHUNK);
            let (result, used, _) = self.decoder.decode_to_string(input, &mut text, last);
            self.inner.consume(used);
            self.finished = last && result == CoderResult::InputEmpty;
            self.text = text.into_bytes();
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            self.refill()?;
        }
        let count = buffer.len().min(self.text.len() - self.at);
        buffer[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIMPLIFIED: &str = "外交部发言人周五在北京说，双方将于下月举行会谈。";
    const TRADITIONAL: &str = "外交部發言人週五在臺北說，雙方將於下月舉行會談。";

    #[test]
    fn chinese_encodings_are_told_apart() {
        for (encoding, text) in [(GBK, SIMPLIFIED), (GB18030, SIMPLIFIED), (BIG5, TRADITIONAL)] {
            let (bytes, _, unmappable) = encoding.encode(text);
            assert!(!unmappable);
            assert_eq!(decode(&bytes).unwrap(), text, "{}", encoding.name());
        }
        assert_eq!(decode(SIMPLIFIED.as_bytes()).unwrap(), SIMPLIFIED);
        assert_eq!(
            decode(format!("\u{FEFF}{SIMPLIFIED}").as_bytes()).unwrap(),
            SIMPLIFIED
        );
    }

    #[test]
    fn short_texts_are_recognised() {
        for text in ["中国", "习近平访问法国", "王小明"] {
            assert_eq!(decode(&GBK.encode(text).0).unwrap(), text);
        }
        for text in ["臺灣總統府", "蔡英文出訪"] {
            assert_eq!(decode(&BIG5.encode(text).0).unwrap(), text);
        }
    }

    #[test]
    fn utf16_needs_its_mark() {
        let mut bytes = vec![0xFF, 0xFE];
        bytes.extend(SIMPLIFIED.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(decode(&bytes).unwrap(), SIMPLIFIED);
        let mut bytes = vec![0xFE, 0xFF];
        bytes.extend(SIMPLIFIED.encode_utf16().flat_map(u16::to_be_bytes));
        assert_eq!(decode(&bytes).unwrap(), SIMPLIFIED);
    }

    #[test]
    fn a_few_broken_bytes_do_not_make_utf8_into_gbk() {
        let mut bytes = SIMPLIFIED.repeat(3).into_bytes();
        bytes.truncate(bytes.len() - 1);
        let text = decode(&bytes).unwrap();
        assert!(text.starts_with(SIMPLIFIED) && text.ends_with('\u{FFFD}'));
    }

    #[test]
    fn the_declaration_of_a_page_is_honoured_unless_it_is_wrong() {
        let page = format!("<html><meta charset=\"gb2312\"><p>{SIMPLIFIED}</p>");
        assert_eq!(decode(&GBK.encode(&page).0).unwrap(), page);
        assert_eq!(decode(page.as_bytes()).unwrap(), page);
    }

    #[test]
    fn junk_is_refused() {
        assert_eq!(decode(b"\x7FELF\0\0\0\0\x01\x02").unwrap_err(), NOT_TEXT);
        let noise: Vec<u8> = (0..4000u32)
            .map(|i| (i.wrapping_mul(2654435761) >> 24) as u8)
            .collect();
        assert!(decode(&noise).is_err());
        assert_eq!(decode(b"caf\xE9, voil\xE0 l'\xE9t\xE9 ").unwrap_err(), UNKNOWN);
    }

    #[test]
    fn transcoding_a_stream_equals_decoding_it_whole() {
        let text = format!("{TRADITIONAL}\n").repeat(5000);
        let mut bytes = vec![0xFE, 0xFF];
        bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        let reader = io::BufReader::with_capacity(1001, &bytes[..]);
        let mut streamed = String::new();
        Transcoder::new(reader, UTF_16BE)
            .read_to_string(&mut streamed)
            .unwrap();
        assert_eq!(streamed, text);
    }
}
