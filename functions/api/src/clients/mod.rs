//! Who may ask: the clients in the API's secret, and which of them a request's credentials belong to.
//! Knows nothing of routes, nor of how a protocol carries its credentials.
//!
//! - here: the secret, its rotation, and the look-ups
//! - [`stored`]: the secret's forms
//! - [`network`]: the addresses that a client may come from

mod network;
mod stored;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use fapiao::config::Config;
use fapiao::dialect::textin::QuadOrder;
use fapiao::dialect::volcengine::Credentials;
use fapiao::error::{Error, ErrorKind, Result};
use fapiao::secret::{CachedSecret, Secret, SecretSource};

use network::Network;

/// The clients, wherever they are kept.
#[derive(Debug)]
pub struct Clients {
    secret: CachedSecret,
    /// What the last value that could be read holds.
    parsed: Mutex<Option<(Secret, Holders)>>,
}

/// There are no credentials to compare with at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Uncheckable;

/// All clients of one value of the secret.
type Holders = Arc<[Arc<Client>]>;

/// One client, and all that opens the API to it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Client {
    /// For the log.
    pub(crate) name: String,
    keys: Vec<Secret>,
    textin: Vec<TextinAccount>,
    volcengine: Vec<Credentials>,
    /// Where it may come from; from anywhere when empty.
    networks: Vec<Network>,
    /// Who reads for it; the configured chain when none.
    pub(crate) provider: Option<String>,
    /// The order of corners that it wants.
    pub(crate) quads: Option<QuadOrder>,
}

/// What came of a look-up, and among whom. Both stay together whatever came of it, so that who was found costs no time that
/// who was not would not.
#[derive(Debug)]
pub(crate) struct Admission<T, D> {
    holders: Holders,
    outcome: Result<T, D>,
}

impl<D> Admission<Place, D> {
    /// The client that was found.
    ///
    /// # Errors
    /// Why none was.
    pub(crate) fn client(self) -> Result<Arc<Client>, D> {
        let Place(at) = self.outcome?;
        Ok(Arc::clone(&self.holders[at]))
    }
}

/// Where a client stands in the list that it was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(usize);

/// An app id, and its secret codes: two while they are rotated.
#[derive(Debug, PartialEq, Eq)]
struct TextinAccount {
    app_id: String,
    codes: Vec<Secret>,
}

impl Clients {
    /// Clients kept in a secret.
    pub fn new(source: Arc<dyn SecretSource>) -> Self {
        Self { secret: CachedSecret::new(source), parsed: Mutex::default() }
    }

    /// The configured clients. A key in the environment wins: only local runs have it (the configuration refuses it to
    /// deployed functions), and there the template's secret is a name that leads nowhere.
    ///
    /// # Errors
    /// `internal` when neither is set: an API without a key is never served.
    pub fn configured(config: &Config, secrets_manager: impl Fn(&str) -> Arc<dyn SecretSource>) -> Result<Self> {
        match (&config.api_secret_arn, &config.api_key) {
            (_, Some(key)) => Ok(Self::new(Arc::new(key.clone()))),
            (Some(arn), None) => Ok(Self::new(secrets_manager(arn))),
            (None, None) => {
                Err(Error::new(ErrorKind::Internal, "neither FAPIAO_API_SECRET_ARN nor FAPIAO_API_KEY is set")
                    .with_hint("Set FAPIAO_API_SECRET_ARN to the secret that holds the API's key."))
            }
        }
    }

    /// Looks a request's credentials up. What was not found is looked for once more in a newer secret, where `may_heal`
    /// says that a newer one could help; how often that happens has a limit.
    ///
    /// # Errors
    /// [`Uncheckable`], of which the log is told, when there is nothing to compare with.
    pub(crate) async fn admit<T, D>(
        &self,
        now: Instant,
        look: impl Fn(&[Arc<Client>]) -> Result<T, D>,
        may_heal: impl Fn(&D) -> bool,
    ) -> Result<Admission<T, D>, Uncheckable> {
        let admitted = self.look_up(now, look, may_heal).await;
        admitted.map_err(|error| {
            tracing::error!(%error, hint = error.hint(), "no credentials to compare with");
            Uncheckable
        })
    }

    async fn look_up<T, D>(
        &self,
        now: Instant,
        look: impl Fn(&[Arc<Client>]) -> Result<T, D>,
        may_heal: impl Fn(&D) -> bool,
    ) -> Result<Admission<T, D>> {
        let among = |holders: Holders| Admission { outcome: look(&holders), holders };
        let admission = among(self.parsed(&self.secret.get(now).await?)?);
        let is_wanted = admission.outcome.as_ref().is_err_and(may_heal);
        match self.secret.refreshed_if(is_wanted, now).await {
            Ok(Some(fresh)) => Ok(among(self.parsed(&fresh)?)),
            Ok(None) => Ok(admission),
            Err(error) => {
                tracing::warn!(%error, "cannot look for rotated credentials");
                Ok(admission)
            }
        }
    }

    /// The clients in a value of the secret; those of the last one that could be read, when this one cannot.
    fn parsed(&self, secret: &Secret) -> Result<Holders> {
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, holders)) = parsed.as_ref().filter(|(of, _)| of == secret) {
            return Ok(Arc::clone(holders));
        }
        match (stored::parse(secret), parsed.as_ref()) {
            (Ok(clients), _) => {
                let holders: Holders = clients.into_iter().map(Arc::new).collect();
                *parsed = Some((secret.clone(), Arc::clone(&holders)));
                Ok(holders)
            }
            (Err(error), Some((_, last))) => {
                tracing::error!(%error, hint = error.hint(), "keeping the last clients that could be read");
                Ok(Arc::clone(last))
            }
            (Err(error), None) => Err(error),
        }
    }
}

impl Client {
    /// Whether it may come from there.
    pub(crate) fn may_come_from(&self, address: Option<IpAddr>) -> bool {
        self.networks.is_empty() || address.is_some_and(|address| self.networks.iter().any(|own| own.holds(address)))
    }
}

/// Whose API key it is. Every key is compared, so that the time tells nothing.
pub(crate) fn by_key(clients: &[Arc<Client>], presented: &str) -> Option<Place> {
    let mut found = None;
    for (at, client) in clients.iter().enumerate() {
        for key in &client.keys {
            if key.matches(presented) {
                found = Some(Place(at));
            }
        }
    }
    found
}

/// Whose app id and secret code these are. Every code is compared, so that the time does not even tell which ids there are.
pub(crate) fn by_textin(clients: &[Arc<Client>], app_id: &str, code: &str) -> Option<Place> {
    let mut found = None;
    for (at, client) in clients.iter().enumerate() {
        for account in &client.textin {
            for own in &account.codes {
                if own.matches(code) & (account.app_id == app_id) {
                    found = Some(Place(at));
                }
            }
        }
    }
    found
}

/// The client that an access key names, and all that it may have signed with. Ids are no secret.
pub(crate) fn by_access_key(clients: &[Arc<Client>], id: &str) -> Option<(Place, Vec<Credentials>)> {
    let keys = |client: &Client| {
        let keys = client.volcengine.iter().filter(|key| key.access_key_id == id);
        keys.cloned().collect::<Vec<_>>()
    };
    clients.iter().enumerate().map(|(at, client)| (Place(at), keys(client))).find(|(_, keys)| !keys.is_empty())
}

#[cfg(test)]
mod tests;
