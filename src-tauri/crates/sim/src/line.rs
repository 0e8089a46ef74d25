//! Connections that a fault can cut. An HTTP framework always answers; a network does not, and a client must cope with
//! an answer that never comes. So each accepted connection carries a switch that makes every further read and write fail.

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The switches of all open connections of a listener, by the client's address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines(Arc<Mutex<HashMap<SocketAddr, Arc<AtomicBool>>>>);

impl Lines {
    /// Cuts the connection with that client.
    pub fn cut(&self, client: SocketAddr) {
        let switches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(switch) = switches.get(&client) {
            switch.store(true, Ordering::SeqCst);
        }
    }

    fn join(&self, stream: TcpStream) -> io::Result<Line> {
        // Small answers over loopback must not wait for Nagle's algorithm.
        stream.set_nodelay(true)?;
        let client = stream.peer_addr()?;
        let switch = Arc::new(AtomicBool::new(false));
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(client, switch.clone());
        Ok(Line {
            stream,
            client,
            switch,
            lines: self.clone(),
        })
    }
}

impl<S> Accept<TcpStream, S> for Lines {
    type Stream = Line;
    type Service = S;
    type Future = Ready<io::Result<(Line, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(self.join(stream).map(|line| (line, service)))
    }
}

/// One connection with its switch.
#[derive(Debug)]
pub(crate) struct Line {
    stream: TcpStream,
    client: SocketAddr,
    switch: Arc<AtomicBool>,
    lines: Lines,
}

impl Line {
    fn check(&self) -> io::Result<()> {
        if self.switch.load(Ordering::SeqCst) {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            Ok(())
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.lines
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.client);
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
