//! The loopback as a browser, and as somebody who is no browser, sees it.

use super::*;

async fn send(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer
}

async fn get(loopback: &Loopback, target: &str) -> String {
    let port = loopback.shared.port;
    send(
        port,
        &format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
    )
    .await
}

async fn opened() -> Loopback {
    Loopback::open(Secret::new("the-state-of-this-test"))
        .await
        .expect("ports")
}

const OURS: &str = "state=the-state-of-this-test";

#[tokio::test]
async fn takes_one_answer_and_shows_how_it_ended() {
    let loopback = opened().await;
    let first = get(
        &loopback,
        &format!("/?code=the-code-of-this-test&{OURS}&session_state=x"),
    )
    .await;
    assert!(
        first.starts_with("HTTP/1.1 303 ") && first.contains("\r\nLocation: /done\r\n"),
        "{first}"
    );
    assert!(!first.contains("the-code"), "the page holds no code");
    let again = get(
        &loopback,
        &format!("/?code=another-code-of-this-test&{OURS}"),
    )
    .await;
    assert!(again.starts_with("HTTP/1.1 303 "), "{again}");
    let landing = loopback.landing().await.expect("a landing");
    assert_eq!(
        landing.answer.as_ref().expect("a code").secret(),
        "the-code-of-this-test"
    );
    landing.tell(Ok("<b>adele</b>@contoso.test"));
    landing.tell(Err("said too late".into()));
    let last = get(&loopback, "/done").await;
    assert!(
        last.contains("You are signed in as &lt;b&gt;adele&lt;/b&gt;@contoso.test"),
        "{last}"
    );
    assert!(
        last.contains("Content-Security-Policy: default-src 'none'")
            && last.contains("Cache-Control: no-store")
    );
}

#[tokio::test]
async fn the_last_page_waits_for_the_end_and_the_ports_close_after_it() {
    let loopback = opened().await;
    let port = loopback.shared.port;
    get(
        &loopback,
        &format!("/?error=access_denied&error_description=AADSTS65004%3A+no&{OURS}"),
    )
    .await;
    let landing = loopback.landing().await.expect("a landing");
    let fault = landing.answer.clone().expect_err("a refusal");
    assert_eq!(
        (fault.as_sign_in(), fault.code.as_deref()),
        (Some(&SignInFault::Declined), Some("AADSTS65004"))
    );
    let close = loopback.shared.close.clone();
    drop(loopback);
    let request = format!("GET /done HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    let (page, ()) = tokio::join!(send(port, &request), async {
        tokio::task::yield_now().await;
        landing.tell(Err(fault.to_string()));
        drop(landing);
    });
    assert!(
        page.contains("You are not signed in: the permissions were declined"),
        "{page}"
    );
    close.cancelled().await;
}

#[tokio::test]
async fn everything_else_leaves_the_wait_as_it_was() {
    let loopback = opened().await;
    let port = loopback.shared.port;
    let huge = format!(
        "GET /?code=c&{OURS}&x={} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n",
        "y".repeat(2 * LONGEST_HEAD)
    );
    let cases = [
        (
            format!("GET /favicon.ico HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
            "404",
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
            "404",
        ),
        (
            format!("HEAD /?code=cccccc&{OURS} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
            "404",
        ),
        (
            format!("POST /?code=cccccc&{OURS} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
            "405",
        ),
        (
            format!("GET /?code=cccccc&state=wrong HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
            "400",
        ),
        (
            format!("GET /?code=cccccc HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
            "400",
        ),
        (
            format!("GET /?code=cccccc&{OURS}&{OURS} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
            "400",
        ),
        (
            format!("GET /?code=a&code=b&{OURS} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
            "400",
        ),
        (
            format!("GET /?{OURS} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
            "400",
        ),
        (
            format!("GET /?code=cccccc&{OURS} HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
            "400",
        ),
        (format!("GET /?code=cccccc&{OURS} HTTP/1.1\r\n\r\n"), "400"),
        (
            format!(
                "GET http://localhost/?code=c&{OURS} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
            ),
            "400",
        ),
        ("nonsense\r\n\r\n".to_owned(), "400"),
    ];
    for (request, status) in cases {
        let answer = send(port, &request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request}: {answer}"
        );
        assert_eq!(
            request.starts_with("HEAD"),
            answer.ends_with("\r\n\r\n"),
            "{request}: {answer}"
        );
    }
    // The connection may be cut before the refusal was read, because not everything was read from it.
    let mut stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("a connection");
    let _cut = stream.write_all(huge.as_bytes()).await;
    assert!(
        loopback.shared.taker.lock().expect("the taker").is_some(),
        "nobody has landed"
    );
    assert_eq!(loopback.timeout(), SignInFault::StateMismatch);
    get(&loopback, &format!("/?code=the-true-one&{OURS}")).await;
    assert!(loopback.landing().await.expect("a landing").answer.is_ok());
}

#[tokio::test]
async fn a_loopback_that_nobody_came_back_to_closes() {
    let loopback = opened().await;
    assert_eq!(loopback.timeout(), SignInFault::Timeout);
    let close = loopback.shared.close.clone();
    drop(loopback);
    assert!(close.is_cancelled());
}
