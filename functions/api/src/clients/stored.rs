//! The API's secret as it is stored: one bare key, or JSON with any number of clients. Knows nothing of requests.
//!
//! ```json
//! {"api_key": "..", "clients": [{
//!   "name": "accounting", "api_key": ["new", "old"],
//!   "textin": {"app_id": "..", "secret_code": ".."},
//!   "volcengine": {"access_key": "..", "secret_key": ["new", "old"], "session_token": ".."},
//!   "addresses": ["192.0.2.0/24"], "provider": "embedded", "textin_quads": "clockwise"
//! }]}
//! ```
//!
//! What stands outside `clients` is a client named `default`. Wherever a value opens something, two may stand in a list.

use std::collections::BTreeSet;

use fapiao::dialect::volcengine::Credentials;
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::secret::Secret;
use serde::Deserialize;

use super::{Client, TextinAccount};

/// The client that a bare key belongs to.
const DEFAULT: &str = "default";
/// The old value and the new one.
const MOST_VALUES: usize = 2;

#[derive(Deserialize)]
struct Stored {
    #[serde(flatten)]
    own: StoredClient,
    #[serde(default)]
    clients: Vec<StoredClient>,
}

#[derive(Default, Deserialize)]
struct StoredClient {
    name: Option<String>,
    #[serde(default)]
    api_key: OneOrTwo<String>,
    #[serde(default)]
    textin: OneOrTwo<StoredTextin>,
    #[serde(default)]
    volcengine: OneOrTwo<StoredVolcengine>,
    #[serde(default)]
    addresses: Vec<String>,
    provider: Option<String>,
    textin_quads: Option<String>,
}

#[derive(Deserialize)]
struct StoredTextin {
    app_id: String,
    secret_code: OneOrTwo<String>,
}

#[derive(Deserialize)]
struct StoredVolcengine {
    access_key: String,
    secret_key: OneOrTwo<String>,
    session_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrTwo<T> {
    One(T),
    Several(Vec<T>),
}

impl<T> Default for OneOrTwo<T> {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl<T> OneOrTwo<T> {
    /// The values; a fault in words when there are too many.
    fn values(self, of: &str) -> Result<Vec<T>, String> {
        let values = match self {
            Self::One(value) => vec![value],
            Self::Several(values) => values,
        };
        match values.len() {
            ..=MOST_VALUES => Ok(values),
            many => Err(format!("{of} has {many} values, and may have two")),
        }
    }
}

/// The clients in a value of the secret.
///
/// # Errors
/// `internal`, without any part of the secret but a client's name.
pub(super) fn parse(secret: &Secret) -> Result<Vec<Client>> {
    let text = secret.expose().trim();
    if text.is_empty() {
        return Err(unusable("is empty"));
    }
    if !text.starts_with('{') {
        return Ok(vec![Client { name: DEFAULT.to_owned(), keys: vec![Secret::new(text)], ..Client::default() }]);
    }
    // The parser's own words could quote the secret.
    let stored: Stored = serde_json::from_str(text).map_err(|_| unusable("does not have the expected JSON form"))?;
    let own = StoredClient { name: stored.own.name.or_else(|| Some(DEFAULT.to_owned())), ..stored.own };
    let clients = [own].into_iter().chain(stored.clients).map(client).collect::<Result<Vec<_>, _>>();
    let clients = clients.and_then(without_doubles).map_err(|fault| unusable(&fault))?;
    if clients.iter().all(|client| !opens_anything(client)) {
        return Err(unusable("holds an empty key"));
    }
    Ok(clients)
}

fn unusable(what: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("the API's secret {what}")).with_hint(
        "Put a key into the secret, bare or as {\"api_key\": \"...\"}; README.md has the form for several clients.",
    )
}

fn opens_anything(client: &Client) -> bool {
    !client.keys.is_empty() || !client.textin.is_empty() || !client.volcengine.is_empty()
}

fn client(stored: StoredClient) -> Result<Client, String> {
    let name = stored.name.filter(|name| !name.trim().is_empty()).ok_or("has a client without a name")?;
    let blame = |fault: String| format!("says of the client `{name}`: {fault}");
    let networks = stored.addresses.iter().map(|text| text.parse().map_err(|()| format!("`{text}` is no address")));
    let quads = stored.textin_quads.filter(|quads| !quads.is_empty());
    let quads = quads.map(|quads| quads.parse().map_err(|()| format!("textin_quads is `{quads}`"))).transpose();
    Ok(Client {
        keys: secrets(stored.api_key, "api_key").map_err(blame)?,
        textin: accounts(stored.textin).map_err(blame)?,
        volcengine: credentials(stored.volcengine).map_err(blame)?,
        networks: networks.collect::<Result<_, _>>().map_err(blame)?,
        provider: stored.provider.filter(|provider| !provider.is_empty()),
        quads: quads.map_err(blame)?,
        name,
    })
}

/// What is blank opens nothing.
fn secrets(stored: OneOrTwo<String>, of: &str) -> Result<Vec<Secret>, String> {
    let values = stored.values(of)?.into_iter().map(|value| value.trim().to_owned());
    Ok(values.filter(|value| !value.is_empty()).map(Secret::new).collect())
}

fn accounts(stored: OneOrTwo<StoredTextin>) -> Result<Vec<TextinAccount>, String> {
    let account = |stored: StoredTextin| {
        let codes = secrets(stored.secret_code, "secret_code")?;
        if stored.app_id.is_empty() || codes.is_empty() {
            return Err("textin has an empty value".to_owned());
        }
        Ok(TextinAccount { app_id: stored.app_id, codes })
    };
    stored.values("textin")?.into_iter().map(account).collect()
}

/// One for each secret of each pair.
fn credentials(stored: OneOrTwo<StoredVolcengine>) -> Result<Vec<Credentials>, String> {
    let mut all = Vec::new();
    for stored in stored.values("volcengine")? {
        let keys = secrets(stored.secret_key, "secret_key")?;
        if stored.access_key.is_empty() || keys.is_empty() {
            return Err("volcengine has an empty value".to_owned());
        }
        let token = stored.session_token.filter(|token| !token.is_empty()).map(Secret::new);
        all.extend(keys.into_iter().map(|secret_access_key| Credentials {
            access_key_id: stored.access_key.clone(),
            secret_access_key,
            session_token: token.clone(),
        }));
    }
    Ok(all)
}

/// A name or an id that two clients share would make one of them unreachable.
fn without_doubles(clients: Vec<Client>) -> Result<Vec<Client>, String> {
    let mut seen = BTreeSet::new();
    for client in &clients {
        let ids = client.textin.iter().map(|account| ("app_id", account.app_id.as_str()));
        let access_keys = client.volcengine.iter().map(|key| ("access_key", key.access_key_id.as_str()));
        // The secrets of one pair share its access key.
        let of_client: BTreeSet<_> = ids.chain(access_keys).chain([("name", client.name.as_str())]).collect();
        if let Some((what, _)) = of_client.into_iter().find(|id| !seen.insert(*id)) {
            return Err(format!("gives the {what} of the client `{}` to another one too", client.name));
        }
    }
    Ok(clients)
}
