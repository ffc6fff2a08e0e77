//! A listener whose connections can be cut as a network cuts them: with a reset, at any moment, from within a handler.
//! Knows nothing of what is said on them.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::thread;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::Connected;
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// One connection, as a handler sees it (`ConnectInfo<Wire>`).
#[derive(Clone, Debug)]
pub struct Wire {
    /// Who is at the other end.
    pub peer: SocketAddr,
    cut: Arc<AtomicBool>,
}

impl Wire {
    /// Cuts the connection: whoever is at the other end gets a reset, and none of the response.
    pub fn cut(&self) -> Response {
        self.cut.store(true, Ordering::SeqCst);
        Response::new(Body::empty())
    }
}

/// A server on a port of this machine, with a thread of its own; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

/// Serves on a free port, so that it answers however busy the caller is.
///
/// # Errors
/// When no port or thread is to be had.
pub fn serve(name: &str, router: Router) -> io::Result<Server> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                served = run(listener, router) => served,
                _ = stopped => Ok(()),
            }
        })
    })?;
    Ok(Server { address, _stop: stop })
}

async fn run(listener: std::net::TcpListener, router: Router) -> io::Result<()> {
    let listener = Listening(TcpListener::from_std(listener)?);
    axum::serve(listener, router.into_make_service_with_connect_info::<Wire>()).await
}

struct Listening(TcpListener);

impl Listener for Listening {
    type Io = Cuttable;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, peer) = <TcpListener as Listener>::accept(&mut self.0).await;
        (Cuttable { stream, wire: Wire { peer, cut: Arc::default() } }, peer)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Listening>> for Wire {
    fn connect_info(stream: IncomingStream<'_, Listening>) -> Self {
        stream.io().wire.clone()
    }
}

struct Cuttable {
    stream: TcpStream,
    wire: Wire,
}

impl Cuttable {
    /// The stream; or the end of it. Without lingering the other side is sent a reset.
    fn alive(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        if self.wire.cut.load(Ordering::SeqCst) {
            self.stream.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(Pin::new(&mut self.stream))
    }
}

impl AsyncRead for Cuttable {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.alive()?.poll_read(context, into)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.alive()?.poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.alive()?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.alive()?.poll_shutdown(context)
    }
}

/// A body that comes piece by piece, with a pause before each.
pub fn dripping(body: Vec<u8>, pieces: usize, pause: std::time::Duration) -> Body {
    let size = body.len().div_ceil(pieces.max(1)).max(1);
    let pieces: Vec<_> = body.chunks(size).map(bytes::Bytes::copy_from_slice).collect();
    let stream = futures::stream::unfold(pieces.into_iter(), move |mut rest| async move {
        let piece = rest.next()?;
        tokio::time::sleep(pause).await;
        Some((Ok::<_, io::Error>(piece), rest))
    });
    Body::from_stream(stream)
}

/// Runs something when it is dropped, unless it was told that all is well: a client that leaves drops its handler.
#[derive(Debug)]
pub struct Unless<F: FnMut()> {
    done: bool,
    action: F,
}

impl<F: FnMut()> Unless<F> {
    /// To be kept as long as the answer is on its way.
    pub fn done(action: F) -> Self {
        Self { done: false, action }
    }

    /// All is well.
    pub fn finish(mut self) {
        self.done = true;
    }
}

impl<F: FnMut()> Drop for Unless<F> {
    fn drop(&mut self) {
        if !self.done {
            (self.action)();
        }
    }
}

/// The same body; all is well when its end was taken.
pub fn watched<F: FnMut() + Send + 'static>(body: Body, leaving: Unless<F>) -> Body {
    let state = (body.into_data_stream(), leaving);
    Body::from_stream(futures::stream::unfold(state, |(mut rest, leaving)| async move {
        match futures::StreamExt::next(&mut rest).await {
            Some(piece) => Some((piece, (rest, leaving))),
            None => {
                leaving.finish();
                None
            }
        }
    }))
}
