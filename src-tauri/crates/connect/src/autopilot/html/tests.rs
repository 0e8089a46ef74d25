//! Plain pages, and broken ones.

use super::*;

fn forms(html: &str) -> Vec<Form> {
    forms_in(
        html,
        &Url::parse("http://127.0.0.1:1/page?x=1").expect("an address"),
    )
}

#[test]
fn reads_the_controls_of_plain_pages() {
    let html = r#"<!-- <form action="/no"> --><script>"<form>"</script>
        <FORM Action='/common/login' method=POST><input type=hidden name="flow" value="a&amp;b&#39;&#x3e;">
        <label>User <input name=login value=""></label><input type="password" name="passwd"/>
        <select name="cloud"><option value="1">One<option selected value="2">Two</select>
        <textarea name="note">a &lt; b</textarea><input type="checkbox" name="all" value="yes"><input type=radio name=r value=x checked>
        <button type="button">No submit</button><button name="decision" value="accept">Accept > all</button></FORM>"#;
    let form = &forms(html)[0];
    assert_eq!(form.action().as_str(), "http://127.0.0.1:1/common/login");
    assert!(form.is_post());
    assert_eq!(form.text_field(|name| name == "login"), Some("login"));
    assert_eq!(form.password_field(), Some("passwd"));
    assert_eq!(form.tick(), Some(("all", "yes")));
    assert_eq!(
        form.choices(),
        [Choice {
            name: "decision".into(),
            value: "accept".into(),
            label: "Accept > all".into()
        }]
    );
    let filled = form.filled(&[
        ("login".into(), "adele".into()),
        ("decision".into(), "accept".into()),
    ]);
    let expected = [
        ("flow", "a&b'>"),
        ("login", "adele"),
        ("passwd", ""),
        ("cloud", "2"),
        ("note", "a < b"),
        ("r", "x"),
        ("decision", "accept"),
    ];
    assert_eq!(
        filled,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn a_form_without_an_action_goes_to_its_own_page() {
    let form = &forms("<form><button>Go on</button></form>")[0];
    assert_eq!(
        (form.action().path(), form.is_post(), form.only_continues()),
        ("/page", false, true)
    );
}

#[test]
fn buttons_by_meaning() {
    let choice = |value: &str, label: &str| Choice {
        name: "decision".into(),
        value: value.into(),
        label: label.into(),
    };
    assert!(choice("accept", "OK").means("accept"));
    assert!(choice("1", "Yes, for everybody").means("yes"));
    assert!(!choice("1", "Yesterday").means("yes"));
    assert!(!choice("cancel", "Cancel").means("accept"));
}

#[test]
fn broken_html_ends() {
    for html in [
        "<",
        "<form",
        "<form action='x",
        "<input name=",
        "<!--",
        "<script>",
        "&",
        "&#xffffffff;",
        "<form><input name=a value='",
    ] {
        let _forms = forms(html);
        let _words = words_in(html);
    }
    assert_eq!(
        words_in("<head><title>x</title></head><body><h1>Sorry</h1> <p>a &amp; b</p>"),
        "Sorry a & b"
    );
}

#[test]
fn words_by_id_and_by_kind() {
    let html = "<style>h1{}</style><header>Practice</header><main><h1>You &amp; <b>we</b></h1>\
        <code id='a'> one </code><a id=b href='/x?a=1&amp;b=2'>Two</a><code id=empty></code></main>";
    assert_eq!(text_of_id(html, "a").as_deref(), Some("one"));
    assert_eq!(text_of_id(html, "b").as_deref(), Some("/x?a=1&b=2"));
    assert_eq!(text_of_id(html, "empty").as_deref(), Some(""));
    assert_eq!(text_of_id(html, "c"), None);
    assert_eq!(words_of(html, "h1").as_deref(), Some("You & we"));
    assert_eq!(words_of(html, "main").as_deref(), Some("You & we one Two"));
    assert_eq!(words_of(html, "h2"), None);
}
