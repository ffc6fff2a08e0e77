//! A value that never shows itself in Debug, logs or errors. Knows nothing of what it opens; where such values
//! come from is told by [`source`](SecretSource).

mod source;

use std::fmt;

use sha2::{Digest, Sha256};

pub use source::{CachedSecret, SecretSource, SecretsManager};

/// A value that must not appear in logs, Debug output, errors or Reports.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself: for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether this is what a caller presented. The time it takes tells nothing of the value.
    pub fn matches(&self, presented: &str) -> bool {
        let own = Sha256::digest(self.0.as_bytes());
        let theirs = Sha256::digest(presented.as_bytes());
        own.iter().zip(theirs.iter()).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
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
    fn only_the_same_value_matches() {
        let secret = Secret::new("key");
        assert!(secret.matches("key"));
        for wrong in ["", "ke", "keyx", "KEY"] {
            assert!(!secret.matches(wrong), "{wrong}");
        }
    }
}
