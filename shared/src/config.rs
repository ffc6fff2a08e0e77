//! Settings from the environment, read once at start-up. Knows nothing of what they steer.

mod names;

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use crate::check::{Buyers, Rules};
use crate::dialect::textin::QuadOrder;
use crate::document::Limits;
use crate::error::{Error, ErrorKind, Result};
use crate::provider::{self, Chain, VENDORS, VendorKeys, VendorSettings};
use crate::secret::Secret;
use crate::sentence::{Lang, screen};
use crate::worker::{self, Workers};

/// Everything that can be set, typed.
#[derive(Clone, Debug)]
pub struct Config {
    /// `FAPIAO_PROVIDERS`: who is asked, first choice first; comma separated, default `embedded`.
    pub providers: Vec<String>,
    /// `FAPIAO_INPUT_BUCKET`: where documents are dropped.
    pub input_bucket: Option<String>,
    /// `FAPIAO_OUTPUT_BUCKET`: where Reports go; never the input bucket.
    pub output_bucket: Option<String>,
    /// `FAPIAO_INBOX_URL`: the queue that events come from, for sending those of long files anew.
    pub inbox_url: Option<String>,
    /// `FAPIAO_REMEMBER`: which answers the API remembers in the output bucket, `paid` or `none`.
    pub remember: Remember,
    /// `FAPIAO_MODELS`: the directory that `make models` filled.
    pub models: PathBuf,
    /// `FAPIAO_MAX_BYTES`, `FAPIAO_MAX_SIDE`, `FAPIAO_MAX_PIXELS`, `FAPIAO_MAX_PAGES`.
    pub limits: Limits,
    /// `FAPIAO_JOBS`: how many files `make read` reads at once; by default as many as there are cores.
    pub jobs: usize,
    /// `FAPIAO_MAX_RECEIVES`: how often the queue hands out a message before it goes to the dead letters, 5 by default.
    pub max_receives: u32,
    /// `FAPIAO_BUYERS`: our own names and tax ids, in the form of [`Buyers::parse`].
    pub buyers: Buyers,
    /// `FAPIAO_LANG`: in which language people are told things, `en` or `zh`.
    pub lang: Lang,
    /// `FAPIAO_API_SECRET_ARN`: the secret in Secrets Manager that holds the API's key.
    pub api_secret_arn: Option<String>,
    /// `FAPIAO_API_KEY`: the API's key itself; local runs only.
    pub api_key: Option<Secret>,
    /// `FAPIAO_TEXTIN_QUADS`: in which order clients of TextIn's are given corners, `rows` or `clockwise`.
    pub textin_quads: QuadOrder,
    /// `FAPIAO_WORKER_MEMORY_MB`, `FAPIAO_WORKER_CPU_SECONDS`: what those who open documents may use.
    pub worker: worker::Settings,
    /// Where the vendors are, and what opens them.
    pub vendors: VendorSettings,
}

/// Which answers the API remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Remember {
    /// Those of vendors.
    #[default]
    Paid,
    /// None.
    Nothing,
}

/// Looks a variable up; unset and empty are the same.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Config {
    /// Reads the process's environment, and warns of variables of ours that nothing reads: mistyped, one silently turns
    /// a setting off.
    ///
    /// # Errors
    /// `internal`, naming the variable and what to do.
    pub fn from_env() -> Result<Self> {
        let set = std::env::vars_os().filter(|(_, value)| !value.is_empty());
        for stranger in names::strangers(set.filter_map(|(name, _)| name.into_string().ok())) {
            tracing::warn!("{stranger}");
        }
        Self::from_lookup(&|name| std::env::var(name).ok())
    }

    /// Reads settings from anywhere.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn from_lookup(lookup: Lookup) -> Result<Self> {
        let get = |name: &str| lookup(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let models = get("FAPIAO_MODELS").map_or_else(|| default_models(&get), PathBuf::from);
        let config = Self {
            providers: providers(&get)?,
            input_bucket: get("FAPIAO_INPUT_BUCKET"),
            output_bucket: get("FAPIAO_OUTPUT_BUCKET"),
            inbox_url: get("FAPIAO_INBOX_URL"),
            remember: remember(&get)?,
            worker: worker(&get, &models)?,
            models,
            limits: limits(&get)?,
            jobs: positive(&get, "FAPIAO_JOBS", std::thread::available_parallelism().map_or(1, usize::from))?,
            max_receives: positive(&get, "FAPIAO_MAX_RECEIVES", 5)?,
            buyers: buyers(&get)?,
            lang: lang(&get)?,
            api_secret_arn: get("FAPIAO_API_SECRET_ARN"),
            api_key: api_key(&get)?,
            textin_quads: quads(&get)?,
            vendors: vendors(&get)?,
        };
        config.check_buckets()?;
        Ok(config)
    }

    /// So many of those who open documents.
    pub fn workers(&self, count: usize) -> Workers {
        Workers::spawned(self.worker.clone(), count)
    }

    /// What the rules are told beforehand.
    pub fn rules(&self) -> Rules {
        Rules { buyers: self.buyers.clone(), ..Rules::default() }
    }

    /// Who is asked: [`provider::configured`] with these settings.
    ///
    /// # Errors
    /// `internal`, naming the variable and what to do.
    pub fn chain(&self) -> Result<Chain> {
        provider::configured(&self.providers, &self.models, &self.vendors)
    }

    /// The output bucket, for those who cannot do without.
    ///
    /// # Errors
    /// `internal` when it is not set.
    pub fn require_output_bucket(&self) -> Result<&str> {
        self.output_bucket.as_deref().ok_or_else(|| {
            Error::new(ErrorKind::Internal, "FAPIAO_OUTPUT_BUCKET is not set")
                .with_hint("Set FAPIAO_OUTPUT_BUCKET to the bucket that Reports go to.")
        })
    }

    fn check_buckets(&self) -> Result<()> {
        match (&self.input_bucket, &self.output_bucket) {
            (Some(input), Some(output)) if input == output => {
                let message = format!(
                    "FAPIAO_INPUT_BUCKET and FAPIAO_OUTPUT_BUCKET are both `{input}`: every Report would be read as a document"
                );
                Err(Error::new(ErrorKind::Internal, message).with_hint("Give Reports a bucket of their own."))
            }
            _ => Ok(()),
        }
    }
}

fn providers(get: Lookup) -> Result<Vec<String>> {
    let text = get("FAPIAO_PROVIDERS").unwrap_or_else(|| "embedded".to_owned());
    let names: Vec<String> = text.split(',').map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect();
    if names.is_empty() {
        return Err(invalid("FAPIAO_PROVIDERS", &text, "names no provider")
            .with_hint("Set FAPIAO_PROVIDERS to names with commas between, e.g. `embedded`."));
    }
    Ok(names)
}

fn buyers(get: Lookup) -> Result<Buyers> {
    let Some(text) = get("FAPIAO_BUYERS") else {
        return Ok(Buyers::default());
    };
    Buyers::parse(&text)
        .map_err(|entry| Error::new(ErrorKind::Internal, screen::wrong_buyer(entry)).with_hint(screen::buyers_form()))
}

/// Refuses a credential in the variables of a deployed function, which shows them to everybody who may look at them; there
/// it stands in the secret that `instead` names. A function run by SAM is local.
fn refuse_deployed(get: Lookup, name: &str, instead: &str) -> Result<()> {
    let deployed = get("AWS_LAMBDA_FUNCTION_NAME").is_some() && get("AWS_SAM_LOCAL").is_none();
    if !deployed || get(name).is_none() {
        return Ok(());
    }
    let message = format!("{name} is set in a deployed function: credentials do not belong there");
    Err(Error::new(ErrorKind::Internal, message).with_hint(format!("Put it into a secret and set {instead}.")))
}

fn api_key(get: Lookup) -> Result<Option<Secret>> {
    refuse_deployed(get, "FAPIAO_API_KEY", "FAPIAO_API_SECRET_ARN")?;
    Ok(get("FAPIAO_API_KEY").map(Secret::new))
}

fn quads(get: Lookup) -> Result<QuadOrder> {
    let Some(name) = get("FAPIAO_TEXTIN_QUADS") else {
        return Ok(QuadOrder::default());
    };
    name.parse().map_err(|()| {
        invalid("FAPIAO_TEXTIN_QUADS", &name, "is no order of corners")
            .with_hint("Set FAPIAO_TEXTIN_QUADS to `rows` or `clockwise`, or leave it out for `rows`.")
    })
}

fn remember(get: Lookup) -> Result<Remember> {
    match get("FAPIAO_REMEMBER").as_deref() {
        None | Some("paid") => Ok(Remember::Paid),
        Some("none") => Ok(Remember::Nothing),
        Some(other) => Err(invalid("FAPIAO_REMEMBER", other, "is neither `paid` nor `none`")
            .with_hint("Set FAPIAO_REMEMBER to `paid` or `none`, or leave it out for `paid`.")),
    }
}

fn vendors(get: Lookup) -> Result<VendorSettings> {
    for credential in VENDORS.into_iter().flat_map(|vendor| vendor.credentials) {
        refuse_deployed(get, credential.variable, "FAPIAO_PROVIDER_SECRET_ARN")?;
    }
    Ok(VendorSettings {
        secret_arn: get("FAPIAO_PROVIDER_SECRET_ARN"),
        local_keys: VendorKeys::from_variables(get)?,
        endpoints: VENDORS.into_iter().filter_map(|v| Some((v.name, get(v.endpoint_variable)?))).collect(),
        ..VendorSettings::default()
    })
}

fn lang(get: Lookup) -> Result<Lang> {
    let parsed = get("FAPIAO_LANG").map_or(Ok(Lang::default()), |text| text.parse());
    parsed.map_err(|text: String| {
        Error::new(ErrorKind::Internal, screen::unknown_language(text)).with_hint(screen::choose_language())
    })
}

fn limits(get: Lookup) -> Result<Limits> {
    let default = Limits::default();
    Ok(Limits {
        max_bytes: positive(get, "FAPIAO_MAX_BYTES", default.max_bytes)?,
        max_side: positive(get, "FAPIAO_MAX_SIDE", default.max_side)?,
        max_pixels: positive(get, "FAPIAO_MAX_PIXELS", default.max_pixels)?,
        max_pages: positive(get, "FAPIAO_MAX_PAGES", default.max_pages)?,
    })
}

/// The parent, the runtime's own programs and what is being sent and received need this beside a worker, in megabytes.
const BESIDE_WORKER: u64 = 300;
/// With fewer megabytes a worker could not even begin.
const LEAST_WORKER: u64 = 256;

fn worker(get: Lookup, models: &Path) -> Result<worker::Settings> {
    let default = worker::Settings::default();
    let megabytes = positive(get, "FAPIAO_WORKER_MEMORY_MB", default.memory >> 20)?;
    let function = get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").and_then(|all| all.parse::<u64>().ok());
    let most = function.map_or(megabytes, |all| all.saturating_sub(BESIDE_WORKER).max(LEAST_WORKER));
    let seconds = positive(get, "FAPIAO_WORKER_CPU_SECONDS", default.cpu.as_secs())?;
    // A relative folder would be another one where the worker stands.
    let models = std::path::absolute(models).unwrap_or_else(|_| models.to_owned());
    let (memory, cpu) = (megabytes.min(most).saturating_mul(1 << 20), Duration::from_secs(seconds));
    Ok(worker::Settings { models, memory, cpu, ..default })
}

/// A whole number above zero.
fn positive<N>(get: Lookup, name: &str, default: N) -> Result<N>
where
    N: FromStr + PartialOrd + Default + Display,
{
    let Some(text) = get(name) else {
        return Ok(default);
    };
    match text.parse::<N>() {
        Ok(number) if number > N::default() => Ok(number),
        _ => Err(Error::new(ErrorKind::Internal, screen::no_whole_number(name, text))
            .with_hint(screen::digits_only(name, default))),
    }
}

fn invalid(name: &str, value: &str, what: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("{name} is `{value}`, which {what}"))
}

/// `models` beside the executable, in the unpacked function, or in the working directory: the first that exists.
fn default_models(get: Lookup) -> PathBuf {
    let executable = std::env::current_exe().ok();
    let beside = executable.as_deref().and_then(Path::parent).map(|dir| dir.join("models"));
    let unpacked = get("LAMBDA_TASK_ROOT").map(|root| Path::new(&root).join("models"));
    let found = [beside, unpacked].into_iter().flatten().find(|path| path.is_dir());
    found.unwrap_or_else(|| PathBuf::from("models"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(settings: &[(&str, &str)]) -> Result<Config> {
        Config::from_lookup(&|name| {
            let found = settings.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn an_empty_environment_gives_the_defaults() {
        let config = read(&[("FAPIAO_PROVIDERS", ""), ("FAPIAO_MAX_BYTES", "")]).unwrap();
        assert_eq!(config.providers, ["embedded"]);
        assert_eq!(config.limits, Limits::default());
        assert_eq!(config.models, Path::new("models"));
        assert!(config.output_bucket.is_none() && config.api_key.is_none());
    }

    #[test]
    fn every_setting_is_taken() {
        let config = read(&[
            ("FAPIAO_PROVIDERS", "textin, volcengine ,embedded,"),
            ("FAPIAO_INPUT_BUCKET", "in"),
            ("FAPIAO_OUTPUT_BUCKET", "out"),
            ("FAPIAO_MODELS", "/opt/models"),
            ("FAPIAO_MAX_BYTES", "1000"),
            ("FAPIAO_MAX_SIDE", "20"),
            ("FAPIAO_MAX_PIXELS", "300"),
            ("FAPIAO_MAX_PAGES", "4"),
            ("FAPIAO_JOBS", "3"),
            ("FAPIAO_BUYERS", "我们公司:91310104MA1FR7C72G,91310000834486035U"),
            ("FAPIAO_API_SECRET_ARN", "arn:x"),
            ("FAPIAO_TEXTIN_QUADS", "clockwise"),
            ("FAPIAO_WORKER_MEMORY_MB", "900"),
            ("FAPIAO_WORKER_CPU_SECONDS", "7"),
        ])
        .unwrap();
        let worker::Settings { memory, cpu, models, .. } = &config.worker;
        assert_eq!((*memory, *cpu, models.as_path()), (900 << 20, Duration::from_secs(7), Path::new("/opt/models")));
        assert_eq!(config.providers, ["textin", "volcengine", "embedded"]);
        assert_eq!(config.require_output_bucket().unwrap(), "out");
        assert_eq!(config.models, Path::new("/opt/models"));
        let Limits { max_bytes, max_side, max_pixels, max_pages } = config.limits;
        assert_eq!((max_bytes, max_side, max_pixels, max_pages, config.jobs), (1000, 20, 300, 4, 3));
        assert_eq!(config.rules().buyers, Buyers::parse("我们公司：91310104MA1FR7C72G，91310000834486035U").unwrap());
        assert_eq!((config.api_secret_arn.as_deref(), config.textin_quads), (Some("arn:x"), QuadOrder::Clockwise));
    }

    #[test]
    fn a_bad_setting_is_named_with_the_next_step() {
        for (name, value) in [
            ("FAPIAO_MAX_BYTES", "50MB"),
            ("FAPIAO_MAX_SIDE", "0"),
            ("FAPIAO_JOBS", "0"),
            ("FAPIAO_MAX_PIXELS", "-1"),
            ("FAPIAO_WORKER_MEMORY_MB", "0"),
            ("FAPIAO_WORKER_CPU_SECONDS", "1.5"),
            ("FAPIAO_PROVIDERS", ","),
            ("FAPIAO_BUYERS", "我们公司:123"),
            ("FAPIAO_TEXTIN_QUADS", "anticlockwise"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(error.message().contains(name), "{error}");
            assert!(error.hint().contains(name), "{}", error.hint());
        }
        let error = read(&[]).unwrap().require_output_bucket().unwrap_err().to_string();
        assert!(error.contains("FAPIAO_OUTPUT_BUCKET"), "{error}");
    }

    #[test]
    fn a_worker_leaves_room_in_a_function_of_any_size() {
        let memory = |all, own| {
            let settings = [("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", all), ("FAPIAO_WORKER_MEMORY_MB", own)];
            read(&settings).unwrap().worker.memory >> 20
        };
        assert_eq!([memory("", ""), memory("3008", ""), memory("1024", ""), memory("128", "")], [2300, 2300, 724, 256]);
        assert_eq!([memory("3008", "2500"), memory("3008", "9000"), memory("3008", "500")], [2500, 2708, 500]);
    }

    #[test]
    fn one_bucket_for_both_is_refused() {
        let error = read(&[("FAPIAO_INPUT_BUCKET", "b"), ("FAPIAO_OUTPUT_BUCKET", "b")]).unwrap_err();
        assert!(error.message().contains("FAPIAO_OUTPUT_BUCKET"), "{error}");
    }

    const CREDENTIALS: [&str; 5] = [
        "FAPIAO_TEXTIN_APP_ID",
        "FAPIAO_TEXTIN_SECRET_CODE",
        "FAPIAO_VOLCENGINE_ACCESS_KEY",
        "FAPIAO_VOLCENGINE_SECRET_KEY",
        "FAPIAO_VOLCENGINE_SESSION_TOKEN",
    ];

    #[test]
    fn no_credential_prints() {
        let settings: Vec<_> =
            CREDENTIALS.into_iter().chain(["FAPIAO_API_KEY"]).map(|name| (name, "hunter2")).collect();
        let config = read(&settings).unwrap();
        assert!(config.vendors.local_keys != VendorKeys::default() && config.api_key.is_some());
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn half_of_a_vendors_credentials_is_refused_with_the_missing_one() {
        for (set, missing) in [
            (vec![0], CREDENTIALS[1]),
            (vec![1], CREDENTIALS[0]),
            (vec![0, 1, 2], CREDENTIALS[3]),
            (vec![3], CREDENTIALS[2]),
            (vec![4], CREDENTIALS[2]),
        ] {
            let settings: Vec<_> = set.iter().map(|i| (CREDENTIALS[*i], "hunter2")).collect();
            let error = read(&settings).unwrap_err();
            assert!(
                error.message().contains(&format!("{missing} is not")) && error.hint().contains(missing),
                "{error}"
            );
            assert!(!format!("{error:?}").contains("hunter2"));
        }
        read(&[(CREDENTIALS[0], "a"), (CREDENTIALS[1], "b")]).unwrap();
    }

    #[test]
    fn credentials_in_the_environment_serve_local_runs_only() {
        let vendors = CREDENTIALS.map(|name| (name, "FAPIAO_PROVIDER_SECRET_ARN"));
        for (name, instead) in vendors.into_iter().chain([("FAPIAO_API_KEY", "FAPIAO_API_SECRET_ARN")]) {
            let error = read(&[(name, "hunter2"), ("AWS_LAMBDA_FUNCTION_NAME", "f")]).unwrap_err();
            assert!(error.message().contains(name) && error.hint().contains(instead), "{error}");
            assert!(!format!("{error:?}").contains("hunter2"));
        }
        let local = [("AWS_LAMBDA_FUNCTION_NAME", "f"), ("AWS_SAM_LOCAL", "true")];
        read(&[CREDENTIALS.map(|name| (name, "hunter2")).as_slice(), &local].concat()).unwrap();
    }
}
