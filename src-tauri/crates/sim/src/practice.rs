//! Practice as a whole: starts one listener per service, hands each request to its service under one lock, writes the
//! ledger, and puts the levers' faults in the way. This file knows which services there are and nothing of what they say.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use serde_json::Value;
use url::Url;

use crate::authority::Authority;
use crate::faults::{self, Effect};
use crate::ledger::Exchange;
use crate::levers::Levers;
use crate::line::Lines;
use crate::tempo::Tempo;
use crate::wire::{Answer, Call, Host};
use crate::world::World;
use crate::{atlassian, cloudfile, control, entra, scenarios};

/// How to start practice.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name of a scenario, see [`crate::scenarios()`].
    pub scenario: String,
    /// How practice takes time.
    pub tempo: Tempo,
    /// What every request takes at least, as over a real network.
    pub latency: Duration,
    /// Whether every service speaks HTTPS, with certificates of a fresh authority.
    pub tls: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            scenario: "fresh".into(),
            tempo: Tempo::Auto,
            latency: Duration::ZERO,
            tls: false,
        }
    }
}

/// Why practice could not start.
#[derive(Debug)]
pub enum StartError {
    /// There is no scenario of that name.
    NoSuchScenario(String),
    /// A listener could not be bound.
    Bind(std::io::Error),
    /// The certificate authority could not be made or written.
    Certificates(Box<dyn std::error::Error + Send + Sync>),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StartError::NoSuchScenario(name) => write!(out, "There is no scenario called {name}."),
            StartError::Bind(_) => write!(out, "A practice service could not listen on loopback."),
            StartError::Certificates(_) => {
                write!(out, "The practice certificates could not be made.")
            }
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StartError::NoSuchScenario(_) => None,
            StartError::Bind(source) => Some(source),
            StartError::Certificates(source) => Some(source.as_ref()),
        }
    }
}

/// The running practice services. They stop when this is dropped.
#[derive(Debug)]
pub struct Practice {
    stage: Arc<Stage>,
    handles: Vec<Handle<SocketAddr>>,
    authority: Option<Authority>,
    scenario: String,
}

impl Practice {
    /// Starts every service on 127.0.0.1, each on a port that the operating system chooses.
    pub async fn start(options: Options) -> Result<Practice, StartError> {
        let mut world = scenarios::build(&options.scenario, options.tempo)
            .ok_or_else(|| StartError::NoSuchScenario(options.scenario.clone()))?;
        let authority = options
            .tls
            .then(Authority::found)
            .transpose()
            .map_err(StartError::Certificates)?;
        let scheme = if options.tls { "https" } else { "http" };
        let mut listeners = Vec::new();
        for host in Host::ALL {
            let listener = TcpListener::bind("127.0.0.1:0").map_err(StartError::Bind)?;
            listener.set_nonblocking(true).map_err(StartError::Bind)?;
            let address = listener.local_addr().map_err(StartError::Bind)?;
            world.places.insert(host, format!("{scheme}://{address}"));
            listeners.push((host, listener));
        }
        let stage = Arc::new(Stage {
            world: Mutex::new(world),
            latency: options.latency,
            scheme,
        });
        let mut handles = Vec::new();
        for (host, listener) in listeners {
            handles.push(
                serve(host, listener, stage.clone(), authority.as_ref())
                    .map_err(StartError::Bind)?,
            );
        }
        Ok(Practice {
            stage,
            handles,
            authority,
            scenario: options.scenario,
        })
    }

    /// The cloud file: what the wizard reads to talk to practice instead of to the vendors.
    pub fn cloud_toml(&self) -> String {
        cloudfile::write(
            &self.stage.world(),
            &self.scenario,
            self.authority.as_ref().map(Authority::path),
        )
    }

    /// The address of one service.
    pub fn address(&self, host: Host) -> Url {
        Url::parse(&self.stage.world().place(host)).expect("practice addresses are well-formed")
    }

    /// The levers.
    pub fn levers(&self) -> Levers {
        Levers::new(self.stage.clone())
    }

    /// Every request so far.
    pub fn ledger(&self) -> Vec<Exchange> {
        self.stage.world().ledger.copy()
    }

    /// Tenant and organization as they are now, in a stable order and without times.
    pub fn dump(&self) -> Value {
        self.stage.world().dump()
    }

    /// Stops every service.
    pub async fn stop(self) {
        for handle in &self.handles {
            handle.graceful_shutdown(Some(Duration::from_millis(50)));
        }
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        self.handles.iter().for_each(Handle::shutdown);
    }
}

/// What the listeners share.
pub(crate) struct Stage {
    world: Mutex<World>,
    latency: Duration,
    scheme: &'static str,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Stage")
            .field("latency", &self.latency)
            .finish_non_exhaustive()
    }
}

impl Stage {
    /// The world, for as long as the guard lives.
    pub fn world(&self) -> MutexGuard<'_, World> {
        // A panic in one request is a bug of practice, and the world is still whole enough to go on with.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers one request within the world.
pub(crate) fn answer(world: &mut World, call: &Call) -> Answer {
    world.asks(&call.path);
    world.settle();
    match call.host {
        Host::Login => entra::login(world, call),
        Host::Graph => entra::graph::answer(world, call),
        Host::EntraPortal => entra::portal::answer(world, call),
        Host::AtlassianApi => atlassian::api(world, call),
        Host::AtlassianAuth => atlassian::site::auth(world, call),
        Host::AtlassianAdmin => atlassian::screens::answer(world, call),
        Host::Site => atlassian::site::answer(world, call),
        Host::Control => control::answer(world, call),
    }
}

fn serve(
    host: Host,
    listener: TcpListener,
    stage: Arc<Stage>,
    authority: Option<&Authority>,
) -> std::io::Result<Handle<SocketAddr>> {
    let lines = Lines::default();
    let handle = Handle::new();
    let switchboard = lines.clone();
    let app = Router::new().fallback(
        move |ConnectInfo(client): ConnectInfo<SocketAddr>, request: Request| {
            let (stage, lines) = (stage.clone(), switchboard.clone());
            async move { receive(host, &stage, &lines, client, request).await }
        },
    );
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum_server::from_tcp(listener)?.handle(handle.clone());
    match authority {
        None => drop(tokio::spawn(server.acceptor(lines).serve(service))),
        Some(authority) => {
            let acceptor =
                RustlsAcceptor::new(RustlsConfig::from_config(authority.server())).acceptor(lines);
            drop(tokio::spawn(server.acceptor(acceptor).serve(service)));
        }
    }
    Ok(handle)
}

async fn receive(
    host: Host,
    stage: &Stage,
    lines: &Lines,
    client: SocketAddr,
    request: Request,
) -> Response {
    let call = read(host, stage, request).await;
    let (seq, effect) = {
        let mut world = stage.world();
        let at = world.clock.now().to_string();
        // Looking at the levers is no part of the story that the ledger tells.
        let seq = if host == Host::Control {
            0
        } else {
            world.ledger.open(&call, at)
        };
        let effect = faults::take(&mut world.faults, &call);
        if let Some(effect) = &effect {
            world.ledger.faulted(seq, effect.word());
        }
        (seq, effect)
    };
    if host != Host::Control && !stage.latency.is_zero() {
        tokio::time::sleep(stage.latency).await;
    }
    match effect {
        Some(Effect::Hang) => std::future::pending().await,
        Some(Effect::ResetBefore) => {
            lines.cut(client);
            return Response::new(Body::empty());
        }
        Some(Effect::Slow(by)) => tokio::time::sleep(Duration::from_millis(by)).await,
        _ => {}
    }
    let answer = {
        let mut world = stage.world();
        let stand_in = effect
            .as_ref()
            .and_then(|effect| effect.answer(host, &world.clock));
        let answer = stand_in.unwrap_or_else(|| answer(&mut world, &call));
        let answer = if host == Host::Control {
            answer
        } else {
            answer.with("date", world.clock.http_date())
        };
        if !matches!(effect, Some(Effect::LoseAnswer)) {
            world.ledger.close(seq, &answer);
        }
        answer
    };
    if matches!(effect, Some(Effect::LoseAnswer)) {
        lines.cut(client);
    }
    written(answer)
}

/// Ten megabytes: far above every body of these services, far below what would hurt.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

async fn read(host: Host, stage: &Stage, request: Request) -> Call {
    let (parts, body) = request.into_parts();
    let headers: HashMap<String, String> = parts
        .headers
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    // HTTP/2 has the authority in the request line, HTTP/1.1 in a header.
    let authority = parts
        .uri
        .authority()
        .map(ToString::to_string)
        .or_else(|| headers.get("host").cloned());
    let base = authority.map_or_else(
        || stage.world().place(host),
        |authority| format!("{}://{authority}", stage.scheme),
    );
    let body = to_bytes(body, LARGEST_BODY)
        .await
        .map(|bytes| bytes.to_vec())
        .unwrap_or_default();
    Call {
        host,
        base,
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers,
        body,
    }
}

fn written(answer: Answer) -> Response {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).unwrap_or_else(|_| {
        Response::new(Body::from(
            "practice wrote a header that HTTP does not allow",
        ))
    })
}
