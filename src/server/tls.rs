//! The certificate: read at start, and again on SIGHUP and when its files change.
//!
//! Connections that are open keep what they were made with; a handshake takes what holds
//! at its time. Files that cannot be used change nothing: the reason is logged, and what held
//! goes on to hold. Never logs what is in the key file.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use aws_lc_rs::digest;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use tokio::signal::unix::{SignalKind, signal};

use crate::config::TlsFiles;

/// Between two looks at the files. They are small, and there are two.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What holds now, for handshakes.
#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

/// The certificate and where it comes from.
pub(super) struct Certificate {
    files: TlsFiles,
    current: Arc<Current>,
    /// Of both files as they were looked at last, whether they could be used or not.
    looked_at: Option<Vec<u8>>,
}

/// Both files, as they are.
struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Contents {
    fn read(files: &TlsFiles) -> Result<Self, String> {
        let read = |path: &Path| {
            std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
        };
        Ok(Self {
            certificate: read(&files.certificate)?,
            key: read(&files.key)?,
        })
    }

    fn digest(&self) -> Vec<u8> {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(&self.certificate.len().to_be_bytes());
        context.update(&self.certificate);
        context.update(&self.key);
        context.finish().as_ref().to_vec()
    }

    fn certified(&self, files: &TlsFiles) -> Result<CertifiedKey, String> {
        let (cert_path, key_path) = (files.certificate.display(), files.key.display());
        let chain = CertificateDer::pem_slice_iter(&self.certificate)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| format!("{cert_path} is not PEM: {e}"))?;
        if chain.is_empty() {
            return Err(format!(
                "{cert_path} holds no certificate; it is PEM, the server's own first"
            ));
        }
        // The reason would quote the file.
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| format!("{key_path} holds no private key in PEM"))?;
        let certified = CertifiedKey::from_der(chain, key, &default_provider());
        certified.map_err(|e| format!("{cert_path} and {key_path} do not go together: {e}"))
    }
}

impl Certificate {
    /// Reads both files.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn load(files: TlsFiles) -> Result<Self, String> {
        let contents = Contents::read(&files)?;
        let current = contents.certified(&files)?;
        Ok(Self {
            looked_at: Some(contents.digest()),
            current: Arc::new(Current(ArcSwap::from_pointee(current))),
            files,
        })
    }

    /// For the listener. TLS 1.2 and 1.3.
    ///
    /// # Errors
    /// The provider lacks what these need, which no build of ours does.
    pub(super) fn config(&self) -> std::io::Result<ServerConfig> {
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(std::io::Error::other)?
            .with_no_client_auth()
            .with_cert_resolver(self.current.clone());
        Ok(config)
    }

    /// Looks at the files again and again.
    pub(super) async fn keep_up(mut self) {
        let mut hangup = signal(SignalKind::hangup())
            .inspect_err(|error| tracing::warn!(%error, "SIGHUP is not listened to"))
            .ok();
        let mut look = tokio::time::interval(LOOK_EVERY);
        loop {
            let asked = async {
                match &mut hangup {
                    Some(hangup) => hangup.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = look.tick() => self.look(false),
                _ = asked => self.look(true),
            }
        }
    }

    /// `asked`: somebody wants to hear what came of it, also if nothing has changed.
    fn look(&mut self, asked: bool) {
        let (digest, certified) = match Contents::read(&self.files) {
            Ok(contents) => (Some(contents.digest()), contents.certified(&self.files)),
            Err(reason) => (None, Err(reason)),
        };
        if !asked && digest == self.looked_at {
            return;
        }
        self.looked_at = digest;
        match certified {
            Ok(certified) => {
                self.current.0.store(Arc::new(certified));
                tracing::info!("the certificate was read again; new connections have it");
            }
            Err(reason) => {
                tracing::error!(%reason, "the certificate was not read again; the one before stays");
            }
        }
    }
}
