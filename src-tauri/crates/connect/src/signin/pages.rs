//! The pages that the browser shows at the end of a sign-in: plain, without script, with everything from outside escaped.

/// An answer of the loopback.
#[derive(Debug)]
pub(super) struct Reply {
    status: &'static str,
    location: Option<&'static str>,
    body: String,
    /// True for the page after which nothing more is to be shown.
    pub(super) is_last: bool,
}

impl Reply {
    /// The answer as HTTP.
    pub(super) fn bytes(&self, head_only: bool) -> String {
        let location = self
            .location
            .map(|to| format!("Location: {to}\r\n"))
            .unwrap_or_default();
        let head = format!(
            "HTTP/1.1 {}\r\n{location}Content-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\r\n",
            self.status,
            self.body.len()
        );
        if head_only { head } else { head + &self.body }
    }
}

fn page(status: &'static str, title: &str, text: &str) -> Reply {
    Reply {
        status,
        location: None,
        body: html(title, text),
        is_last: false,
    }
}

/// After the answer was taken: to an address that has no code in it, so that none stays in the history.
pub(super) fn go_on() -> Reply {
    Reply {
        location: Some("/done"),
        ..page(
            "303 See Other",
            "One moment",
            "Lockstep is finishing the sign-in.",
        )
    }
}

/// It worked.
pub(super) fn signed_in(who: &str) -> Reply {
    let text =
        format!("You are signed in as {who}. You can close this tab and go back to Lockstep.");
    Reply {
        is_last: true,
        ..page("200 OK", "Signed in", &text)
    }
}

/// It did not.
pub(super) fn failed(why: &str) -> Reply {
    let text = format!(
        "You are not signed in: {why}. Go back to Lockstep, which says what to do next. You can close this tab."
    );
    Reply {
        is_last: true,
        ..page("200 OK", "Not signed in", &text)
    }
}

/// An answer that belongs to another sign-in.
pub(super) fn not_ours() -> Reply {
    let text = "This page does not belong to the sign-in that Lockstep is waiting for, perhaps because it comes from an earlier try. \
                Go back to Lockstep and open the sign-in page again.";
    page("400 Bad Request", "Not this sign-in", text)
}

/// Nothing is at this address.
pub(super) fn nothing_here() -> Reply {
    page(
        "404 Not Found",
        "Nothing here",
        "Lockstep is waiting for the sign-in page to send you back here.",
    )
}

/// Something that no browser sends after a sign-in.
pub(super) fn not_understood() -> Reply {
    page(
        "400 Bad Request",
        "Not understood",
        "This request was not understood. Go back to Lockstep and open the sign-in page again.",
    )
}

/// A method other than GET.
pub(super) fn wrong_method() -> Reply {
    page(
        "405 Method Not Allowed",
        "Not understood",
        "Only the sign-in page sends you here, with a plain link.",
    )
}

/// A head without end.
pub(super) fn too_long() -> Reply {
    page(
        "431 Request Header Fields Too Large",
        "Too long",
        "This request is too long to come from the sign-in page.",
    )
}

fn html(title: &str, text: &str) -> String {
    let (title, text) = (escaped(title), escaped(text));
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title} - Lockstep</title><style>:root{{color-scheme:light dark}}body{{font:1.1rem/1.5 system-ui,sans-serif;\
         max-width:34rem;margin:15vh auto;padding:0 1rem}}</style></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_escaped() {
        let reply = signed_in("<script>alert('x')</script>&\"").bytes(false);
        assert!(!reply.contains("<script"), "{reply}");
        assert!(
            reply.contains("&lt;script&gt;alert(&#39;x&#39;)"),
            "{reply}"
        );
    }

    #[test]
    fn lengths_and_heads_fit() {
        let reply = failed("grün");
        let whole = reply.bytes(false);
        let (head, body) = whole.split_once("\r\n\r\n").expect("a head");
        assert!(head.contains(&format!("Content-Length: {}", body.len())));
        assert!(reply.bytes(true).ends_with("\r\n\r\n"));
        assert!(go_on().bytes(false).contains("\r\nLocation: /done\r\n"));
    }
}
