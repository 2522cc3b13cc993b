//! Wrapping under a raw RSA key, as the raw RSA keyring of the AWS Encryption SDK does: keys in PEM.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::cipher::RawCipher;
use super::word::RAW_RSA;
use crate::context::EncryptionContext;
use crate::crypto::rsa::{self, Padding, RsaPrivateKey, RsaPublicKey};
use crate::keys::spec::KeySpec;

/// Raw RSA keys.
pub(in crate::keys) struct RawRsa;

/// Words for keys with OAEP, and with PKCS#1 v1.5. A message does not say which it was.
const PREFIXES: [&str; 2] = ["raw-rsa:", PKCS1];
const PKCS1: &str = "raw-rsa-pkcs1:";

impl RawCipher for RawRsa {
    const NAME: &'static str = RAW_RSA;
    const TITLE: &'static str = "raw RSA";
    const PREFIXES: &'static [&'static str] = &PREFIXES;

    fn wrap(key: &KeySpec, file: &[u8], data_key: &[u8], _: &EncryptionContext) -> Result<Vec<u8>, &'static str> {
        wrap(file, padding(key), data_key)
    }

    fn unwrap(
        key: &KeySpec,
        file: &[u8],
        wrapped: &[u8],
        _: &EncryptionContext,
    ) -> Result<Zeroizing<Vec<u8>>, &'static str> {
        unwrap(file, padding(key), wrapped)
    }

    fn finding(file: &[u8]) -> Result<&'static str, &'static str> {
        Ok(match read(file)? {
            RsaKey::Public(_) => "is an RSA public key: encrypts AWS Encryption SDK messages",
            RsaKey::Private(_) => "is an RSA private key: encrypts and decrypts AWS Encryption SDK messages",
        })
    }
}

fn padding(key: &KeySpec) -> Padding {
    if key.as_str().starts_with(PKCS1) { Padding::Pkcs1 } else { Padding::Oaep }
}

enum RsaKey {
    Public(RsaPublicKey),
    Private(RsaPrivateKey),
}

/// Wraps a data key. OAEP is with SHA-256.
fn wrap(file: &[u8], padding: Padding, data_key: &[u8]) -> Result<Vec<u8>, &'static str> {
    let public = match read(file)? {
        RsaKey::Public(key) => key,
        RsaKey::Private(key) => key.public(),
    };
    public.encrypt(padding, data_key).ok_or("the key is too short to encrypt a data key")
}

/// Unwraps a data key. With OAEP every hash is tried that the SDK knows.
fn unwrap(file: &[u8], padding: Padding, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let RsaKey::Private(key) = read(file)? else {
        return Err("it holds a public key, and decrypting takes the private one");
    };
    key.decrypt(padding, wrapped).ok_or("it does not open the data key with this padding")
}

/// The same with OAEP.
#[cfg(test)]
pub(crate) fn unwrap_oaep(file: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    unwrap(file, Padding::Oaep, wrapped)
}

fn read(file: &[u8]) -> Result<RsaKey, &'static str> {
    const NO_KEY: &str = "it holds no RSA key in PEM";
    if !rsa::IS_SUPPORTED {
        return Err("this build of kenc has no RSA");
    }
    let text = std::str::from_utf8(file).map_err(|_| NO_KEY)?;
    if let Some(der) = pem(text, "PRIVATE KEY") {
        return RsaPrivateKey::from_pkcs8(&der).map(RsaKey::Private).ok_or(NO_KEY);
    }
    if let Some(der) = pem(text, "PUBLIC KEY") {
        return RsaPublicKey::from_spki(&der).map(RsaKey::Public).ok_or(NO_KEY);
    }
    if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        return Err("its key is encrypted; `openssl pkcs8 -in FILE` decrypts it");
    }
    if text.contains("-----BEGIN RSA PRIVATE KEY-----") {
        return Err("it is not PKCS#8; `openssl pkcs8 -topk8 -nocrypt -in FILE` converts it");
    }
    Err(NO_KEY)
}

/// What a PEM block with this label holds.
fn pem(text: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let digits = Zeroizing::new(body.split_ascii_whitespace().collect::<String>());
    BASE64_STANDARD.decode(&*digits).ok().map(Zeroizing::new)
}
