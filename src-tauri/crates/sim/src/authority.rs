//! The practice certificate authority: a fresh one for each start, trusted by nobody who was not told to.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// An authority with the one certificate that all practice services share.
#[derive(Debug)]
pub(crate) struct Authority {
    server: Arc<ServerConfig>,
    path: PathBuf,
}

impl Authority {
    /// Makes the authority, its server certificate for loopback, and the file that clients are pointed to.
    pub fn found() -> Result<Authority, Box<dyn Error + Send + Sync>> {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "Practice certificate authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let root = params.self_signed(&key)?;
        let path = std::env::temp_dir().join(format!("practice-ca-{}.pem", crate::ids::hex(16)));
        std::fs::write(&path, root.pem())?;
        let server = server_config(&Issuer::new(params, key))?;
        Ok(Authority { server, path })
    }

    /// Where the authority's certificate lies, as PEM.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The TLS settings of the listeners.
    pub fn server(&self) -> Arc<ServerConfig> {
        self.server.clone()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        // The file says nothing secret; that it stays behind after a failure harms nobody.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn server_config(
    issuer: &Issuer<'_, KeyPair>,
) -> Result<Arc<ServerConfig>, Box<dyn Error + Send + Sync>> {
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()])?;
    params
        .distinguished_name
        .push(DnType::CommonName, "Practice services");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let leaf = params.signed_by(&key, issuer)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
