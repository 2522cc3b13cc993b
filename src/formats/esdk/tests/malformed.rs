//! Messages that no writer makes, each wrong in one way. Header tags are right, so that nothing but the form is refused.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::open;
use crate::context::EncryptionContext;
use crate::crypto::message_key::{BodyPart, MessageKey};
use crate::crypto::message_suite::Curve;
use crate::crypto::signature::{MessageDigest, SigningKey};
use crate::crypto::{Backend, DataKey, MessageSuite};
use crate::formats::esdk::{MessageHead, MessageLimits};

/// A message in its parts, each of which can be wrong.
struct Draft {
    suite: MessageSuite,
    /// Version, and type in version 1.
    version: Vec<u8>,
    number: [u8; 2],
    message_id: Vec<u8>,
    /// With its length.
    context: Vec<u8>,
    /// With their number.
    data_keys: Vec<u8>,
    content_type: u8,
    reserved: Vec<u8>,
    frame_len: [u8; 4],
    /// Replaces what follows from the data key.
    commitment: Option<Vec<u8>>,
    /// Number, nonce and plaintext of each frame.
    frames: Vec<(u32, u32, Vec<u8>)>,
    /// The mark of the last frame, its number, nonce, length and plaintext.
    last: Option<(u32, u32, u32, u32, Vec<u8>)>,
    signing_key: Option<SigningKey>,
    /// Replaces the footer.
    footer: Option<Vec<u8>>,
    trailing: Vec<u8>,
}

const FRAME_LEN: u32 = 4;

impl Draft {
    fn of(suite: MessageSuite) -> Self {
        let is_v2 = suite.commits();
        let signing_key = suite.is_signed().then(SigningKey::generate);
        let context = match &signing_key {
            None => pairs(&[("a", "1"), ("b", "2")]),
            Some(key) => pairs(&[("a", "1"), ("aws-crypto-public-key", &BASE64_STANDARD.encode(key.public_point()))]),
        };
        Self {
            suite,
            version: if is_v2 { vec![2] } else { vec![1, 0x80] },
            number: suite.number().to_be_bytes(),
            message_id: vec![9; if is_v2 { 32 } else { 16 }],
            context,
            data_keys: [&[0, 1][..], &data_key("aws-kms", b"arn", b"wrapped")].concat(),
            content_type: 2,
            reserved: if is_v2 { Vec::new() } else { vec![0, 0, 0, 0, 12] },
            frame_len: FRAME_LEN.to_be_bytes(),
            commitment: None,
            frames: vec![(1, 1, b"abcd".to_vec()), (2, 2, b"efgh".to_vec())],
            last: Some((u32::MAX, 3, 3, 2, b"ij".to_vec())),
            signing_key,
            footer: None,
            trailing: Vec::new(),
        }
    }

    fn build(&self, secret: &DataKey) -> Vec<u8> {
        let (key, commitment) = MessageKey::derive(self.suite, Backend::default(), secret, &self.message_id).unwrap();
        let commitment = self.commitment.clone().or(commitment.map(|bytes| bytes.to_vec())).unwrap_or_default();
        let mut message = [
            &self.version[..],
            &self.number,
            &self.message_id,
            &self.context,
            &self.data_keys,
            &[self.content_type],
            &self.reserved,
            &self.frame_len,
            &commitment,
        ]
        .concat();
        let tag = key.seal_header(&message);
        if !self.suite.commits() {
            message.extend_from_slice(&[0; 12]);
        }
        message.extend_from_slice(&tag);
        for (number, nonce, plaintext) in &self.frames {
            let mut data = plaintext.clone();
            let (nonce, tag) = key.seal_frame(BodyPart::Frame, *nonce, &mut data);
            message.extend([&number.to_be_bytes()[..], &nonce, &data, &tag].concat());
        }
        if let Some((mark, number, nonce, len, plaintext)) = &self.last {
            let mut data = plaintext.clone();
            let (nonce, tag) = key.seal_frame(BodyPart::FinalFrame, *nonce, &mut data);
            let fields = [&mark.to_be_bytes()[..], &number.to_be_bytes(), &nonce, &len.to_be_bytes(), &data, &tag];
            message.extend(fields.concat());
        }
        if let Some(footer) = &self.footer {
            message.extend_from_slice(footer);
        } else if let Some(signing_key) = &self.signing_key {
            let mut digest = MessageDigest::new(Curve::P384);
            digest.update(&message);
            let signature = signing_key.sign(digest);
            message.extend(u16::try_from(signature.len()).unwrap().to_be_bytes());
            message.extend(signature);
        }
        message.extend_from_slice(&self.trailing);
        message
    }
}

fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

/// A context with its length.
fn pairs(pairs: &[(&str, &str)]) -> Vec<u8> {
    let pair = |&(key, value): &(&str, &str)| [prefixed(key.as_bytes()), prefixed(value.as_bytes())].concat();
    let content: Vec<u8> = pairs.iter().flat_map(pair).collect();
    prefixed(&[&u16::try_from(pairs.len()).unwrap().to_be_bytes()[..], &content].concat())
}

fn data_key(provider: &str, info: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    [prefixed(provider.as_bytes()), prefixed(info), prefixed(ciphertext)].concat()
}

type Case = (&'static str, &'static str, fn(&mut Draft));

/// What is wrong in headers of both versions, with a part of what is said of it.
const HEADERS: &[Case] = &[
    ("version 0", "version 0", |it| it.version[0] = 0),
    ("version 3", "version 3", |it| it.version[0] = 3),
    ("version 255", "version 255", |it| it.version[0] = 255),
    ("suite 0", "suite 0x0000", |it| it.number = [0, 0]),
    ("suite of the future", "suite 0x0678", |it| it.number = [6, 0x78]),
    ("a suite with its bytes swapped", "suite 0x7804", |it| it.number = [0x78, 4]),
    ("a context without its last byte", "", |it| {
        it.context.pop();
    }),
    ("a context that is longer than it says", "encryption context has bytes after its pairs", |it| {
        it.context = prefixed(&[&it.context[2..], &[0]].concat());
    }),
    ("a context with fewer pairs than it says", "ends within the encryption context", |it| {
        let mut content = it.context[2..].to_vec();
        content[1] += 1;
        it.context = prefixed(&content);
    }),
    ("a context with more pairs than it says", "has bytes after its pairs", |it| {
        let mut content = it.context[2..].to_vec();
        content[1] -= 1;
        it.context = prefixed(&content);
    }),
    ("a context with a count and no pairs", "has bytes and no pairs", |it| it.context = prefixed(&[0, 0])),
    ("a context of one byte", "ends within the encryption context", |it| it.context = prefixed(&[0])),
    ("a context that claims 65535 pairs", "ends within the encryption context", |it| {
        it.context = prefixed(&[255, 255, 0, 1]);
    }),
    ("a key twice", "has a key twice", |it| it.context = pairs(&[("a", "1"), ("a", "2")])),
    ("the same pair twice", "has a key twice", |it| it.context = pairs(&[("a", "1"), ("a", "1")])),
    ("a key that is not UTF-8", "not UTF-8", |it| it.context = prefixed(&[0, 1, 0, 1, 0xff, 0, 1, b'x'])),
    ("a value that is not UTF-8", "not UTF-8", |it| it.context = prefixed(&[0, 1, 0, 1, b'x', 0, 1, 0xc0])),
    ("no data key", "has no encrypted data key", |it| it.data_keys = vec![0, 0]),
    ("33 data keys", "number of encrypted data keys is 33, and the limit is 32", |it| {
        it.data_keys = [&[0, 33][..], &data_key("p", b"i", b"c").repeat(33)].concat();
    }),
    ("65535 data keys", "number of encrypted data keys is 65535", |it| it.data_keys = vec![255, 255]),
    ("fewer data keys than it says", "", |it| it.data_keys[1] = 2),
    ("more data keys than it says", "", |it| {
        it.data_keys = [&[0, 1][..], &data_key("p", b"i", b"c").repeat(2)].concat();
    }),
    ("a provider that is not UTF-8", "provider of a data key is not UTF-8", |it| {
        it.data_keys = [&[0, 1][..], &prefixed(&[0xff]), &prefixed(b"i"), &prefixed(b"c")].concat();
    }),
    ("content type 0", "content type is neither", |it| it.content_type = 0),
    ("content type 3", "content type is neither", |it| it.content_type = 3),
    ("content type 255", "content type is neither", |it| it.content_type = 255),
    ("frames in a message without frames", "without frames is not zero", |it| it.content_type = 1),
    ("frames of no bytes", "frame length is zero", |it| it.frame_len = [0; 4]),
    ("frames of 64 MiB and a byte", "frame length is 67108865, and the limit is 67108864", |it| {
        it.frame_len = ((64_u32 << 20) + 1).to_be_bytes();
    }),
    ("frames of 4 GiB", "frame length is 4294967295", |it| it.frame_len = [255; 4]),
    ("frames that are longer than the header says", "not", |it| it.frame_len = 3_u32.to_be_bytes()),
    ("frames that are shorter than the header says", "", |it| it.frame_len = 5_u32.to_be_bytes()),
];

/// What is wrong in headers of one version only.
const HEADERS_OF_V1: &[Case] = &[
    ("type 0", "message type is not 0x80", |it| it.version[1] = 0),
    ("type 0x81", "message type is not 0x80", |it| it.version[1] = 0x81),
    ("a committing suite in version 1", "suite 0x0478", |it| it.number = [4, 0x78]),
    ("reserved bytes that are not zero", "reserved bytes", |it| it.reserved[3] = 1),
    ("nonces of 16 bytes", "length of a nonce is not 12", |it| it.reserved[4] = 16),
    ("nonces of no bytes", "length of a nonce is not 12", |it| it.reserved[4] = 0),
    ("a public key, and no signature", "is not signed, and its context has a public key", |it| {
        it.context = pairs(&[("aws-crypto-public-key", "AAAA")]);
    }),
];
const HEADERS_OF_V2: &[Case] = &[
    ("a suite without commitment in version 2", "suite 0x0178", |it| it.number = [1, 0x78]),
    ("a commitment to another key", "no key opens it", |it| it.commitment = Some(vec![7; 32])),
    ("a commitment of 31 bytes", "", |it| it.commitment = Some(vec![7; 31])),
    ("no commitment", "", |it| it.commitment = Some(Vec::new())),
];
const HEADERS_OF_SIGNED: &[Case] = &[
    ("no public key", "is signed, and its context has no public key", |it| it.context = pairs(&[("a", "1")])),
    ("no context", "is signed, and its context has no public key", |it| it.context = vec![0, 0]),
    ("a public key that is not base64", "not a point", |it| it.context = pairs(&[("aws-crypto-public-key", "!")])),
    ("a public key of no bytes", "not a point", |it| it.context = pairs(&[("aws-crypto-public-key", "")])),
    ("a public key at infinity", "not a point", |it| it.context = pairs(&[("aws-crypto-public-key", "AA==")])),
    ("a public key off the curve", "not a point", |it| {
        let mut point = [0xff; 49];
        point[0] = 2;
        it.context = pairs(&[("aws-crypto-public-key", &BASE64_STANDARD.encode(point))]);
    }),
    ("a public key of P-256", "not a point", |it| {
        // The base point.
        let point = hex::decode("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296").unwrap();
        it.context = pairs(&[("aws-crypto-public-key", &BASE64_STANDARD.encode(point))]);
    }),
];

/// What is wrong in bodies.
const BODIES: &[Case] = &[
    ("frames from 0", "not in order", |it| it.frames[0].0 = 0),
    ("frames from 2", "not in order", |it| it.frames.remove(0).0 = 2),
    ("a frame twice", "not in order", |it| it.frames.insert(0, it.frames[0].clone())),
    ("frames in another order", "not in order", |it| it.frames.swap(0, 1)),
    ("a frame with the number of another and its own nonce", "not authentic", |it| it.frames[1].1 = 7),
    ("a last frame with another number", "not in order", |it| it.last.as_mut().unwrap().1 = 4),
    ("a last frame that was numbered as an inner one", "", |it| it.last.as_mut().unwrap().1 = 2),
    ("no last frame", "", |it| it.last = None),
    ("no frame at all", "", |it| (it.frames, it.last) = (Vec::new(), None)),
    ("a last frame without its mark", "not in order", |it| it.last.as_mut().unwrap().0 = 0),
    ("a last frame that is longer than a frame", "longer than the frames", |it| {
        it.last = Some((u32::MAX, 3, 3, 5, b"ijklm".to_vec()));
    }),
    ("a last frame that says it is longer", "", |it| it.last.as_mut().unwrap().3 = 4),
    ("a last frame that says it is shorter", "not authentic", |it| it.last.as_mut().unwrap().3 = 1),
    ("a last frame of 4 GiB", "longer than the frames", |it| it.last.as_mut().unwrap().3 = u32::MAX),
    ("an inner frame that is short", "", |it| it.frames[0].2 = b"abc".to_vec()),
    ("an inner frame that is long", "", |it| it.frames[0].2 = b"abcde".to_vec()),
    ("an inner frame in the place of the last", "", |it| {
        it.last = None;
        it.frames.push((3, 3, b"ijkl".to_vec()));
    }),
    ("a byte after the end", "", |it| it.trailing = vec![0]),
    ("another last frame after the end", "", |it| it.trailing = [&[0xff; 4][..], &[0; 60]].concat()),
];
const BODIES_OF_UNSIGNED: &[Case] = &[
    ("a footer without a signing suite", "bytes follow the end", |it| it.footer = Some(vec![0, 1, 7])),
    ("an empty footer", "bytes follow the end", |it| it.footer = Some(vec![0, 0])),
];
const BODIES_OF_SIGNED: &[Case] = &[
    ("no footer", "the file is cut off", |it| it.footer = Some(Vec::new())),
    ("a footer of one byte", "the file is cut off", |it| it.footer = Some(vec![0])),
    ("a signature of no bytes", "signature is not valid", |it| it.footer = Some(vec![0, 0])),
    ("a signature that is cut off", "the file is cut off", |it| it.footer = Some(vec![0, 102, 0x30])),
    ("a signature that ends too early", "the signature does not end", |it| it.footer = Some(vec![0, 3, 1, 2, 3, 4])),
    ("a signature that is no DER", "signature is not valid", |it| it.footer = Some(vec![0, 3, 1, 2, 3])),
    ("a signature of zeros", "signature is not valid", |it| {
        it.footer = Some(vec![0, 8, 0x30, 6, 2, 1, 0, 2, 1, 0]);
    }),
    ("a signature of 64 KiB", "", |it| it.footer = Some([&[255, 255][..], &[0; 65_535]].concat())),
];

fn tables(suite: MessageSuite) -> Vec<(&'static [Case], bool)> {
    let of_version = if suite.commits() { HEADERS_OF_V2 } else { HEADERS_OF_V1 };
    let mut tables = vec![(HEADERS, true), (BODIES, false)];
    if suite.is_signed() {
        tables.extend([(HEADERS_OF_SIGNED, true), (BODIES_OF_SIGNED, false)]);
    } else {
        tables.extend([(of_version, true), (BODIES_OF_UNSIGNED, false)]);
    }
    tables
}

#[test]
fn every_malformed_message_is_refused_with_its_fault_and_releases_nothing_that_is_not_authentic() {
    let secret = DataKey::generate();
    let mut tried = std::collections::BTreeSet::new();
    for suite in [MessageSuite::Aes256Sha256, MessageSuite::Committing, MessageSuite::CommittingEcdsaP384] {
        let whole = Draft::of(suite).build(&secret);
        let (outcome, released) = open(&whole, &secret, &EncryptionContext::new());
        outcome.unwrap_or_else(|error| panic!("{suite:?}: {error}"));
        assert_eq!(released, b"abcdefghij");
        for (table, is_header) in tables(suite) {
            for (name, wanted, spoil) in table {
                let mut draft = Draft::of(suite);
                spoil(&mut draft);
                let (outcome, released) = open(&draft.build(&secret), &secret, &EncryptionContext::new());
                let Err(error) = outcome else { panic!("{suite:?}: {name} opened") };
                assert!(error.to_string().contains(wanted), "{suite:?}: {name}: {error}");
                assert!(b"abcdefghijkl".starts_with(&released[..]), "{name}: {released:?}");
                assert!(!is_header || released.is_empty() || wanted.is_empty(), "{name}: {released:?}");
                tried.insert(*name);
            }
        }
    }
    assert!(tried.len() >= 60, "only {}", tried.len());
}

#[test]
fn a_header_is_read_without_a_byte_after_it_and_is_refused_when_it_is_cut_off_anywhere() {
    let secret = DataKey::generate();
    for suite in [MessageSuite::Aes256Sha256, MessageSuite::Committing, MessageSuite::CommittingEcdsaP384] {
        let message = Draft::of(suite).build(&secret);
        let mut input = &message[..];
        let head = MessageHead::read(&mut input, MessageLimits::default()).unwrap();
        assert_eq!(head.to_bytes().len() + input.len(), message.len());
        for len in 0..head.to_bytes().len() {
            assert!(MessageHead::read(&mut &message[..len], MessageLimits::default()).is_err(), "{len} bytes");
        }
    }
}

#[test]
fn limits_can_be_raised_and_lowered() {
    let secret = DataKey::generate();
    let mut draft = Draft::of(MessageSuite::Committing);
    draft.data_keys = [&[0, 33][..], &data_key("p", b"i", b"c").repeat(33)].concat();
    let message = draft.build(&secret);
    let read = |limits| MessageHead::read(&mut &message[..], limits).map(|head| head.header.data_keys.len());
    let limits = MessageLimits::default();
    assert!(read(limits).is_err());
    assert_eq!(read(MessageLimits { data_keys: 33, ..limits }).unwrap(), 33);
    assert!(read(MessageLimits { data_keys: 33, frame_len: FRAME_LEN - 1 }).is_err());
}
