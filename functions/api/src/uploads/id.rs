//! The name of an upload: what a client asks after. It carries all that is known of the upload, so that nothing has to be
//! kept of one that never comes, and it is good for the client that got it alone. Knows nothing of buckets and requests.
//!
//! Base64 for URLs of `seal (12 bytes) | nonce (16) | end of the link (4, Unix seconds) | provider / name`. The seal is
//! a hash of the rest and of the client's name: it is no secret, because whoever makes up an id of their own learns only that
//! nothing stands in their own folder. What cannot be guessed is the nonce, which stands in the key too.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

const SEAL: usize = 12;
const NONCE: usize = 16;
const END: usize = 4;
/// Longer than any id of ours.
const MAX_TEXT: usize = 1000;

/// One upload of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UploadId {
    /// Random.
    pub(crate) nonce: [u8; NONCE],
    /// When the link ends, in Unix seconds.
    pub(crate) ends: u32,
    /// Who reads for the client, where that is settled.
    pub(crate) provider: Option<String>,
    /// The file's name, as it may stand in a key: see [`safe_name`].
    pub(crate) name: String,
}

impl UploadId {
    /// As it stands in a path.
    pub(crate) fn text(&self, client: &str) -> String {
        let rest = self.rest();
        let mut bytes = seal(&rest, client).to_vec();
        bytes.extend(rest);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What the text says; none for what this client was not given.
    pub(crate) fn of(text: &str, client: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(Some(text).filter(|text| text.len() <= MAX_TEXT)?).ok()?;
        let (sealed, rest) = bytes.split_at_checked(SEAL)?;
        if sealed != seal(rest, client) {
            return None;
        }
        let (nonce, rest) = rest.split_first_chunk::<NONCE>()?;
        let (ends, rest) = rest.split_first_chunk::<END>()?;
        let (provider, name) = std::str::from_utf8(rest).ok()?.split_once('/')?;
        Some(Self {
            nonce: *nonce,
            ends: u32::from_be_bytes(*ends),
            provider: Some(provider.to_owned()).filter(|provider| !provider.is_empty()),
            name: Some(name.to_owned()).filter(|name| *name == safe_name(name))?,
        })
    }

    /// Where the file stands: the first folder names who reads, where that is settled, and the client has one of its own.
    pub(crate) fn key(&self, client: &str) -> String {
        let provider = self.provider.as_ref().map_or(String::new(), |provider| format!("{provider}/"));
        let nonce: String = self.nonce.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{provider}api/{}/{nonce}/{}", folder(client), self.name)
    }

    fn rest(&self) -> Vec<u8> {
        let provider = self.provider.as_deref().unwrap_or_default();
        let mut rest = self.nonce.to_vec();
        rest.extend(self.ends.to_be_bytes());
        rest.extend(format!("{provider}/{}", self.name).bytes());
        rest
    }
}

fn seal(rest: &[u8], client: &str) -> [u8; SEAL] {
    let hash = Sha256::new().chain_update(client).chain_update([0]).chain_update(rest).finalize();
    hash.first_chunk::<SEAL>().copied().unwrap_or_default()
}

/// Bytes of a name: with the rest of the key it stays below what S3 takes.
const MAX_NAME: usize = 120;

/// A file's name as it may stand in a key: its last part, letters and digits of any script, and `-_.`; the end, which says
/// what kind of file it is, is kept.
pub(crate) fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    let name: String = last.chars().map(plain).collect();
    let mut start = name.len().saturating_sub(MAX_NAME);
    while !name.is_char_boundary(start) {
        start += 1;
    }
    let kept = name.get(start..).unwrap_or_default().trim_start_matches('.');
    if kept.is_empty() { "file".to_owned() } else { kept.to_owned() }
}

/// Bytes of a client's folder.
const MAX_FOLDER: usize = 200;

/// A client's name as a folder; no two clients have the same one.
fn folder(client: &str) -> String {
    let escaped = |c: char| match c {
        '-' | '_' => c.to_string(),
        c if c.is_alphanumeric() => c.to_string(),
        c => format!("~{:x}~", u32::from(c)),
    };
    let folder: String = client.chars().map(escaped).collect();
    if folder.len() <= MAX_FOLDER {
        return folder;
    }
    let hash = Sha256::digest(client);
    format!("~sha256~{}", hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> UploadId {
        UploadId { nonce: [7; NONCE], ends: 1_800_000_000, provider: None, name: safe_name(name) }
    }

    #[test]
    fn an_id_says_to_its_own_client_what_it_was_made_of() {
        let with_provider = UploadId { provider: Some("textin".to_owned()), ..id("a.pdf") };
        for id in [id("发票 1.jpg"), id(""), with_provider] {
            let text = id.text("accounting");
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{text}");
            assert_eq!(UploadId::of(&text, "accounting"), Some(id));
        }
    }

    #[test]
    fn another_client_or_a_changed_letter_finds_nothing() {
        let text = id("a.pdf").text("accounting");
        for other in ["sales", "accountin", "accounting ", ""] {
            assert_eq!(UploadId::of(&text, other), None, "{other}");
        }
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(UploadId::of(std::str::from_utf8(&changed).unwrap(), "accounting"), None, "{at}");
        }
        for odd in ["", "A", "a b", "..", &"A".repeat(5000)] {
            assert_eq!(UploadId::of(odd, "accounting"), None, "{odd}");
        }
    }

    #[test]
    fn names_leave_no_folder_and_keep_their_end() {
        for (name, safe) in [
            ("发票 1+1%.jpg", "发票_1_1_.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\scans\\a.pdf", "a.pdf"),
            ("..", "file"),
            (".json", "json"),
            ("", "file"),
            ("a\u{0}\n.ofd", "a__.ofd"),
        ] {
            assert_eq!(safe_name(name), safe, "{name:?}");
        }
        let long = safe_name(&format!("{}.pdf", "票".repeat(500)));
        assert!(long.len() <= MAX_NAME && long.ends_with("票.pdf"), "{long}");
        assert_eq!(safe_name(&long), long);
    }

    #[test]
    fn no_two_clients_share_a_folder() {
        let long = "x".repeat(500);
        let names = ["a", "a/b", "a_b", "a~2f~b", "../a", "", "会计", &long, &long[1..], "~sha256~", ".fapiao", "A"];
        let folders: std::collections::BTreeSet<String> = names.iter().map(|name| folder(name)).collect();
        assert_eq!(folders.len(), names.len(), "{folders:?}");
        assert!(folders.iter().all(|folder| !folder.contains(['/', '.']) && folder.len() <= MAX_FOLDER), "{folders:?}");
        assert_eq!(id("a.pdf").key("会计"), format!("api/会计/{}/a.pdf", "07".repeat(16)));
    }
}
