//! Signing in against a server that we did not write: the OpenID provider in `tests/peers`, at Microsoft's addresses.
//!
//! The practice services and this crate could agree on a mistake; this server holds to the standards only. It proves the
//! authorization code with PKCE on the loopback address, refreshing with rotation, a refusal, and the device code.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use connect::autopilot::{Page, Visitor};
use connect::signin::{DOMAINS_READ, USER_READ, Way};
use connect::{
    Autopilot, Browser, BrowserFault, CancellationToken, Cloud, Http, Ledger, Secret, Session,
    SignInFault, SignInRequest, SignInStage, Tenant, sign_in, sign_in_by_code,
};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use url::Url;

const TENANT: &str = "0b7c93f4-1c5d-4b2a-9d3e-9f4f8c2b7a10";
const CLIENT: &str = "7d0f0f0e-5a53-4b8e-8d53-3f1e5c1d9a02";
const ACCOUNT: &str = "adele@contoso.test";

/// The running server and what talks to it.
struct Peer {
    cloud: Cloud,
    http: Http,
    // Killed when the test ends; it ends by itself, too, when its input is closed.
    _server: Child,
}

impl Peer {
    async fn start() -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests/peers");
        assert!(
            folder.join("node_modules").is_dir(),
            "The server to test against is not installed. Run `npm ci` in tests/peers, or `cargo xtask test`, which does."
        );
        let mut server = Command::new("node")
            .arg("oidc.mjs")
            .args([TENANT, CLIENT])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("Node.js is installed");
        let cloud = cloud(port(&mut server).await);
        let http = Http::new(&cloud, Ledger::new()).expect("a client");
        Self {
            cloud,
            http,
            _server: server,
        }
    }

    fn person(&self) -> Autopilot {
        Autopilot::new(&self.cloud).expect("it is on this machine")
    }

    async fn sign_in(&self, browser: &dyn Browser) -> Result<Session, connect::Fault> {
        let quiet = |_| {};
        let cancel = CancellationToken::new();
        sign_in(&self.http, &self.cloud, &request(), browser, quiet, &cancel).await
    }

    async fn resume(&self, refresh: Secret) -> Result<Session, connect::Fault> {
        Session::resume(&self.http, &self.cloud, CLIENT, TENANT, refresh).await
    }

    /// The statuses of every answer of the token endpoint.
    fn token_answers(&self) -> Vec<Option<u16>> {
        let exchanges = self.http.ledger().all();
        let of_tokens = exchanges
            .iter()
            .filter(|exchange| exchange.path.ends_with("/oauth2/v2.0/token"));
        of_tokens.map(|exchange| exchange.status).collect()
    }
}

/// The server says where it listens in a line of its own; its warnings come in other ones.
async fn port(server: &mut Child) -> u64 {
    let output = server.stdout.take().expect("its output is ours");
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await.expect("its output can be read") {
        let said: Option<serde_json::Value> = serde_json::from_str(&line).ok();
        if let Some(port) = said.and_then(|said| said["port"].as_u64()) {
            // It writes warnings later on, and must find somebody who reads them.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return port;
        }
    }
    panic!("the server ended before it listened: `node oidc.mjs` in tests/peers says why");
}

fn cloud(port: u64) -> Cloud {
    let here = format!("http://127.0.0.1:{port}");
    let text = format!(
        "login = \"{here}\"\ngraph = \"{here}\"\nentra_portal = \"{here}\"\natlassian_api = \"{here}\"\natlassian_auth = \"{here}\"\natlassian_admin = \"{here}\"\n\
         [practice]\ntenant_id = \"{TENANT}\"\ntenant = \"Contoso\"\norganization_id = \"o-1\"\n\
         [[practice.accounts]]\nuser_principal_name = \"{ACCOUNT}\"\npassword = \"any will do\"\n"
    );
    Cloud::from_toml(&text).expect("a cloud")
}

/// The standards have no account page to ask for (`select_account` is Microsoft's), and keep a refresh token for whoever asks for
/// consent.
fn request() -> SignInRequest {
    let scopes = vec![&USER_READ, &DOMAINS_READ];
    let request = SignInRequest::new(CLIENT, Tenant::Id(TENANT.into()), scopes);
    SignInRequest {
        prompt: Some("consent".into()),
        ..request
    }
}

fn expect_adele(session: &Session) {
    assert_eq!(session.tenant_id(), TENANT);
    assert_eq!(session.user_principal_name(), ACCOUNT);
    assert_eq!(session.name(), "Adele Vance");
    assert!(session.has(&USER_READ) && session.has(&DOMAINS_READ));
}

/// Somebody who leaves the sign-in page by its way out.
struct Leaver(Visitor);

impl Leaver {
    async fn leave(visitor: &Visitor, page: &Page) {
        let way_out = page
            .text()
            .split('"')
            .find(|word| word.ends_with("/abort"))
            .expect("the page has a way out");
        let way_out = page.url().join(way_out).expect("an address");
        visitor.get(&way_out).await.expect("the way out leads on");
    }
}

impl Browser for Leaver {
    fn open(&self, url: &str) -> Result<(), BrowserFault> {
        let (visitor, url) = (self.0.clone(), Url::parse(url).expect("an address"));
        tokio::spawn(async move {
            let page = visitor.get(&url).await.expect("the sign-in page");
            Leaver::leave(&visitor, &page).await;
        });
        Ok(())
    }
}

#[tokio::test]
async fn a_code_with_its_proof_key_is_redeemed_on_the_loopback_address() {
    let peer = Peer::start().await;
    let person = peer.person();
    let session = peer.sign_in(&person).await.expect("signed in");
    expect_adele(&session);
    assert_eq!(session.way(), Way::Browser);
    assert_eq!(peer.token_answers(), [Some(200)]);
    assert_eq!(person.trouble(), None);
}

#[tokio::test]
async fn a_refresh_token_is_used_once_and_the_next_one_is_handed_on() {
    let peer = Peer::start().await;
    let session = peer.sign_in(&peer.person()).await.expect("signed in");
    let first = session.refresh_token().await.expect("a refresh token");
    let heard: Arc<Mutex<Vec<Secret>>> = Arc::default();
    let hearing = heard.clone();
    session.on_rotated(move |next| hearing.lock().expect("no panic").push(next.clone()));

    let access = session.access_token().await.expect("a token");
    let fresh = session.refresh_instead_of(&access).await.expect("another");
    assert_ne!(fresh, access);
    let next = session.refresh_token().await.expect("a refresh token");
    assert_ne!(next, first);
    assert_eq!(
        heard.lock().expect("no panic").as_slice(),
        std::slice::from_ref(&next)
    );

    let resumed = peer.resume(next).await.expect("taken up again");
    assert_eq!(resumed.way(), Way::Resumed);
    assert_eq!(resumed.user_principal_name(), ACCOUNT);
    // Taking up asks for the least. Microsoft answers with all that is consented to; the standards grant what was asked
    // (RFC 6749, 6), and more without a word to the person when it is needed.
    assert!(resumed.has(&USER_READ) && !resumed.has(&DOMAINS_READ));
    resumed
        .need(&[&DOMAINS_READ])
        .await
        .expect("granted before");
    expect_adele(&resumed);

    let fault = peer.resume(first).await.expect_err("it was used before");
    assert_eq!(fault.as_sign_in(), Some(&SignInFault::Expired));
}

#[tokio::test]
async fn leaving_the_page_is_a_refusal() {
    let peer = Peer::start().await;
    let leaver = Leaver(peer.person().visitor().clone());
    let fault = peer.sign_in(&leaver).await.expect_err("refused");
    assert_eq!(fault.as_sign_in(), Some(&SignInFault::Denied));
    assert_eq!(peer.token_answers(), [], "there was no code to redeem");
}

#[tokio::test]
async fn a_client_that_the_server_does_not_know_gets_no_token() {
    let peer = Peer::start().await;
    let session = peer.sign_in(&peer.person()).await.expect("signed in");
    let refresh = session.refresh_token().await.expect("a refresh token");
    let other = "00000000-0000-4000-8000-000000000000";
    let resumed = Session::resume(&peer.http, &peer.cloud, other, TENANT, refresh).await;
    let fault = resumed.expect_err("another client's token");
    assert_eq!(fault.as_sign_in(), Some(&SignInFault::NotPublicClient));
}

/// Signs in by code; `act` is what the person does with page and code once the program has asked in vain for the first time.
async fn by_code<F>(
    peer: &Peer,
    act: impl Fn(Url, String) -> F + Send + Sync,
) -> Result<Session, connect::Fault>
where
    F: Future<Output = ()> + Send + 'static,
{
    let progress = |stage| {
        if let SignInStage::Code {
            user_code,
            verification_uri,
            ..
        } = stage
        {
            let page = Url::parse(&verification_uri).expect("an address");
            let acting = act(page, user_code);
            let ledger = peer.http.ledger().clone();
            tokio::spawn(async move {
                let mut news = ledger.subscribe();
                // The first exchange brought the code, the second is the first question for the tokens.
                let asked = news.wait_for(|exchanges| *exchanges >= 2).await;
                asked.expect("the ledger is there");
                acting.await;
            });
        }
    };
    let cancel = CancellationToken::new();
    sign_in_by_code(&peer.http, &peer.cloud, &request(), progress, &cancel).await
}

#[tokio::test]
async fn a_device_code_is_waited_for_and_redeemed() {
    let peer = Peer::start().await;
    let person = peer.person();
    let session = by_code(&peer, |page, code| {
        let person = person.clone();
        async move {
            let entered = person.enter_code(&page, &code).await;
            entered.expect("the person gets through");
        }
    })
    .await
    .expect("signed in");
    expect_adele(&session);
    assert_eq!(session.way(), Way::DeviceCode);
    assert_eq!(
        peer.token_answers(),
        [Some(400), Some(200)],
        "not yet entered, then entered"
    );
}

#[tokio::test]
async fn a_device_code_that_is_refused_ends_the_wait() {
    let peer = Peer::start().await;
    let visitor = peer.person().visitor().clone();
    let outcome = by_code(&peer, |page, code| {
        let visitor = visitor.clone();
        async move {
            let mut page = visitor.get(&page).await.expect("the page for the code");
            let code = [("user_code".to_owned(), code)];
            while !page.text().contains("/abort") {
                let form = page.forms().first().expect("a form").clone();
                page = visitor.submit(&form, &code).await.expect("a page");
            }
            Leaver::leave(&visitor, &page).await;
        }
    })
    .await;
    let fault = outcome.expect_err("refused");
    assert_eq!(fault.as_sign_in(), Some(&SignInFault::Denied));
}
