//! A line in between: passes requests on to a service, writes them down, and can cut one of them off for good, before
//! the service hears it or before the program hears the answer. What is cut stays silent, as after a power cut.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Lines with one count over all of them.
pub struct Line {
    shared: Arc<Shared>,
    _open: DropGuard,
    open: CancellationToken,
}

/// A request that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// "GET".
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Head and body as they passed.
    pub text: String,
}

/// Which request is cut off, counted from 1 over all lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The service never hears it.
    Before(usize),
    /// The service does it, and its answer is lost.
    After(usize),
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Vec<Seen>>,
    cut: Mutex<Option<Cut>>,
    dark: CancellationToken,
    silent: AtomicBool,
}

impl Line {
    /// No line yet.
    pub fn new() -> Self {
        let open = CancellationToken::new();
        Self {
            shared: Arc::default(),
            _open: open.clone().drop_guard(),
            open,
        }
    }

    /// A line to this service; its address is where to send requests instead.
    pub async fn to(&self, service: impl std::fmt::Display) -> String {
        let service = service.to_string();
        let service: SocketAddr = service
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .parse()
            .expect("a practice address");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (shared, open) = (self.shared.clone(), self.open.clone());
        tokio::spawn(open.run_until_cancelled_owned(async move {
            while let Ok((client, _)) = listener.accept().await {
                let passing = pass(shared.clone(), client, service);
                // A client that hangs up in the middle ends its own line only.
                tokio::spawn(async move { passing.await.ok() });
            }
        }));
        format!("http://{address}")
    }

    /// Cuts this request.
    pub fn cut(&self, cut: Cut) {
        *self
            .shared
            .cut
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(cut);
    }

    /// From now on every request is heard, and none is answered.
    pub fn fall_silent(&self) {
        self.shared.silent.store(true, Ordering::SeqCst);
    }

    /// Answers again what is asked from now on.
    pub fn speak_again(&self) {
        self.shared.silent.store(false, Ordering::SeqCst);
    }

    /// Ends when the request was cut.
    pub fn dark(&self) -> CancellationToken {
        self.shared.dark.clone()
    }

    /// What passed so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Default for Line {
    fn default() -> Self {
        Self::new()
    }
}

impl Shared {
    /// Writes a request down; the cut, when it is the one.
    fn take(&self, seen: Seen) -> Option<Cut> {
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(seen);
        let cut = *self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        cut.filter(|cut| matches!(cut, Cut::Before(at) | Cut::After(at) if *at == all.len()))
    }
}

async fn pass(shared: Arc<Shared>, client: TcpStream, service: SocketAddr) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let upstream = TcpStream::connect(service).await?;
    upstream.set_nodelay(true)?;
    let (mut client, mut upstream) = (BufReader::new(client), BufReader::new(upstream));
    while let Some(request) = message(&mut client).await? {
        let cut = shared.take(seen(&request));
        if shared.silent.load(Ordering::SeqCst) {
            return std::future::pending().await;
        }
        if matches!(cut, Some(Cut::Before(_))) {
            return go_dark(&shared).await;
        }
        upstream.write_all(&request).await?;
        let Some(answer) = message(&mut upstream).await? else {
            return Ok(());
        };
        if cut.is_some() {
            return go_dark(&shared).await;
        }
        client.write_all(&answer).await?;
    }
    Ok(())
}

/// Says that the cut happened and keeps the connection silent.
async fn go_dark(shared: &Shared) -> std::io::Result<()> {
    shared.dark.cancel();
    std::future::pending().await
}

fn seen(request: &[u8]) -> Seen {
    let text = String::from_utf8_lossy(request).into_owned();
    let mut words = text.split(' ').map(str::to_owned);
    let (method, path) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    Seen { method, path, text }
}

/// One message of HTTP/1.1 with a `Content-Length` or without a body; `None` when the other side has hung up.
async fn message(from: &mut BufReader<TcpStream>) -> std::io::Result<Option<Vec<u8>>> {
    let mut whole = Vec::new();
    let mut length = 0;
    loop {
        let begin = whole.len();
        if from.read_until(b'\n', &mut whole).await? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&whole[begin..]).to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line == "\r\n" {
            break;
        }
    }
    let head = whole.len();
    whole.resize(head + length, 0);
    from.read_exact(&mut whole[head..]).await?;
    Ok(Some(whole))
}
