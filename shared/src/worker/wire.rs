//! What the worker and its parent say to each other: a head in JSON with its length before it, and bytes behind it. Knows
//! nothing of processes, nor of what may be believed.

use std::io::{self, Read};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::desk::{FileFacts, Leaf, Seen};
use crate::document::Limits;
use crate::document::fit::Requirements;
use crate::error::Error;
use crate::sentence::Sentence;

/// Bytes of a head: a table of two thousand lines of goods with its evidence has eight million.
pub(super) const MAX_HEAD: u64 = 48 << 20;
/// The lengths of the head and of the bytes behind it, as they stand before both.
pub(super) const PREFIX: usize = 16;

/// What the parent asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Once, before all else.
    Begin(Begin),
    /// The bytes behind it are a file, to be known by this number.
    Open {
        /// Nobody else has it.
        file: u64,
        limits: Limits,
    },
    Read {
        file: u64,
        part: usize,
    },
    Fit {
        file: u64,
        part: usize,
        requirements: Requirements,
    },
    /// The bytes behind it are a file that does not stay.
    Draw {
        leaf: Leaf,
        limits: Limits,
        max_bytes: usize,
    },
    /// Nobody asks for these any more.
    Close(Vec<u64>),
}

/// What a worker is told when it begins.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Begin {
    /// The folder that it may read.
    pub models: PathBuf,
    /// Bytes of address space.
    pub memory: u64,
}

/// What the worker answers: one for each request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    /// It has begun; what this system does not offer to confine it with.
    Begun(Vec<String>),
    Opened(Result<FileFacts, Error>),
    Read(Result<Seen, Error>),
    /// The bytes are behind it, unless they are those of the file.
    Fitted(Result<Fitting, Error>),
    /// The bytes are behind it; none where there is nothing to be drawn.
    Drawn(Result<Option<Frame>, Error>),
    Closed,
    /// The file had to make room: it is to be opened again.
    NotOpen,
}

/// A part made to fit, without its bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Fitting {
    /// Whether the file as it was opened fits.
    pub is_file: bool,
    pub size: Option<(u32, u32)>,
    pub adapted: Option<Sentence>,
}

/// A page's picture, without its bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Frame {
    pub size: (u32, u32),
    pub pages: u32,
}

/// A head as it goes over the pipe, with the lengths before it.
pub(super) fn head<T: Serialize>(message: &T, bytes: usize) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; PREFIX];
    serde_json::to_writer(&mut frame, message)?;
    let head = (frame.len() - PREFIX) as u64;
    let lengths = [head.to_le_bytes(), (bytes as u64).to_le_bytes()].concat();
    frame.iter_mut().zip(lengths).for_each(|(to, from)| *to = from);
    Ok(frame)
}

/// The lengths of head and bytes, within bounds.
pub(super) fn lengths(prefix: [u8; PREFIX], max_bytes: u64) -> io::Result<(u64, u64)> {
    let both = u128::from_le_bytes(prefix);
    // The lower half stands first.
    let (head, bytes) = (both as u64, (both >> 64) as u64);
    if head > MAX_HEAD || bytes > max_bytes {
        return Err(invalid(format!("a message of {head} and {bytes} bytes, which is more than is believed")));
    }
    Ok((head, bytes))
}

/// A head understood.
pub(super) fn parse<T: DeserializeOwned>(head: &[u8]) -> io::Result<T> {
    serde_json::from_slice(head).map_err(|error| invalid(format!("a message that cannot be understood: {error}")))
}

/// The next message; none where the other side has ended.
pub(super) fn receive<T: DeserializeOwned>(from: &mut impl Read, max_bytes: u64) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut prefix = [0; PREFIX];
    if from.read(&mut prefix[..1])? == 0 {
        return Ok(None);
    }
    from.read_exact(&mut prefix[1..])?;
    let (head, bytes) = lengths(prefix, max_bytes)?;
    let message = parse(&take(from, head)?)?;
    Ok(Some((message, take(from, bytes)?)))
}

/// Grows with what arrives, so that a length alone costs nothing.
fn take(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut taken = Vec::new();
    from.take(length).read_to_end(&mut taken)?;
    if taken.len() as u64 == length { Ok(taken) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

pub(super) fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(message: &Request, bytes: &[u8]) -> Vec<u8> {
        [head(message, bytes.len()).unwrap(), bytes.to_vec()].concat()
    }

    #[test]
    fn messages_arrive_one_after_the_other_with_their_bytes() {
        let (open, close) = (Request::Open { file: 7, limits: Limits::default() }, Request::Close(vec![7]));
        let pipe = [sent(&open, b"file"), sent(&close, b"")].concat();
        let mut pipe = pipe.as_slice();
        let (message, bytes) = receive::<Request>(&mut pipe, 4).unwrap().unwrap();
        assert!(matches!(message, Request::Open { file: 7, .. }) && bytes == b"file");
        let (message, bytes) = receive::<Request>(&mut pipe, 4).unwrap().unwrap();
        assert!(matches!(message, Request::Close(files) if files == [7]) && bytes.is_empty());
        assert!(receive::<Request>(&mut pipe, 4).unwrap().is_none());
    }

    #[test]
    fn what_is_too_long_cut_off_or_no_message_is_refused() {
        let whole = sent(&Request::Close(Vec::new()), b"12345");
        assert!(receive::<Request>(&mut whole.as_slice(), 4).is_err());
        for end in [1, PREFIX, PREFIX + 3, whole.len() - 1] {
            assert!(receive::<Request>(&mut &whole[..end], 5).is_err(), "{end}");
        }
        let huge = [(MAX_HEAD + 1).to_le_bytes(), 0_u64.to_le_bytes()].concat();
        assert!(receive::<Request>(&mut huge.as_slice(), 5).is_err());
        let nonsense = [2_u64.to_le_bytes().as_slice(), &0_u64.to_le_bytes(), b"{}"].concat();
        assert!(receive::<Request>(&mut nonsense.as_slice(), 5).is_err());
    }
}
