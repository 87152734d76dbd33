//! Opening logs: files as they are, packed by gzip (RFC 1952) or Zstandard (RFC 8878), and stdin.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use jiff::Timestamp;
use ruzstd::decoding::StreamingDecoder;

use super::blocks::Blocks;
use super::entry::Entry;
use super::prefix::Clock;
use super::reader::Reader;

/// The bytes of a log, unpacked.
pub type Bytes = Box<dyn Read + Send>;

/// How packed files begin.
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// How much of a packed file is read at once.
const PACKED: usize = 1 << 17;

/// A log that was opened.
pub struct Opened<R = Bytes> {
    /// Its lines.
    pub(super) blocks: Blocks<R>,
    /// By which the year of its days is told.
    pub(super) clock: Clock,
    /// How many lines were read of it.
    pub(super) lines: u64,
}

impl<R> std::fmt::Debug for Opened<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("clock", &self.clock).field("lines", &self.lines).finish_non_exhaustive()
    }
}

impl<R: Read> Opened<R> {
    /// The log that an input gives.
    #[must_use]
    pub fn new(input: R, clock: Clock) -> Self {
        Self { blocks: Blocks::new(input), clock, lines: 0 }
    }

    /// How many lines were read so far.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.lines
    }

    /// The entries of the next lines; `None` at the end.
    ///
    /// # Errors
    /// Those of the input.
    pub fn next_entries(&mut self, reader: &mut Reader) -> io::Result<Option<Vec<Entry>>> {
        let Some(block) = self.blocks.next_lines()? else { return Ok(None) };
        let (entries, lines) = reader.read(block, self.lines, self.clock);
        self.lines += lines;
        Ok(Some(entries))
    }

    /// The entries of a last line without an end, where no more will come.
    pub fn last_entries(&mut self, reader: &mut Reader) -> Vec<Entry> {
        self.blocks.rest().map(|block| reader.read(block, self.lines, self.clock).0).unwrap_or_default()
    }
}

/// Opens a log file.
///
/// # Errors
/// When it cannot be opened or read.
pub fn open(path: &Path) -> io::Result<Opened> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(io::Error::other("it is a folder; name the files in it"));
    }
    let written = about.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    Ok(Opened::new(unpacked(Box::new(file))?, written.map_or_else(Clock::now, Clock::at)))
}

/// Opens stdin as a log.
///
/// # Errors
/// When it cannot be read.
pub fn stdin() -> io::Result<Opened> {
    Ok(Opened::new(unpacked(Box::new(io::stdin()))?, Clock::now()))
}

/// The bytes themselves, or what is packed in them.
fn unpacked(mut input: Bytes) -> io::Result<Bytes> {
    let mut front = Vec::new();
    input.by_ref().take(ZSTD.len() as u64).read_to_end(&mut front)?;
    let is = |magic: &[u8]| front.starts_with(magic);
    let (is_gzip, is_zstd) = (is(GZIP), is(ZSTD));
    let whole = Cursor::new(front).chain(input);
    Ok(match (is_gzip, is_zstd) {
        (true, _) => Box::new(MultiGzDecoder::new(BufReader::with_capacity(PACKED, whole))),
        (_, true) => Box::new(Zstd::Between(BufReader::with_capacity(PACKED, Box::new(whole)))),
        _ => Box::new(whole),
    })
}

/// The frames of a Zstandard file, one behind the other.
enum Zstd {
    Between(BufReader<Bytes>),
    Frame(Box<StreamingDecoder<BufReader<Bytes>, ruzstd::decoding::FrameDecoder>>),
    Ended,
}

impl Read for Zstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            *self = match std::mem::replace(self, Self::Ended) {
                Self::Ended => return Ok(0),
                Self::Between(mut input) => {
                    if input.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    Self::Frame(Box::new(StreamingDecoder::new(input).map_err(io::Error::other)?))
                }
                Self::Frame(mut frame) => {
                    let read = frame.read(buffer)?;
                    if read > 0 || buffer.is_empty() {
                        *self = Self::Frame(frame);
                        return Ok(read);
                    }
                    Self::Between(frame.into_inner())
                }
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    fn read(bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        unpacked(Box::new(Cursor::new(bytes.to_vec())))?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn packed_files_are_unpacked_and_others_read_as_they_are() {
        let long: String = (0..50_000).map(|number| format!("line {number}\n")).collect();
        for text in ["one\n", "", "x", &long] {
            assert_eq!(read(text.as_bytes()).unwrap(), text);
            assert_eq!(read(&gzip(text.as_bytes())).unwrap(), text);
            assert_eq!(read(&zstd(text.as_bytes())).unwrap(), text);
        }
        assert_eq!(read(&[gzip(b"one\n"), gzip(b"two\n")].concat()).unwrap(), "one\ntwo\n");
        assert_eq!(read(&[zstd(b"one\n"), zstd(b"two\n")].concat()).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn broken_packed_files_are_errors() {
        for packed in [gzip(b"one two three\n"), zstd(b"one two three\n")] {
            assert!(read(&packed[..packed.len() - 6]).is_err());
        }
    }
}
