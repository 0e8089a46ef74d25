//! A message for each thing that can be wrong, and the verdict on it.

mod support;

use saml::CheckState;
use support::checks::{checklist, ids, state};
use support::{
    ACS, CLAIMS, ENTITY, ISSUER, OTHER, OTHER_KEY, Signer, TENANT, Told, assertion_signed, claim,
    failed, name_id, response, signer, told,
};

/// A message that is wrong, the check that is the cause, its state of failure, and the sentence.
type Case<'a> = (&'a str, String, &'a str, &'a str);

#[test]
fn each_wrong_message_has_its_verdict() {
    let good = assertion_signed(&Told::default());
    let second = ACS.replace("0f4ad8ab", "ffffffff");
    let refused = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Requester\"><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:RequestDenied\"></samlp:StatusCode></samlp:StatusCode>";
    let with_message = format!(
        "{refused}<samlp:StatusMessage>AADSTS50105: Your administrator has configured it so.</samlp:StatusMessage>"
    );
    let forged = Told {
        id: "_evil".into(),
        ..Told::default()
    }
    .write();
    let good_seal = support::element(&good, "Signature").to_owned();
    let hash = |value: &str| name_id(value);
    let rows: &[Case<'_>] = &[
        ("not XML", "<a".into(), "root", "The message can’t be read."),
        (
            "doctype",
            format!("<!DOCTYPE a>{good}"),
            "root",
            "The message can’t be read. It holds a document type declaration, which SAML forbids.",
        ),
        (
            "request",
            "<AuthnRequest/>".into(),
            "root",
            "This is the question that Atlassian asks Entra, not the answer.",
        ),
        (
            "logout",
            "<LogoutResponse/>".into(),
            "root",
            "This is about logging out, not about logging in.",
        ),
        (
            "old version",
            good.replacen("Version=\"2.0\"", "Version=\"1.1\"", 1),
            "root",
            "This is a response of another version of SAML.",
        ),
        (
            "refused",
            failed(&with_message),
            "status",
            "Entra itself says that the login failed: AADSTS50105: Your administrator has configured it so.",
        ),
        (
            "refused silently",
            failed(refused),
            "status",
            "Entra itself says that the login failed (RequestDenied).",
        ),
        (
            "two assertions",
            response(&format!(
                "{forged}{}",
                Signer::default().sign(&Told::default().write())
            )),
            "xsw-count",
            "It has 2 assertions; exactly one is wanted.",
        ),
        (
            "forged in Extensions",
            good.replace(
                "<samlp:Status>",
                &format!("<samlp:Extensions>{forged}</samlp:Extensions><samlp:Status>"),
            ),
            "xsw-count",
            "It has 2 assertions; exactly one is wanted.",
        ),
        (
            "same id twice",
            good.replace("ID=\"_r1\"", "ID=\"_a1\""),
            "xsw-ids",
            "The id \"_a1\" stands in it twice.",
        ),
        (
            "signature of another",
            response(&forged.replacen("</Issuer>", &format!("</Issuer>{good_seal}"), 1)),
            "xsw-same-node",
            "A signature is about another part than the one that holds it.",
        ),
        (
            "object",
            good.replace("</Signature>", "<Object></Object></Signature>"),
            "xsw-object",
            "A signature has an Object in it, where other things can be hidden.",
        ),
        (
            "comment",
            good.replace(
                "anna@contoso.com</NameID>",
                "anna@contoso.com<!-- -->.evil</NameID>",
            ),
            "xsw-comment",
            "A comment stands inside a name or a claim; some programs would read only the part before it.",
        ),
        (
            "encrypted",
            response("<EncryptedAssertion></EncryptedAssertion>"),
            "encryption",
            "The assertion is encrypted, and Atlassian has no key to open it.",
        ),
        (
            "other destination",
            good.replacen(ACS, &second, 1),
            "destination",
            "The response was made for another address; the part from the question mark on makes the difference.",
        ),
        (
            "other recipient",
            told(|t| t.confirmation = t.confirmation.replace(ACS, &second)),
            "recipient",
            "The assertion is for another address; the part from the question mark on makes the difference.",
        ),
        (
            "recipient in capitals",
            told(|t| t.confirmation = t.confirmation.replace("/login/callback", "/Login/Callback")),
            "recipient",
            "The assertion is for another address; capital letters make the difference.",
        ),
        (
            "no recipient",
            told(|t| t.confirmation = t.confirmation.replace(&format!(" Recipient=\"{ACS}\""), "")),
            "recipient",
            "The assertion doesn’t say who may take it.",
        ),
        (
            "other audience",
            told(|t| t.conditions = t.conditions.replace(ENTITY, "https://other.example")),
            "audience",
            "The assertion is for another service.",
        ),
        (
            "application id",
            told(|t| t.conditions = t.conditions.replace(ENTITY, "spn:8f0b4b3e")),
            "audience",
            "The assertion is for an application id, not for Atlassian’s entity id.",
        ),
        (
            "no audience",
            told(|t| {
                t.conditions = "<Conditions NotBefore=\"2026-12-01T09:55:00Z\" NotOnOrAfter=\"2026-12-01T11:05:00Z\"></Conditions>".into()
            }),
            "audience",
            "The assertion doesn’t say for which service it is.",
        ),
        (
            "issuer without slash",
            good.replacen(ISSUER, ISSUER.trim_end_matches('/'), 1),
            "issuer-response",
            "The issuer differs from the metadata, by the slash at the end.",
        ),
        (
            "two issuers",
            told(|t| t.issuer = "https://other.example/".into()),
            "issuer-assertion",
            "Response and assertion have different issuers.",
        ),
        (
            "foreign key",
            signer(|s| {
                s.key = OTHER_KEY;
                s.embedded = OTHER;
            }),
            "sig-key",
            "It is signed with another certificate than the one that is saved at Atlassian.",
        ),
        (
            "forged key under the right certificate",
            signer(|s| s.key = OTHER_KEY),
            "sig-value",
            "The seal was not made with a key that is known.",
        ),
        (
            "unsigned",
            response(&Told::default().write()),
            "sig-present",
            "Nothing is signed.",
        ),
        (
            "HMAC",
            signer(|s| s.signature = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
            "sig-alg",
            "The signature’s algorithm is not accepted.",
        ),
        (
            "XPath",
            signer(|s| s.transforms[1] = "http://www.w3.org/TR/1999/REC-xpath-19991116".into()),
            "sig-c14n",
            "Its transform is http://www.w3.org/TR/1999/REC-xpath-19991116, which is not accepted.",
        ),
        (
            "changed",
            good.replace("anna@contoso.com", "bert@contoso.com"),
            "sig-reference",
            "It was changed after it was signed.",
        ),
        (
            "made pretty",
            good.replace("><", ">\n<"),
            "sig-reference",
            "It was changed after it was signed. It looks as if a program made it pretty; paste it as the browser sent it before calling it forged.",
        ),
        (
            "expired",
            told(|t| t.conditions = t.conditions.replace("T11:05", "T09:56")),
            "time-conditions",
            "It was no longer valid when it was sent, by 4 min.",
        ),
        (
            "not yet valid",
            told(|t| t.conditions = t.conditions.replace("T09:55", "T10:10")),
            "time-conditions",
            "It was not valid yet, by 9 min.",
        ),
        (
            "confirmation expired",
            told(|t| t.confirmation = t.confirmation.replace("T10:05", "T08:05")),
            "time-subject",
            "It was no longer valid when it was sent, by 115 min.",
        ),
        (
            "confirmation with a beginning",
            told(|t| {
                t.confirmation = t.confirmation.replace(
                    " NotOnOrAfter",
                    " NotBefore=\"2026-12-01T09:00:00Z\" NotOnOrAfter",
                )
            }),
            "time-subject",
            "The confirmation has a beginning, which SAML doesn’t allow there.",
        ),
        (
            "sign-in in the future",
            told(|t| t.sign_in = t.sign_in.replace("T09:58", "T10:58")),
            "time-authn",
            "The person signed in 57 min in the future.",
        ),
        (
            "empty NameID",
            told(|t| t.name_id = hash("")),
            "nameid-present",
            "The NameID is empty.",
        ),
        (
            "no NameID",
            told(|t| t.name_id = String::new()),
            "nameid-present",
            "There is no NameID, or more than one.",
        ),
        (
            "persistent",
            told(|t| {
                t.name_id = t.name_id.replace(
                    "1.1:nameid-format:emailAddress",
                    "2.0:nameid-format:persistent",
                )
            }),
            "nameid-format",
            "The NameID is of another kind than an e-mail address.",
        ),
        (
            "object id",
            told(|t| t.name_id = hash("8f0b4b3e-6a0e-4f6e-8b0a-1f5d3c2b1a00")),
            "nameid-email",
            "The NameID is no e-mail address: it has no @.",
        ),
        (
            "blank in it",
            told(|t| t.name_id = hash("anna @contoso.com")),
            "nameid-email",
            "The NameID is no e-mail address: there is a blank or a control character in it.",
        ),
        (
            "guest",
            told(|t| t.name_id = hash("a_x.example#EXT#@contoso.com")),
            "nameid-guest",
            "The NameID is the account name of a guest, not an address.",
        ),
        (
            "onmicrosoft",
            told(|t| t.name_id = hash("anna@contoso.onmicrosoft.com")),
            "nameid-domain",
            "The domain of the NameID is not verified at Atlassian.",
        ),
        (
            "subdomain",
            told(|t| t.name_id = hash("anna@sub.contoso.com")),
            "nameid-domain",
            "The domain of the NameID is not verified at Atlassian.",
        ),
        (
            "no account",
            told(|t| t.name_id = hash("carla@contoso.com")),
            "nameid-account",
            "No account at Atlassian has this address.",
        ),
        (
            "other than provisioned",
            told(|t| t.name_id = hash("bert@contoso.com")),
            "nameid-scim",
            "Provisioning wrote another address.",
        ),
        (
            "answers another question",
            told(|t| t.confirmation = t.confirmation.replace("_q1", "_q2")),
            "inresponseto",
            "Response and assertion answer different questions.",
        ),
        (
            "answers half",
            told(|t| t.confirmation = t.confirmation.replace("InResponseTo=\"_q1\" ", "")),
            "inresponseto",
            "Only one of response and assertion says which question it answers.",
        ),
        (
            "other tenant",
            told(|t| {
                t.claims = t
                    .claims
                    .replace(TENANT, "22222222-2222-4333-8444-555555555555")
            }),
            "tenant",
            "It is from another tenant.",
        ),
        (
            "other confirmation",
            told(|t| t.confirmation = t.confirmation.replace("cm:bearer", "cm:holder-of-key")),
            "confirmation",
            "It is confirmed in a way that Entra never uses.",
        ),
    ];
    for (case, xml, cause, seen) in rows {
        let list = checklist(xml);
        assert_eq!(
            list.verdict.cause,
            Some(*cause),
            "{case}: {}",
            list.verdict.sentence
        );
        assert_eq!(state(&list, cause), CheckState::Fail, "{case}");
        let found = list.get(cause).expect("it is there");
        assert!(found.seen.starts_with(seen), "{case}: {}", found.seen);
        let wanted = format!("The login fails. {} {}", found.seen, found.fix);
        assert_eq!(list.verdict.sentence, wanted, "{case}");
    }
}

#[test]
fn each_doubt_is_a_warning_and_no_verdict() {
    let good = assertion_signed(&Told::default());
    let email = format!("{CLAIMS}/emailaddress");
    let rows: &[Case<'_>] = &[
        (
            "Entra began",
            told(|t| t.confirmation = t.confirmation.replace("InResponseTo=\"_q1\" ", ""))
                .replace(" InResponseTo=\"_q1\"", ""),
            "inresponseto",
            "It answers no question: Entra began the login, not Atlassian.",
        ),
        (
            "no destination",
            good.replace(&format!("Destination=\"{ACS}\" "), ""),
            "destination",
            "The response doesn’t say for which address it was made.",
        ),
        (
            "no name, no emailaddress",
            told(|t| {
                t.claims = t
                    .claims
                    .replace("/emailaddress", "/x")
                    .replace("claims/name\"", "claims/y\"")
            }),
            "claims",
            "Claims are missing or empty: emailaddress, name.",
        ),
        (
            "two addresses",
            told(|t| t.claims = t.claims.replace("anna@contoso.com", "other@contoso.com")),
            "claim-email",
            "The claim emailaddress differs from the NameID.",
        ),
        (
            "display name",
            told(|t| {
                t.claims = t.claims.replace(
                    "8f0b4b3e-6a0e-4f6e-8b0a-1f5d3c2b1a00",
                    "Anna \u{c4}rger &amp; S\u{f6}hne",
                )
            }),
            "claim-name",
            "The claim name is the display name, which is not unique and changes.",
        ),
        (
            "address as name",
            told(|t| {
                t.claims = t
                    .claims
                    .replace("8f0b4b3e-6a0e-4f6e-8b0a-1f5d3c2b1a00", "anna@contoso.com")
            }),
            "claim-name",
            "The claim name is an address, which changes when the person’s name does.",
        ),
        (
            "mistyped",
            told(|t| t.claims += &claim(&format!("{CLAIMS}/emailadress"), "a")),
            "claim-namespace",
            "The name of a claim looks mistyped.",
        ),
        (
            "no name space",
            told(|t| t.claims += &claim("givenName", "a")),
            "claim-namespace",
            "The name of a claim looks mistyped.",
        ),
        (
            "twice",
            told(|t| t.claims += &claim(&email, "anna@contoso.com")),
            "claim-duplicates",
            "A claim is there twice.",
        ),
        (
            "groups overage",
            told(|t| {
                t.claims += &claim(
                    "http://schemas.microsoft.com/claims/groups.link",
                    "https://x",
                )
            }),
            "groups",
            "The person is in too many groups, so that a link stands there for them. Nobody needs it.",
        ),
        (
            "SHA-1",
            signer(|s| s.signature = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
            "sig-alg",
            "The signature uses SHA-1, which is broken. It is not verified here.",
        ),
        (
            "unspecified without @",
            told(|t| t.name_id = t.name_id.replace("emailAddress", "unspecified")),
            "",
            "",
        ),
    ];
    for (case, xml, id, seen) in rows {
        let list = checklist(xml);
        assert_eq!(
            list.verdict.cause, None,
            "{case}: {}",
            list.verdict.sentence
        );
        if id.is_empty() {
            assert_eq!(ids(&list, CheckState::Warn), Vec::<&str>::new(), "{case}");
            continue;
        }
        assert_eq!(state(&list, id), CheckState::Warn, "{case}");
        assert_eq!(
            list.get(id).map(|one| one.seen.as_str()),
            Some(*seen),
            "{case}"
        );
        assert!(list.verdict.further.contains(id), "{case}");
        assert!(
            list.verdict
                .sentence
                .starts_with("Nothing here is wrong for certain")
        );
    }
}
