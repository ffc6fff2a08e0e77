//! The worker: it lays files on its desk and answers what it is asked, until nobody asks any more. Knows nothing of who
//! that is.

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;

use bytes::Bytes;

use super::confine;
use super::trust::Checked;
use super::wire::{self, Begin, Fitting, Frame, MAX_HEAD, Reply, Request};
use crate::desk::{Desk, Fit, Picture};
use crate::document::{self, fonts};
use crate::error::{Error, ErrorKind, Result};
use crate::logging;
use crate::sentence::fault;

/// The worker's whole life, over standard input and output; `desk` gives it its desk once it knows the models' folder.
pub fn serve(desk: impl FnOnce(&Path) -> Desk) -> ExitCode {
    logging::init_worker();
    match work(&mut io::stdin().lock(), &mut io::stdout().lock(), desk) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the worker ends: {error}");
            ExitCode::FAILURE
        }
    }
}

fn work(from: &mut impl Read, to: &mut impl Write, desk: impl FnOnce(&Path) -> Desk) -> io::Result<()> {
    let Some((Request::Begin(Begin { models, memory }), _)) = wire::receive(from, 0)? else {
        return Err(wire::invalid("it was not told how to begin".to_owned()));
    };
    fonts::look_in(&models);
    let desk = desk(&models);
    let missing = confine::confine(&models, memory);
    send(to, &Reply::Begun(missing), &Bytes::new())?;
    // How long a file may be is for its limits to say.
    while let Some((request, bytes)) = wire::receive(from, u64::MAX)? {
        // What still works on a document that was given up cannot be stopped otherwise.
        if matches!(request, Request::Close(_)) && document::left_behind() > 0 {
            break;
        }
        let (reply, bytes) = answer(&desk, request, bytes.into());
        send(to, &reply, &bytes)?;
    }
    Ok(())
}

fn send(to: &mut impl Write, reply: &Reply, bytes: &Bytes) -> io::Result<()> {
    let mut head = wire::head(reply, bytes.len())?;
    if head.len() as u64 > MAX_HEAD {
        head = wire::head(&too_long(reply), 0)?;
    }
    to.write_all(&head)?;
    to.write_all(bytes)?;
    to.flush()
}

/// The answer, and the bytes that go with it.
fn answer(desk: &Desk, request: Request, bytes: Bytes) -> (Reply, Bytes) {
    let plain = |reply: Option<Reply>| (reply.unwrap_or(Reply::NotOpen), Bytes::new());
    match request {
        Request::Open { file, limits } => {
            plain(Some(Reply::Opened(guarded(|| believable(desk.open(file, bytes, &limits))))))
        }
        Request::Read { file, part } => plain(whether_open(|| desk.read(file, part).map(believable)).map(Reply::Read)),
        Request::Fit { file, part, requirements } => match whether_open(|| desk.fit(file, part, &requirements)) {
            None => plain(None),
            Some(Err(error)) => plain(Some(Reply::Fitted(Err(error)))),
            Some(Ok(fit)) => fitted(fit),
        },
        Request::Draw { leaf, limits, max_bytes } => match guarded(|| desk.draw(bytes, &leaf, &limits, max_bytes)) {
            Ok(Some(picture)) => drawn(picture),
            Ok(None) => plain(Some(Reply::Drawn(Ok(None)))),
            Err(error) => plain(Some(Reply::Drawn(Err(error)))),
        },
        Request::Close(files) => {
            files.into_iter().for_each(|file| desk.close(file));
            plain(Some(Reply::Closed))
        }
        Request::Begin(_) => plain(None),
    }
}

fn fitted(fit: Fit) -> (Reply, Bytes) {
    let (fitting, bytes) = match fit {
        Fit::AsItIs(size) => (Fitting { is_file: true, size, adapted: None }, Bytes::new()),
        Fit::Made(made) => (Fitting { is_file: false, size: made.size, adapted: made.adapted }, made.bytes),
    };
    (Reply::Fitted(Ok(fitting)), bytes)
}

fn drawn(Picture { bytes, frame, pages }: Picture) -> (Reply, Bytes) {
    (Reply::Drawn(Ok(Some(Frame { size: frame, pages }))), bytes)
}

/// What the parent would not believe is better told as what it is.
fn believable<T: Checked>(answer: Result<T>) -> Result<T> {
    answer?.checked().map_err(|why| Error::new(ErrorKind::TooComplex, fault::not_believed(why)))
}

/// The same for an answer that nobody would listen to until its end.
fn too_long(reply: &Reply) -> Reply {
    let error = Error::new(ErrorKind::TooComplex, fault::too_much_to_tell());
    match reply {
        Reply::Read(_) => Reply::Read(Err(error)),
        Reply::Fitted(_) => Reply::Fitted(Err(error)),
        Reply::Drawn(_) => Reply::Drawn(Err(error)),
        _ => Reply::Opened(Err(error)),
    }
}

/// A panic ends what it happened in, and nothing else.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|cause| Err(broken_off(&*cause)))
}

/// The same of what may find that its file does not lie open.
fn whether_open<T>(work: impl FnOnce() -> Option<Result<T>>) -> Option<Result<T>> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|cause| Some(Err(broken_off(&*cause))))
}

/// What a panic says to the caller. A thread that cannot be started for want of memory is the document's doing, not a bug.
pub(super) fn broken_off(cause: &(dyn std::any::Any + Send)) -> Error {
    let text = cause.downcast_ref::<String>().map(String::as_str).or(cause.downcast_ref::<&str>().copied());
    if text.is_some_and(|text| text.contains("failed to spawn thread") || text.contains("Cannot allocate memory")) {
        return Error::new(ErrorKind::TooComplex, fault::more_memory_than_allowed());
    }
    Error::new(ErrorKind::Internal, fault::reader_broke_off())
}
