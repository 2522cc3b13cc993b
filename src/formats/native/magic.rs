//! The first bytes of every file.

/// The first bytes of every kenc file. Line ends and a high bit among them show what mangled it.
pub const MAGIC: [u8; 7] = *b"\x89kenc\r\n";
