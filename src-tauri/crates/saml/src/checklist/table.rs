//! The checks in their order: id, title, why it matters, what to do, and where the catalogue of errors has it.

use super::look::{Look, Outcome};
use super::{CheckState, Checked, envelope, person, seals, times};
use crate::Refusal;

/// One row of the checklist.
pub(super) struct Row {
    id: &'static str,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
    see: &'static str,
    pub run: fn(&Look<'_, '_>) -> Outcome,
}

const ADDRESSES: &str = "Copy the reply URL again from Atlassian into Basic SAML Configuration, with the part from the \
                         question mark on, and make it the default.";
const IDENTIFIER: &str = "Copy the service provider entity URL from Atlassian into Identifier (Entity ID), and make it the default.";
const ISSUER: &str = "Save the Microsoft Entra Identifier at Atlassian as Identity provider Entity ID, with its slash at the end.";
const CERTIFICATE: &str = "Download Certificate (Base64) of the certificate that is active in Entra, and save it at \
                           Atlassian as Public x509 certificate.";
const NAME: &str = "In Attributes & Claims, choose the attribute that holds the e-mail address at Atlassian as Unique User \
                    Identifier, in the format Email address.";
const CLAIM: &str = "Correct the claim in Attributes & Claims.";
const FORGED: &str = "Entra writes no such response. Capture it again; if it comes back, don't accept it and find out what \
                      stands between Entra and the browser.";
const UNTOUCHED: &str = "Capture the message again and paste it as the browser sent it. If it is still so, find out what stands \
                         between Entra and the browser and changes it.";
const AGAIN: &str = "Log in again from the Atlassian site, without the Back button, and check the clock of the computer.";
const CAPTURE: &str = "Capture the row callback with the method POST and paste its SAMLResponse.";

macro_rules! rows {
    ($(($id:literal, $title:literal, $why:literal, $fix:expr, $see:literal, $run:path)),* $(,)?) => {
        &[$(Row { id: $id, title: $title, why: $why, fix: $fix, see: $see, run: $run }),*]
    };
}

/// All of them.
#[rustfmt::skip]
pub(super) const CHECKS: &[Row] = rows![
    ("root", "Kind of message", "Only a response is the answer to a login.", CAPTURE, "sc-request-pasted", envelope::root),
    ("status", "Outcome at Entra", "Where Entra refused, nothing else in the message is the cause.", "Look up the number at Microsoft; the sign-in log of the application has the same entry.", "aadsts", envelope::status),
    ("issuer-response", "Issuer of the response", "Atlassian trusts one issuer only.", ISSUER, "sc-issuer", envelope::issuer_response),
    ("issuer-assertion", "Issuer of the assertion", "Two issuers in one response are a sign of forgery.", FORGED, "sc-issuer", envelope::issuer_assertion),
    ("destination", "Destination", "The response is made for one address.", ADDRESSES, "sc-destination", envelope::destination),
    ("recipient", "Recipient", "The assertion may be taken at one address only.", ADDRESSES, "sc-destination", envelope::recipient),
    ("acs-posted-to", "Where the browser went", "It must be the address that the response was made for.", ADDRESSES, "sc-destination", envelope::posted_to),
    ("audience", "Audience", "The assertion is for one service.", IDENTIFIER, "sc-audience", envelope::audience),
    ("id-pair", "Ids in Atlassian’s addresses", "Both are of one SAML configuration.", "Copy both addresses again from the same page at Atlassian.", "atl-connection-not-found", envelope::id_pair),
    ("inresponseto", "Question and answer", "Atlassian asked with a number, and the answer repeats it.", "Start the login at the Atlassian site rather than in My Apps.", "sc-inresponseto", envelope::in_response_to),
    ("time-conditions", "Time of the assertion", "It counts for about an hour.", AGAIN, "sc-time-window", times::conditions),
    ("time-subject", "Time of the confirmation", "It must be used within that time.", AGAIN, "sc-time-window", times::subject),
    ("time-authn", "Time of the sign-in", "When the person really signed in.", AGAIN, "sc-time-window", times::authn),
    ("issue-instant", "Clock", "Clocks that differ make good tickets look old.", "Let the computer set its clock by the network.", "net-clock", times::issue_instant),
    ("confirmation", "Way of confirmation", "Entra hands the assertion to the browser, which brings it.", FORGED, "sc-wrapping", times::confirmation),
    ("nameid-present", "NameID", "It says who logs in.", "Fill the attribute that the NameID is made of for this person, or choose another attribute for everybody.", "aadsts501241", person::present),
    ("nameid-format", "Format of the NameID", "Atlassian finds people by their e-mail address.", NAME, "sc-nameid-not-email", person::format),
    ("nameid-email", "Form of the NameID", "It must be an e-mail address.", NAME, "sc-nameid-not-email", person::email),
    ("nameid-guest", "Guest", "A guest’s account name is no address of anybody.", "Choose user.mail for guests, or leave guests out.", "sc-nameid-ext", person::guest),
    ("nameid-domain", "Domain of the NameID", "Single sign-on is for verified domains only.", "Verify the domain at Atlassian, or choose an attribute whose domain is verified.", "atl-domain-unverified", person::domain),
    ("nameid-account", "Account at Atlassian", "The NameID is the e-mail address of an account.", NAME, "atl-strategy-mismatch", person::account),
    ("nameid-scim", "Address by provisioning", "Login and provisioning must use the same attribute.", "Choose the same attribute for the NameID and for the e-mail address in provisioning.", "si-saml-scim-mismatch", person::provisioned),
    ("claims", "Claims", "Atlassian can use them for the name of a new account.", CLAIM, "sc-claim-missing", person::claims),
    ("claim-email", "Claim emailaddress", "Two addresses for one person make two accounts sooner or later.", CLAIM, "si-saml-scim-mismatch", person::claim_email),
    ("claim-name", "Claim name", "An id that stays keeps a person’s account when the address changes.", "Choose user.objectid for the claim name.", "sc-claim-name-displayname", person::claim_name),
    ("claim-namespace", "Names of the claims", "A name with a letter too few is another claim.", CLAIM, "sc-claim-missing", person::claim_names),
    ("claim-duplicates", "Claims that are there twice", "Nobody can say which one counts.", CLAIM, "sc-claim-missing", person::claim_twice),
    ("groups", "Groups", "Provisioning brings groups; the login needs none.", "Remove the group claim.", "sc-groups-overage", person::groups),
    ("tenant", "Tenant", "The response must be from your tenant.", "Correct the Identity provider SSO URL at Atlassian: it holds the tenant’s id.", "sc-issuer", person::tenant),
    ("sig-present", "Signature", "Without one, nobody vouches for the message.", "Set Signing Option to Sign SAML assertion in SAML Certificates.", "sc-unsigned", seals::present),
    ("sig-alg", "Algorithms", "Old algorithms can be forged.", "Set Signing Algorithm to SHA-256 in SAML Certificates.", "sc-sha1", seals::algorithms),
    ("sig-c14n", "Canonical form", "Any other form can hide things.", FORGED, "sc-wrapping", seals::canonicalisation),
    ("sig-reference", "What is sealed", "The seal must cover the part that holds it.", UNTOUCHED, "sc-wrapping", seals::reference),
    ("sig-value", "Seal", "It shows that Entra wrote this and nobody changed it.", CERTIFICATE, "sc-signature-invalid", seals::value),
    ("sig-key", "Certificate", "Atlassian knows one certificate, and it must be the one that signs.", CERTIFICATE, "atl-invalid-thumbprint", seals::key),
    ("xsw-count", "Number of assertions", "A second one is an attack or a broken tool.", FORGED, "sc-wrapping", seals::count),
    ("xsw-ids", "Ids within the message", "Two parts with one id can be mistaken for each other.", FORGED, "sc-wrapping", seals::ids),
    ("xsw-same-node", "Sealed part and read part", "They must be the same.", FORGED, "sc-wrapping", seals::same_node),
    ("xsw-object", "Hidden places", "Nothing belongs into them.", FORGED, "sc-wrapping", seals::places),
    ("xsw-comment", "Comments within values", "They can cut a name in two.", FORGED, "sc-wrapping", seals::comments),
    ("cert-time", "Validity of the certificate", "Entra’s certificates count for three years unless told otherwise.", "Make a new certificate, save it at Atlassian and activate it in Entra in the same minutes.", "sc-cert-expired", seals::validity),
    ("cert-strength", "Key of the certificate", "A short key can be broken.", "Make a new certificate.", "sc-cert-expired", seals::strength),
    ("cert-rollover", "Certificates in the metadata", "While one is changed for another, there are two.", "Plan the change: Atlassian holds one certificate at a time.", "atl-cert-expiring", seals::rollover),
    ("encryption", "Encryption", "Atlassian can’t read an encrypted assertion.", "Switch token encryption off for the application.", "sc-encrypted", envelope::encryption),
    ("authn-context", "Way of signing in", "A question for a certain way can fail for people who sign in otherwise.", "Nothing, unless people see AADSTS75011.", "aadsts75011", envelope::context),
    ("relaystate", "Way back", "Atlassian uses it to lead the person back to the page.", "Start the login at the Atlassian site.", "atl-idp-initiated", envelope::relay_state),
    ("replay", "Used before", "A ticket is good for one journey.", AGAIN, "sc-time-window", envelope::replay),
];

impl Row {
    pub(super) fn checked(&self, outcome: Outcome) -> Checked {
        Checked {
            id: self.id,
            title: self.title,
            why: self.why,
            state: outcome.state,
            seen: outcome.seen,
            expected: outcome.expected,
            found: outcome.found,
            fix: self.fix,
            see: self.see,
        }
    }
}

/// The checklist of something that could not be read at all: the first check fails with the reason.
pub(super) fn unreadable(refusal: &Refusal) -> Vec<Checked> {
    let outcome = |row: &Row| Outcome {
        state: if row.id == "root" {
            CheckState::Fail
        } else {
            CheckState::NotPossible
        },
        seen: if row.id == "root" {
            format!("The message can’t be read. {refusal}")
        } else {
            "The message can’t be read.".to_owned()
        },
        expected: None,
        found: None,
    };
    CHECKS.iter().map(|row| row.checked(outcome(row))).collect()
}
