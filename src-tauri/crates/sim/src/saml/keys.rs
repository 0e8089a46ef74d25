//! Keys that sign: an RSA key with a certificate that vouches for itself, as Entra makes them for an application.
//! Nothing signed with them opens anything real. This file knows no XML.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, SerialNumber};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rsa::rand_core::OsRng;

use crate::ids;

/// The subject of every signing certificate that Microsoft makes.
pub(crate) const SUBJECT: &str = "Microsoft Azure Federated SSO Certificate";

/// The size of the keys that Entra makes.
const BITS: usize = 2048;

/// A key takes a quarter of a second to draw. So many are drawn in one run of the program, and then they come again, each
/// time in a new certificate: more than the keys that one tenant ever holds side by side.
const POOL: usize = 12;

/// A key of the tenant, with its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SigningKey {
    /// The object id of the service principal; empty for the key of the whole tenant.
    pub principal: String,
    /// The SHA-1 of the certificate in upper-case hexadecimal digits.
    pub thumbprint: String,
    pub pkcs8: Vec<u8>,
    /// The certificate as DER.
    pub certificate: Vec<u8>,
    pub starts: Timestamp,
    pub ends: Timestamp,
}

/// Makes a key with a certificate of that subject. It belongs to the whole tenant until somebody writes a principal in.
pub(crate) fn new_signing_key(subject_cn: &str, starts: Timestamp, ends: Timestamp) -> SigningKey {
    let pkcs8 = drawn();
    let certificate = self_signed(&pkcs8, subject_cn, starts, ends);
    SigningKey {
        principal: String::new(),
        thumbprint: thumbprint(&certificate),
        pkcs8,
        certificate,
        starts,
        ends,
    }
}

/// The name by which both vendors call a certificate.
pub(crate) fn thumbprint(certificate: &[u8]) -> String {
    let sum = digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate);
    sum.as_ref()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect()
}

/// The next key of the pool.
fn drawn() -> Vec<u8> {
    static KEYS: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed) % POOL;
    let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    while keys.len() <= number {
        let key = RsaPrivateKey::new(&mut OsRng, BITS).expect("a key of this size can be drawn");
        let der = key.to_pkcs8_der().expect("a drawn key can be written");
        keys.push(der.as_bytes().to_vec());
    }
    keys[number].clone()
}

fn self_signed(pkcs8: &[u8], subject: &str, starts: Timestamp, ends: Timestamp) -> Vec<u8> {
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.into(), &PKCS_RSA_SHA256)
        .expect("a key of the pool is an RSA key");
    let mut parameters = CertificateParams::default();
    // The default has a name of its own in it.
    parameters.distinguished_name = DistinguishedName::new();
    parameters
        .distinguished_name
        .push(DnType::CommonName, subject);
    // By itself the builder would take the number from the key, and a key of the pool comes again.
    parameters.serial_number = Some(SerialNumber::from(ids::random(16)));
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    (parameters.not_before, parameters.not_after) = (epoch + since(starts), epoch + since(ends));
    let certificate = parameters
        .self_signed(&pair)
        .expect("the certificate holds a name and two dates");
    certificate.der().to_vec()
}

/// The time since the epoch, which is what the certificate builder's dates can be counted up by.
fn since(at: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(at.as_second()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use ring::signature::{KeyPair as _, RsaKeyPair};

    #[test]
    fn a_key_and_its_certificate_belong_together() {
        let starts: Timestamp = "2026-02-03T04:05:06Z".parse().unwrap();
        let ends = starts + SignedDuration::from_hours(24 * 1096);
        let (one, two) = (
            new_signing_key(SUBJECT, starts, ends),
            new_signing_key(SUBJECT, starts, ends),
        );
        assert_ne!(one.thumbprint, two.thumbprint);
        assert_ne!(one.pkcs8, two.pkcs8);
        assert_eq!(one.thumbprint.len(), 40);
        let pair = RsaKeyPair::from_pkcs8(&one.pkcs8).unwrap();
        let public = pair.public_key().as_ref();
        assert!(
            one.certificate
                .windows(public.len())
                .any(|part| part == public)
        );
        assert!(
            !two.certificate
                .windows(public.len())
                .any(|part| part == public)
        );
        for said in [SUBJECT, "260203040506Z", "290203040506Z"] {
            assert!(
                one.certificate
                    .windows(said.len())
                    .any(|part| part == said.as_bytes()),
                "{said}"
            );
        }
    }

    #[test]
    fn the_same_key_gets_another_certificate() {
        let at: Timestamp = "2026-02-03T04:05:06Z".parse().unwrap();
        let pkcs8 = drawn();
        assert_ne!(
            self_signed(&pkcs8, SUBJECT, at, at),
            self_signed(&pkcs8, SUBJECT, at, at)
        );
    }
}
