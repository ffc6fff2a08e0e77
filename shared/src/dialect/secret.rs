//! A string that never shows itself in Debug, logs or errors. Knows nothing of what it opens.

use std::fmt;

use sha2::{Digest, Sha256};

/// A credential.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a credential.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The credential itself, for signing and headers only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares without telling by its time how much of a guess is right.
    pub fn matches(&self, guess: &str) -> bool {
        let (ours, theirs) = (Sha256::digest(&self.0), Sha256::digest(guess));
        ours.iter().zip(theirs.iter()).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_secret() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "<redacted>");
    }

    #[test]
    fn only_the_same_string_matches() {
        let secret = Secret::new("hunter2");
        assert!(secret.matches("hunter2"));
        assert!(!secret.matches("hunter") && !secret.matches(""));
    }
}
