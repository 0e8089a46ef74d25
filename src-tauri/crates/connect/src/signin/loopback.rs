//! The place on this machine where the browser comes back to.
//!
//! A few lines of HTTP on 127.0.0.1 and, where it can be had, [::1] on the same port, because `localhost` may mean either
//! (entra.md 1.2). It takes one answer that carries our state, sends the browser on to an address without the code in it, and
//! tells the person there how it ended. It must not know what the code is good for.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, oneshot, watch};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::faults::{SignInFault, fault_of_error, number_in};
use super::pages::{self, Reply};
use crate::fault::{Fault, FaultKind};
use crate::secret::{Redactor, Secret, same_in_constant_time};

/// The head of a browser's request is a few hundred bytes; an authorization code adds a few thousand.
const LONGEST_HEAD: usize = 32 * 1024;
/// A connection that says nothing for so long is dropped.
const READ_WITHIN: Duration = Duration::from_secs(10);
/// How long the last page may wait for the end, which one token request away.
const END_WITHIN: Duration = Duration::from_secs(180);
/// How long the last page stays available after the end.
const LINGER: Duration = Duration::from_secs(20);
/// More connections at once than any browser opens.
const AT_ONCE: usize = 16;

type Answer = Result<Secret, Fault>;

/// The open ports, until somebody comes back.
#[derive(Debug)]
pub(super) struct Loopback {
    shared: Arc<Shared>,
    landed: tokio::sync::Mutex<Option<oneshot::Receiver<Answer>>>,
}

/// The browser came back: with a code, or with the service's refusal.
#[derive(Debug)]
pub(super) struct Landing {
    /// The code, or the refusal.
    pub(super) answer: Answer,
    shared: Arc<Shared>,
}

/// How it ended, for the last page.
#[derive(Debug, Clone)]
enum Ending {
    SignedIn(String),
    Failed(String),
}

#[derive(Debug)]
struct Shared {
    port: u16,
    state: Secret,
    taker: Mutex<Option<oneshot::Sender<Answer>>>,
    stranger: AtomicBool,
    ending: watch::Sender<Option<Ending>>,
    last_page_shown: Notify,
    room: Semaphore,
    close: CancellationToken,
}

impl Loopback {
    /// Opens the ports. `state` is what an answer has to carry.
    pub(super) async fn open(state: Secret) -> Result<Self, Fault> {
        let no_port = |error: io::Error| Fault::sign_in(SignInFault::NoPort).because(&error);
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(no_port)?;
        let port = v4.local_addr().map_err(no_port)?.port();
        // A machine without IPv6, or with the port taken there, is served by 127.0.0.1 alone.
        let v6 = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok();
        let (sender, receiver) = oneshot::channel();
        let shared = Arc::new(Shared {
            port,
            state,
            taker: Mutex::new(Some(sender)),
            stranger: AtomicBool::new(false),
            ending: watch::Sender::new(None),
            last_page_shown: Notify::new(),
            room: Semaphore::new(AT_ONCE),
            close: CancellationToken::new(),
        });
        for listener in [Some(v4), v6].into_iter().flatten() {
            tokio::spawn(serve(listener, shared.clone()));
        }
        Ok(Self {
            shared,
            landed: tokio::sync::Mutex::new(Some(receiver)),
        })
    }

    /// The redirect address: always by name, which is what is registered, and without a path.
    pub(super) fn redirect(&self) -> String {
        format!("http://localhost:{}", self.shared.port)
    }

    /// Waits until the browser comes back.
    pub(super) async fn landing(&self) -> Result<Landing, Fault> {
        let mut landed = self.landed.lock().await;
        let closed = || Fault::new(FaultKind::Cancelled);
        let answer = landed
            .as_mut()
            .ok_or_else(closed)?
            .await
            .map_err(|_| closed())?;
        *landed = None;
        Ok(Landing {
            answer,
            shared: self.shared.clone(),
        })
    }

    /// What a time-out means: nobody came, or only somebody else.
    pub(super) fn timeout(&self) -> SignInFault {
        if self.shared.stranger.load(Ordering::Relaxed) {
            SignInFault::StateMismatch
        } else {
            SignInFault::Timeout
        }
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        // Once somebody has landed, the landing closes the ports: the last page is still to be shown.
        if self.landed.get_mut().is_some() {
            self.shared.close.cancel();
        }
    }
}

impl Landing {
    /// Tells the person in the browser how it ended.
    pub(super) fn tell(&self, outcome: Result<&str, String>) {
        let ending = match outcome {
            Ok(who) => Ending::SignedIn(who.to_owned()),
            Err(why) => Ending::Failed(why),
        };
        self.shared.ending.send_if_modified(|told| {
            let first = told.is_none();
            told.get_or_insert(ending);
            first
        });
    }
}

impl Drop for Landing {
    /// The ports close when the last page was shown, or after a while.
    fn drop(&mut self) {
        self.tell(Err("signing in was stopped".into()));
        let shared = self.shared.clone();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return shared.close.cancel();
        };
        runtime.spawn(async move {
            let _shown_or_not =
                tokio::time::timeout(LINGER, shared.last_page_shown.notified()).await;
            shared.close.cancel();
        });
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let close = shared.close.clone();
    while let Some(accepted) = close.run_until_cancelled(listener.accept()).await {
        let Ok((stream, _)) = accepted else { continue };
        let shared = shared.clone();
        tokio::spawn(async move {
            let Ok(_room) = shared.room.acquire().await else {
                return;
            };
            // A browser that hangs up early is no fault of ours.
            if let Err(error) = converse(stream, &shared).await {
                tracing::debug!(%error, "loopback connection");
            }
        });
    }
}

async fn converse(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let head = match tokio::time::timeout(READ_WITHIN, read_head(&mut stream)).await {
        Ok(head) => head?,
        Err(_) => return Ok(()),
    };
    let reply = match head.as_deref().map(Asked::parse) {
        None => pages::too_long(),
        Some(None) => pages::not_understood(),
        Some(Some(asked)) => shared.reply(&asked).await,
    };
    let head_only = head
        .as_deref()
        .is_some_and(|head| head.starts_with("HEAD "));
    stream.write_all(reply.bytes(head_only).as_bytes()).await?;
    stream.shutdown().await?;
    if reply.is_last && !head_only {
        shared.last_page_shown.notify_one();
    }
    Ok(())
}

/// Everything up to the empty line; `None` when it is too long.
async fn read_head(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut chunk = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > LONGEST_HEAD {
            return Ok(None);
        }
        match stream.read(&mut chunk).await? {
            0 => break,
            n => head.extend_from_slice(&chunk[..n]),
        }
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}

/// What a request asks for.
#[derive(Debug)]
struct Asked {
    method: String,
    host: String,
    target: Url,
}

impl Asked {
    fn parse(head: &str) -> Option<Self> {
        let mut lines = head.lines();
        let mut first = lines.next()?.split(' ');
        let (method, target) = (first.next()?, first.next()?);
        let host = lines.find_map(|line| {
            line.split_once(':')
                .filter(|(name, _)| name.eq_ignore_ascii_case("host"))
                .map(|(_, host)| host.trim())
        })?;
        let target = target
            .strip_prefix('/')
            .and_then(|rest| Url::parse(&format!("http://localhost/{rest}")).ok())?;
        Some(Self {
            method: method.into(),
            host: host.to_ascii_lowercase(),
            target,
        })
    }

    /// A parameter that is there exactly once.
    fn parameter(&self, name: &str) -> Option<String> {
        let mut found = self
            .target
            .query_pairs()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned());
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}

impl Shared {
    async fn reply(&self, asked: &Asked) -> Reply {
        // A page elsewhere that points a name of its own at this machine does not get through (DNS rebinding).
        let own = ["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{}", self.port));
        if !own.contains(&asked.host) {
            return pages::not_understood();
        }
        match (asked.method.as_str(), asked.target.path()) {
            ("GET" | "HEAD", "/done") => self.last_page().await,
            ("GET", "/") if asked.target.query().is_some() => self.land(asked),
            ("HEAD", "/") => pages::nothing_here(),
            ("GET" | "HEAD", _) => pages::nothing_here(),
            _ => pages::wrong_method(),
        }
    }

    /// Takes the first answer that carries our state; everything else leaves the wait as it was.
    fn land(&self, asked: &Asked) -> Reply {
        let ours = asked.parameter("state").is_some_and(|state| {
            same_in_constant_time(state.as_bytes(), self.state.secret().as_bytes())
        });
        if !ours {
            self.stranger.store(true, Ordering::Relaxed);
            return pages::not_ours();
        }
        let answer = match (asked.parameter("error"), asked.parameter("code")) {
            (Some(error), _) => Err(refusal(
                &error,
                &asked.parameter("error_description").unwrap_or_default(),
            )),
            (None, Some(code)) if !code.is_empty() => Ok(Secret::new(code)),
            _ => return pages::not_understood(),
        };
        let taker = self
            .taker
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .take();
        if let Some(taker) = taker {
            // Nobody waits any more when it was cancelled at this moment: the last page says so.
            let _ = taker.send(answer);
        }
        pages::go_on()
    }

    async fn last_page(&self) -> Reply {
        let mut ending = self.ending.subscribe();
        let told = tokio::time::timeout(END_WITHIN, ending.wait_for(Option::is_some)).await;
        match told
            .ok()
            .and_then(Result::ok)
            .and_then(|ending| ending.clone())
        {
            Some(Ending::SignedIn(who)) => pages::signed_in(&who),
            Some(Ending::Failed(why)) => pages::failed(&why),
            None => pages::nothing_here(),
        }
    }
}

fn refusal(error: &str, description: &str) -> Fault {
    let number = number_in(description);
    let mut fault = Fault::sign_in(fault_of_error(error, number)).saying(description);
    fault.code = Some(number.map_or_else(
        || Redactor::redact(error),
        |number| format!("AADSTS{number}"),
    ));
    fault
}

#[cfg(test)]
mod tests;
