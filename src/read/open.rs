//! Opening an input: decompression and its first bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// How much of an input its format and encoding are told from.
const HEAD: usize = 64 * 1024;

const GZIP: &[u8] = b"\x1F\x8B";
const ZSTD: &[u8] = b"\x28\xB5\x2F\xFD";

/// An input after decompression.
pub(crate) struct Opened {
    /// Its beginning, at most 64 KiB; `reader` yields it too.
    pub head: Vec<u8>,
    pub reader: Box<dyn BufRead + Send>,
}

/// Opens a file, or standard input if there is no path.
pub(crate) fn open(path: Option<&Path>) -> io::Result<Opened> {
    let reader: Box<dyn Read + Send> = match path {
        Some(path) => Box::new(File::open(path)?),
        None => Box::new(io::stdin()),
    };
    let (magic, reader) = peek(reader, ZSTD.len())?;
    let reader: Box<dyn Read + Send> = if magic.starts_with(GZIP) {
        Box::new(MultiGzDecoder::new(reader))
    } else if magic == ZSTD {
        Box::new(Zstd {
            decoder: FrameDecoder::new(),
            source: reader,
            in_frame: false,
        })
    } else {
        Box::new(reader)
    };
    let (head, reader) = peek(reader, HEAD)?;
    Ok(Opened {
        head,
        reader: Box::new(reader),
    })
}

type Peeked<R> = BufReader<io::Chain<Cursor<Vec<u8>>, R>>;

/// The first `count` bytes, and a reader that yields them again.
fn peek<R: Read>(mut reader: R, count: usize) -> io::Result<(Vec<u8>, Peeked<R>)> {
    let mut head = Vec::new();
    reader.by_ref().take(count as u64).read_to_end(&mut head)?;
    let reader = Cursor::new(head.clone()).chain(reader);
    Ok((head, BufReader::with_capacity(HEAD, reader)))
}

/// Zstandard with any number of frames, as `pzstd` and `cat` produce them.
struct Zstd<R> {
    decoder: FrameDecoder,
    source: R,
    in_frame: bool,
}

impl<R: BufRead> Zstd<R> {
    /// Goes to the next frame; `false` at the end of the input.
    fn next_frame(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.init(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    io::copy(&mut self.source.by_ref().take(u64::from(length)), &mut io::sink())?;
                }
                Err(error) => return Err(corrupt(error)),
            }
        }
        Ok(false)
    }

    /// The next bytes of the current frame, none at its end.
    fn read_frame(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            let step = BlockDecodingStrategy::UptoBlocks(1);
            self.decoder
                .decode_blocks(&mut self.source, step)
                .map_err(corrupt)?;
        }
        self.decoder.read(buffer)
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !buffer.is_empty() {
            if self.in_frame {
                let count = self.read_frame(buffer)?;
                if count > 0 {
                    return Ok(count);
                }
                let expected = self.decoder.get_checksum_from_data();
                if expected.is_some() && expected != self.decoder.get_calculated_checksum() {
                    return Err(corrupt("checksum does not match"));
                }
            }
            self.in_frame = self.next_frame()?;
            if !self.in_frame {
                return Ok(0);
            }
        }
        Ok(0)
    }
}

fn corrupt(error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("damaged zstd data: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut file = tempfile::NamedTempFile::new()?;
        file.write_all(bytes)?;
        let mut opened = open(Some(file.path()))?;
        let mut all = Vec::new();
        opened.reader.read_to_end(&mut all)?;
        assert!(all.starts_with(&opened.head));
        Ok(all)
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn compressed_or_not_the_content_is_the_same() {
        let text = "部长访问甲地。\n".repeat(20_000).into_bytes();
        assert_eq!(read(&text).unwrap(), text);
        for compress in [zstd, gzip] {
            let once = compress(&text);
            assert!(once.len() < text.len());
            assert_eq!(read(&once).unwrap(), text);
            // Several members or frames, one of them to be skipped.
            let mut twice = once.clone();
            if compress(b"").starts_with(ZSTD) {
                twice.extend(b"\x50\x2A\x4D\x18\x03\0\0\0abc");
            }
            twice.extend(&once);
            assert_eq!(read(&twice).unwrap(), [&text[..], &text].concat());
        }
        assert_eq!(read(b"").unwrap(), b"");
    }

    #[test]
    fn damage_is_an_error() {
        let text = "部长访问甲地。\n".repeat(20_000).into_bytes();
        for compress in [zstd, gzip] {
            let whole = compress(&text);
            assert!(read(&whole[..whole.len() / 2]).is_err());
        }
    }
}
