//! The primitive calls: digests. A change of the library touches this file alone.

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

/// SHA-1, for thumbprints only: it names a certificate and proves nothing.
pub(crate) fn sha1(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec()
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}
