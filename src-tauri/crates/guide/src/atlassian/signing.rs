//! The signing certificates of an application: which there are, which one signs, which one is wanted. Pure: it reads
//! nothing and knows no clock.

use connect::entra::KeyCredential;
use engine::Facts;
use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};
use saml::Certificate;

/// Microsoft mails sixty, thirty and seven days before a certificate ends (entra.md 4.3). So does Lockstep warn.
const WARNED_AT_DAYS: [i64; 3] = [7, 30, 60];
/// The longest time that Microsoft signs a certificate for (entra.md 4.4).
const YEARS: i64 = 3;

/// A certificate that the application can sign with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signing {
    /// What its two keys and its password have in common.
    pub id: String,
    /// The SHA-1 of the certificate, in upper-case hex.
    pub thumbprint: String,
    /// The certificate as base64 on one line, where Graph showed it.
    pub base64: Option<String>,
    /// "CN=...".
    pub name: String,
    /// From when it is valid.
    pub starts: Option<Timestamp>,
    /// Until when.
    pub ends: Option<Timestamp>,
}

/// What is to be done about the certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The active one is valid.
    Use(Signing),
    /// This one is valid, and not active.
    Activate(Signing),
    /// This one was made to follow the active one, which is valid: Atlassian has to be given it before it signs.
    HandOver(Signing),
    /// None is valid, or the person wants another one in place of this.
    Make {
        /// The active one.
        instead_of: Option<Signing>,
    },
    /// The active one is not valid, and a new one would sign from the moment it exists: the person decides when.
    Ask(Signing),
    /// None that is valid is active, and several could be: the person knows which one Atlassian has.
    Choose(Vec<Signing>),
}

/// What the person said about the certificates.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said<'a> {
    /// The thumbprint that they want another one for.
    pub replace: Option<&'a str>,
    /// Which one of several is to be activated, or that none of them is.
    pub chosen: Option<&'a str>,
}

impl Signing {
    /// The certificates among an application's keys, in the order of Graph.
    pub fn all(keys: &[KeyCredential]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for key in keys.iter().filter(|key| signs(key)) {
            let Some(read) = Self::read(key) else {
                continue;
            };
            match all.iter_mut().find(|known| known.id == read.id) {
                // The half with the public certificate tells more than the private one, of which nothing is shown.
                Some(known) if known.base64.is_none() && read.base64.is_some() => *known = read,
                Some(_) => {}
                None => all.push(read),
            }
        }
        all
    }

    fn read(key: &KeyCredential) -> Option<Self> {
        let id = key.custom_key_identifier.clone()?;
        let certificate = key
            .key
            .as_deref()
            .and_then(|text| Certificate::read(text).ok());
        let thumbprint = certificate
            .as_ref()
            .map(Certificate::thumbprint)
            .or_else(|| key.thumbprint())?;
        Some(Self {
            thumbprint,
            base64: certificate.as_ref().map(Certificate::base64),
            name: key.display_name.clone().unwrap_or_default(),
            starts: key.start_date_time,
            ends: key.end_date_time,
            id,
        })
    }

    /// Whether this is the one of that thumbprint, however it is written.
    pub fn is(&self, thumbprint: &str) -> bool {
        self.thumbprint.eq_ignore_ascii_case(thumbprint)
    }

    /// Whether it is valid now.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.starts.is_none_or(|at| at <= now) && self.ends.is_none_or(|at| at > now)
    }

    /// Whole days until it ends; negative once it has.
    pub fn days_left(&self, now: Timestamp) -> Option<i64> {
        let left = self.ends?.as_second() - now.as_second();
        Some(left.div_euclid(86_400))
    }

    /// The next of Microsoft's notices that is due already.
    pub fn notice(&self, now: Timestamp) -> Option<i64> {
        let left = self.days_left(now)?;
        WARNED_AT_DAYS.into_iter().find(|days| left < *days)
    }

    /// "21 Nov 2026".
    pub fn from(&self) -> String {
        self.starts.map_or_else(|| "an unknown day".to_owned(), day)
    }

    /// "21 Nov 2029".
    pub fn until(&self) -> String {
        self.ends.map_or_else(|| "an unknown day".to_owned(), day)
    }

    /// The thumbprint, short enough for a sentence.
    pub fn short(&self) -> String {
        short(&self.thumbprint)
    }

    /// What later steps build on.
    pub fn facts(&self) -> Facts {
        let mut facts = Facts::new().with("saml.thumbprint", &self.thumbprint);
        if let Some(base64) = &self.base64 {
            facts = facts.with("saml.certificate", base64);
        }
        if let Some(ends) = self.ends {
            facts = facts.with("saml.certificate_end", ends.to_string());
        }
        facts
    }
}

/// The certificate that is active.
pub(super) fn active<'a>(all: &'a [Signing], preferred: Option<&str>) -> Option<&'a Signing> {
    let preferred = preferred?;
    all.iter().find(|certificate| certificate.is(preferred))
}

/// The answer that none of these is to be activated. It names all of them, so that it speaks for no others.
pub(super) fn none_of(several: &[Signing]) -> String {
    let thumbprints: Vec<_> = several.iter().map(Signing::short).collect();
    format!("none-of-{}", thumbprints.join("-"))
}

/// What is to be done. `ours` is the name of the certificates that this connection makes.
pub(super) fn wanted(
    all: &[Signing],
    preferred: Option<&str>,
    said: Said<'_>,
    ours: &str,
    now: Timestamp,
) -> Wanted {
    let valid = |certificate: &&Signing| certificate.is_valid(now);
    let usable: Vec<Signing> = all.iter().filter(valid).cloned().collect();
    // Where none was activated and none is valid, the one that ended last is what Entra may still sign with.
    let last = || all.iter().max_by_key(|one| one.ends);
    let Some(active) = active(all, preferred).or_else(|| match usable.is_empty() {
        false => None,
        true => last(),
    }) else {
        return one_of(usable, said.chosen, None);
    };
    if said.replace.is_some_and(|thumbprint| active.is(thumbprint)) {
        // One that was made for this, and is not active yet.
        let made = all
            .iter()
            .filter(valid)
            .find(|one| one.name == ours && one.id != active.id && one.starts > active.starts);
        return match made {
            Some(one) if active.is_valid(now) => Wanted::HandOver(one.clone()),
            Some(one) => Wanted::Activate(one.clone()),
            None => Wanted::Make {
                instead_of: Some(active.clone()),
            },
        };
    }
    match usable.is_empty() {
        _ if active.is_valid(now) => Wanted::Use(active.clone()),
        false => one_of(usable, said.chosen, Some(active)),
        true => Wanted::Ask(active.clone()),
    }
}

/// One of those that are valid is activated. Of several only the person knows which one Atlassian has: another one
/// would end every log-in.
fn one_of(mut usable: Vec<Signing>, chosen: Option<&str>, active: Option<&Signing>) -> Wanted {
    let instead_of = || active.cloned();
    if usable.len() > 1 {
        let Some(chosen) = chosen else {
            return Wanted::Choose(usable);
        };
        if chosen == none_of(&usable) {
            return Wanted::Make {
                instead_of: instead_of(),
            };
        }
        if !usable.iter().any(|one| one.is(chosen)) {
            return Wanted::Choose(usable);
        }
        usable.retain(|one| one.is(chosen));
    }
    match usable.pop() {
        Some(one) => Wanted::Activate(one),
        None => Wanted::Make {
            instead_of: instead_of(),
        },
    }
}

/// The last moment that a certificate made today may be valid: counted from the beginning of the day, so that a plan
/// is the same for a day.
pub(super) fn last_moment(now: Timestamp) -> Timestamp {
    let today = now
        .to_zoned(TimeZone::UTC)
        .with()
        .time(Time::midnight())
        .build();
    let end = today.and_then(|day: Zoned| day.checked_add(YEARS.years()));
    end.map_or(now, |end| end.timestamp())
}

/// "21 Nov 2029".
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%-d %b %Y").to_string()
}

/// The beginning and the end of a thumbprint, as people compare it.
pub(super) fn short(thumbprint: &str) -> String {
    match (thumbprint.get(..4), thumbprint.len().checked_sub(4)) {
        (Some(head), Some(at)) if at > 4 => format!("{head}…{}", &thumbprint[at..]),
        _ => thumbprint.to_owned(),
    }
}

/// Keys to encrypt for are no certificates to sign with.
fn signs(key: &KeyCredential) -> bool {
    let usage = key.usage.as_deref().unwrap_or_default();
    ["Sign", "Verify"]
        .iter()
        .any(|known| usage.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "CN=Atlassian Cloud SSO contoso-7f3a";
    const NOW: &str = "2026-11-25T10:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn one(thumbprint: &str, name: &str, starts: &str, ends: &str) -> Signing {
        Signing {
            id: thumbprint.to_lowercase(),
            thumbprint: thumbprint.to_owned(),
            base64: None,
            name: name.to_owned(),
            starts: Some(at(&format!("{starts}T00:00:00Z"))),
            ends: Some(at(&format!("{ends}T00:00:00Z"))),
        }
    }

    /// The certificates, the active one, the one to be replaced, and what is decided.
    type Case<'a> = (&'a [&'a Signing], Option<&'a str>, Option<&'a str>, &'a str);

    /// Whatever is decided, in a few letters.
    fn decided(all: &[Signing], preferred: Option<&str>, said: Said<'_>) -> String {
        match wanted(all, preferred, said, OURS, at(NOW)) {
            Wanted::Use(one) => format!("use {}", one.thumbprint),
            Wanted::Activate(one) => format!("activate {}", one.thumbprint),
            Wanted::HandOver(one) => format!("hand over {}", one.thumbprint),
            Wanted::Make { instead_of: None } => "make".to_owned(),
            Wanted::Make {
                instead_of: Some(one),
            } => format!("make instead of {}", one.thumbprint),
            Wanted::Ask(one) => format!("ask about {}", one.thumbprint),
            Wanted::Choose(all) => format!("choose of {}", all.len()),
        }
    }

    #[test]
    fn an_active_valid_certificate_is_used_and_a_new_one_made_only_where_there_is_none_or_the_person_asks()
     {
        let valid = one("AA", "CN=Portal", "2025-01-01", "2028-01-01");
        let longer = one("BB", "CN=Portal", "2026-01-01", "2029-01-01");
        let old = one("CC", "CN=Portal", "2020-01-01", "2023-01-01");
        let later = one("DD", "CN=Portal", "2027-01-01", "2030-01-01");
        let made = one("EE", OURS, "2026-11-25", "2029-11-25");
        let cases: [Case<'_>; 14] = [
            (&[], None, None, "make"),
            (&[&valid], Some("aa"), None, "use AA"),
            (&[&valid, &longer], Some("AA"), None, "use AA"),
            (&[&valid], None, None, "activate AA"),
            (&[&old], None, None, "ask about CC"),
            (&[&old], None, Some("CC"), "make instead of CC"),
            (&[&old], Some("CC"), None, "ask about CC"),
            (&[&old, &valid], Some("CC"), None, "activate AA"),
            (&[&old], Some("CC"), Some("CC"), "make instead of CC"),
            (&[&later], Some("DD"), None, "ask about DD"),
            (&[&valid], Some("AA"), Some("AA"), "make instead of AA"),
            // It was made and not activated: it is not made a second time, and signs only once Atlassian has it.
            (&[&valid, &made], Some("AA"), Some("AA"), "hand over EE"),
            (&[&old, &made], Some("CC"), Some("CC"), "activate EE"),
            // It was activated: the wish is fulfilled.
            (&[&valid, &made], Some("EE"), Some("AA"), "use EE"),
        ];
        for (all, preferred, replace, wanted) in cases {
            let all: Vec<_> = all.iter().map(|one| (*one).clone()).collect();
            let said = Said {
                replace,
                chosen: None,
            };
            assert_eq!(
                decided(&all, preferred, said),
                wanted,
                "{all:?} {preferred:?}"
            );
        }
    }

    #[test]
    fn of_several_that_could_sign_the_person_says_which_one_atlassian_has() {
        let valid = one("AA", "CN=Portal", "2025-01-01", "2028-01-01");
        let longer = one("BB", "CN=Portal", "2026-01-01", "2029-01-01");
        let old = one("CC", "CN=Portal", "2020-01-01", "2023-01-01");
        let all = [valid.clone(), longer.clone(), old];
        let none = none_of(&all[..2]);
        let cases = [
            (None, None, "choose of 2"),
            (Some("CC"), None, "choose of 2"),
            (Some("BB"), None, "use BB"),
            (None, Some("aa"), "activate AA"),
            (Some("CC"), Some("BB"), "activate BB"),
            // It ended since, or never was here.
            (None, Some("CC"), "choose of 2"),
            (None, Some(none.as_str()), "make"),
            (Some("CC"), Some(none.as_str()), "make instead of CC"),
        ];
        for (preferred, chosen, wanted) in cases {
            let said = Said {
                replace: None,
                chosen,
            };
            assert_eq!(
                decided(&all, preferred, said),
                wanted,
                "{preferred:?} {chosen:?}"
            );
        }
        let said = Said {
            replace: None,
            chosen: Some(&none),
        };
        let third = one("DD", "CN=Portal", "2026-02-01", "2029-02-01");
        assert_eq!(
            decided(&[valid, longer, third], None, said),
            "choose of 3",
            "one came up since"
        );
    }

    #[test]
    fn what_is_active_and_not_listed_is_nothing_to_go_by() {
        let valid = one("AA", "CN=Portal", "2025-01-01", "2028-01-01");
        assert_eq!(
            decided(&[valid], Some("FF"), Said::default()),
            "activate AA"
        );
    }

    #[test]
    fn the_notice_that_is_due_is_the_nearest_one() {
        let cases = [
            ("2027-02-01", None),
            ("2027-01-20", Some(60)),
            ("2026-12-20", Some(30)),
            ("2026-12-01", Some(7)),
            ("2026-11-01", Some(7)),
        ];
        for (ends, notice) in cases {
            let certificate = one("AA", "CN=x", "2024-01-01", ends);
            assert_eq!(certificate.notice(at(NOW)), notice, "{ends}");
        }
    }

    #[test]
    fn a_new_certificate_lasts_three_years_from_the_beginning_of_the_day() {
        assert_eq!(last_moment(at(NOW)), at("2029-11-25T00:00:00Z"));
        assert_eq!(
            last_moment(at("2028-02-29T23:59:59Z")),
            at("2031-02-28T00:00:00Z")
        );
    }

    #[test]
    fn the_two_halves_are_one_certificate_and_a_key_to_encrypt_for_is_none() {
        let half = |usage: &str| {
            let mut key = crate::atlassian::saml_app::testing::key(1, "2029-01-01");
            key["usage"] = usage.into();
            serde_json::from_value::<KeyCredential>(key).expect("a key")
        };
        let all = Signing::all(&[half("Sign"), half("Verify"), half("Encrypt")]);
        assert_eq!(all.len(), 1);
        assert!(all[0].is(&"01".repeat(20)));
        assert!(Signing::all(&[half("Encrypt")]).is_empty());
    }

    #[test]
    fn a_short_thumbprint_keeps_both_ends() {
        assert_eq!(
            short("DA20FCA696C4F83E8A9AED59BE33368ED421F3C1"),
            "DA20…F3C1"
        );
        assert_eq!(short("AA"), "AA");
    }
}
