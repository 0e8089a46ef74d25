//! The two addresses that Atlassian shows once Entra's values are saved there, judged as they are pasted back.
//!
//! Both hold the id of the SAML connection, and it must be the same. Where they lie is passed in, so that a practice
//! cloud on the loopback address is judged like any other. Rules: atlassian.md 4.3.

use url::Url;

use crate::Judged;

/// The part of the entity URL between the host and the id.
const ENTITY_PATH: &str = "/saml/";
/// The part of the ACS URL between the host and the id.
const ACS_PATH: &str = "/login/callback?connection=saml-";
const ENTITY_FIELD: &str = "Service provider entity URL";
const ACS_FIELD: &str = "Service provider assertion consumer service URL";

/// Ids that the id of a SAML connection must not be. Empty ones are not compared.
#[derive(Debug, Clone, Default)]
pub struct OtherIds {
    /// The Atlassian organization's.
    pub organization: String,
    /// Those of the organization's directories.
    pub directories: Vec<String>,
    /// The tenant's.
    pub tenant: String,
    /// The application's client id in Entra.
    pub application: String,
}

impl OtherIds {
    /// Those that are known, each with whose it is.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let directories = self.directories.iter().map(|id| ("directory", id));
        [
            ("organization", &self.organization),
            ("tenant", &self.tenant),
            ("application", &self.application),
        ]
        .into_iter()
        .chain(directories)
        .map(|(whose, id)| (whose, id.trim()))
        .filter(|(_, id)| !id.is_empty())
    }
}

/// Both addresses, once they are good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpAddresses {
    /// The service provider entity URL.
    pub entity: String,
    /// The assertion consumer service URL.
    pub acs: String,
    /// The id in both.
    pub id: String,
}

/// Which of the two is judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Entity,
    Acs,
}

/// Judges the service provider entity URL.
pub fn judge_sp_entity(text: &str, auth_host: &Url, others: &OtherIds) -> Judged {
    judge(Kind::Entity, text, auth_host, others)
}

/// Judges the assertion consumer service URL.
pub fn judge_acs(text: &str, auth_host: &Url, others: &OtherIds) -> Judged {
    judge(Kind::Acs, text, auth_host, others)
}

/// Judges whether both belong together. Each is judged by itself first.
pub fn judge_pair(entity: &str, acs: &str, auth_host: &Url, others: &OtherIds) -> Judged {
    let id = match id_in(Kind::Entity, entity, auth_host) {
        Ok(id) => id,
        Err(judged) => return judged,
    };
    let second = match id_in(Kind::Acs, acs, auth_host) {
        Ok(id) => id,
        Err(judged) => return judged,
    };
    if id != second {
        return Judged::bad(
            "The two addresses have different ids.",
            "One of them is of another directory, or of a SAML configuration that was deleted since. Copy both again \
             from the same page at Atlassian.",
        )
        .expected(Kind::Acs.whole(auth_host, id));
    }
    own(id, others).unwrap_or_else(|| {
        Judged::good(
            "Both belong together.",
            "The id is the same in both addresses.",
        )
    })
}

impl SpAddresses {
    /// Takes both addresses without the blanks around them, if neither is refused and they belong together.
    pub fn read(entity: &str, acs: &str, auth_host: &Url) -> Result<Self, Judged> {
        let judged = judge_pair(entity, acs, auth_host, &OtherIds::default());
        if !judged.is_taken() {
            return Err(judged);
        }
        Ok(Self {
            id: id_in(Kind::Entity, entity, auth_host)?.to_owned(),
            entity: entity.trim().to_owned(),
            acs: acs.trim().to_owned(),
        })
    }
}

impl Kind {
    fn field(self) -> &'static str {
        match self {
            Self::Entity => ENTITY_FIELD,
            Self::Acs => ACS_FIELD,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Entity => Self::Acs,
            Self::Acs => Self::Entity,
        }
    }

    fn prefix(self, auth_host: &Url) -> String {
        let path = match self {
            Self::Entity => ENTITY_PATH,
            Self::Acs => ACS_PATH,
        };
        format!("{}{path}", auth_host.as_str().trim_end_matches('/'))
    }

    fn whole(self, auth_host: &Url, id: &str) -> String {
        format!("{}{id}", self.prefix(auth_host))
    }

    fn form(self, auth_host: &Url) -> String {
        self.whole(auth_host, "<id>")
    }
}

fn judge(kind: Kind, text: &str, auth_host: &Url, others: &OtherIds) -> Judged {
    let id = match id_in(kind, text, auth_host) {
        Ok(id) => id,
        Err(judged) => return judged,
    };
    if let Some(judged) = own(id, others) {
        return judged;
    }
    if text != text.trim() {
        return Judged::good(
            "It has the right form.",
            "The blanks around it are left out.",
        );
    }
    Judged::good("It has the right form.", "")
}

/// The warning about an id that is known from elsewhere. That Atlassian gives each connection an id of its own is
/// inferred, not documented, so this refuses nothing.
fn own(id: &str, others: &OtherIds) -> Option<Judged> {
    let (whose, _) = others
        .named()
        .find(|(_, other)| id.eq_ignore_ascii_case(other))?;
    let whose = match whose {
        "organization" => "your organization’s id",
        "tenant" => "your tenant’s id",
        "application" => "the application’s id in Entra",
        _ => "the id of a directory of your organization",
    };
    Some(Judged::warn(
        &format!("This looks built by hand: the id in it is {whose}."),
        "Atlassian gives each SAML configuration an id of its own, as far as is known. Copy the address from the SAML \
         page of your directory rather than putting it together.",
    ))
}

/// The id in an address, or why it is refused.
fn id_in<'a>(kind: Kind, text: &'a str, auth_host: &Url) -> Result<&'a str, Judged> {
    let text = text.trim();
    match text.strip_prefix(&kind.prefix(auth_host)) {
        Some(id) if is_uuid(id) => Ok(id),
        Some(rest) => Err(bad_id(kind, rest, auth_host)),
        None => Err(bad_start(kind, text, auth_host)),
    }
}

/// The host and path are right; what should be the id is not.
fn bad_id(kind: Kind, rest: &str, auth_host: &Url) -> Judged {
    let form = kind.form(auth_host);
    let id = rest.get(..36).filter(|id| is_uuid(id));
    let Some(id) = id else {
        let small = rest.to_lowercase();
        if is_uuid(&small) {
            return Judged::bad(
                "The id is in capital letters.",
                "Atlassian writes it in small letters, and Entra compares letter by letter. Copy it with the copy button.",
            )
            .expected(kind.whole(auth_host, &small));
        }
        return Judged::bad(
            if rest.is_empty() {
                "The id at the end is missing."
            } else {
                "The id at the end is not whole."
            },
            "It has 36 characters: letters a to f, digits and four hyphens. Copy the address with the copy button \
             beside it.",
        )
        .expected(form);
    };
    let strong = match &rest[36..] {
        "/" => "There is a slash too many at the end.",
        end if end.contains(char::is_whitespace) => "Something else follows after a blank.",
        _ => "Something follows after the id.",
    };
    Judged::bad(
        strong,
        "Entra and Atlassian compare this address letter by letter.",
    )
    .expected(kind.whole(auth_host, id))
}

/// The address does not even begin as it should.
fn bad_start(kind: Kind, text: &str, auth_host: &Url) -> Judged {
    let form = kind.form(auth_host);
    let say = |strong: &str, why: &str| Judged::bad(strong, why).expected(form.clone());
    if text.is_empty() {
        return say("Nothing was pasted.", "Copy the address from Atlassian.");
    }
    if is_swapped(kind, text) {
        let strong = format!("This is the {}.", kind.other().field());
        return say(
            &strong,
            "It belongs into the other field; the two are swapped.",
        );
    }
    if text.contains(char::is_whitespace) {
        return say(
            "There is a blank or a line break in it.",
            "Copy this one address alone, with the copy button beside it.",
        );
    }
    let Some((_, after_scheme)) = text.split_once("://") else {
        return say(
            "This is not a whole address.",
            &format!("It begins with {}://", auth_host.scheme()),
        );
    };
    let Ok(url) = Url::parse(text) else {
        return say(
            "This is not an address.",
            "Copy it from Atlassian with the copy button beside it.",
        );
    };
    if let Some(judged) = wrong_place(&url, after_scheme, auth_host, &say) {
        return judged;
    }
    wrong_path(kind, text, &url, auth_host, &say)
}

/// Scheme, host and port.
fn wrong_place(
    url: &Url,
    after_scheme: &str,
    auth_host: &Url,
    say: &dyn Fn(&str, &str) -> Judged,
) -> Option<Judged> {
    let place = |url: &Url| {
        (
            url.host_str().map(str::to_owned),
            url.port_or_known_default(),
        )
    };
    let host = auth_host.host_str().unwrap_or_default();
    if is_of_entra(url) {
        return Some(say(
            "This is one of Entra’s own addresses.",
            "It was pasted into Atlassian’s page before; what is wanted here is what Atlassian shows afterwards.",
        ));
    }
    if url.host_str() != auth_host.host_str() {
        return Some(say(
            &format!("It is at {}.", url.host_str().unwrap_or("no host")),
            &format!(
                "Atlassian's SAML addresses are at {host}. If your organization is in another cloud of Atlassian's, \
                 choose that cloud on the start page."
            ),
        ));
    }
    if url.scheme() != auth_host.scheme() {
        return Some(say(
            &format!("It begins with {}://", url.scheme()),
            &format!("Atlassian’s begins with {}://", auth_host.scheme()),
        ));
    }
    let typed = after_scheme.split(['/', '?', '#']).next();
    let wanted = auth_host.as_str().split("://").nth(1).unwrap_or_default();
    let is_exact = typed == Some(wanted.trim_end_matches('/'));
    (place(url) != place(auth_host) || !is_exact).then(|| {
        say(
            "The host is not written as Atlassian writes it.",
            "Capital letters, a port or a name before the host make it another address for Entra.",
        )
    })
}

/// The host is right; path and query are not.
fn wrong_path(
    kind: Kind,
    text: &str,
    url: &Url,
    auth_host: &Url,
    say: &dyn Fn(&str, &str) -> Judged,
) -> Judged {
    let plain = text.replace("%3F", "?").replace("%3f", "?");
    let plain = plain.replace("%3D", "=").replace("%3d", "=");
    if plain != text && id_in(kind, &plain, auth_host).is_ok() {
        return say(
            "It is written with percent signs.",
            "A program has encoded it on the way. Copy it from Atlassian’s page itself.",
        )
        .expected(plain);
    }
    let is_callback = url.path().trim_end_matches('/') == "/login/callback";
    if kind == Kind::Acs && is_callback && url.query().is_none() {
        return say(
            "The part from the question mark on is missing.",
            "It tells Atlassian which SAML configuration is meant; without it every login is refused.",
        );
    }
    if kind == Kind::Acs && is_callback {
        return say(
            "The part after the question mark is not as Atlassian writes it.",
            "It is connection=saml- with the id, and nothing else.",
        );
    }
    say(
        &format!("The path {} is not the one of this address.", url.path()),
        &format!("Copy what Atlassian shows as {}.", kind.field()),
    )
}

/// Whether it is the other field's address, whatever else is wrong with it.
fn is_swapped(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Entity => text.contains("/login/callback") || text.contains("connection=saml-"),
        Kind::Acs => text
            .split_once(ENTITY_PATH)
            .is_some_and(|(_, id)| is_uuid(id.trim_end_matches('/'))),
    }
}

/// Whether it is Entra's Login URL or its Identifier: `/<tenant>/saml2`, or nothing but the tenant's id as the path.
fn is_of_entra(url: &Url) -> bool {
    let mut parts = url.path().trim_matches('/').split('/');
    let tenant = parts.next().is_some_and(is_uuid);
    tenant && matches!(parts.next(), None | Some("saml2")) && parts.next().is_none()
}

/// Whether it is an id as Atlassian writes it: 8-4-4-4-12 hex digits in small letters.
fn is_uuid(text: &str) -> bool {
    let is_digit = |one: char| one.is_ascii_digit() || ('a'..='f').contains(&one);
    text.len() == 36
        && text.char_indices().all(|(at, one)| match at {
            8 | 13 | 18 | 23 => one == '-',
            _ => is_digit(one),
        })
}
