use std::time::Duration;

use async_trait::async_trait;

use super::*;

#[derive(Default)]
struct Rotating(Mutex<(String, u32)>);

impl Rotating {
    fn set(&self, value: &str) {
        self.0.lock().unwrap().0 = value.to_owned();
    }

    fn fetches(&self) -> u32 {
        self.0.lock().unwrap().1
    }
}

#[async_trait]
impl SecretSource for Rotating {
    async fn fetch(&self) -> Result<Secret> {
        let mut state = self.0.lock().unwrap();
        state.1 += 1;
        Ok(Secret::new(state.0.clone()))
    }
}

fn of(stored: &str) -> Clients {
    Clients::new(Arc::new(Secret::new(stored)))
}

/// The name of the client that a key opens the API to.
async fn holder(clients: &Clients, key: &str, now: Instant) -> Option<String> {
    let found = clients.admit(now, |all| by_key(all, key).ok_or(()), |()| true).await.unwrap();
    found.client().ok().map(|client| client.name.clone())
}

const TWO: &str = r#"{"api_key": "k1", "clients": [
    {"name": "shop", "api_key": ["new", "old"],
     "textin": {"app_id": "app", "secret_code": ["c1", "c2"]},
     "volcengine": [{"access_key": "AK1", "secret_key": ["s1", "s2"]},
                    {"access_key": "AK2", "secret_key": "s3", "session_token": "t"}],
     "addresses": ["192.0.2.0/24", "2001:db8::1"], "provider": "textin", "textin_quads": "clockwise"}]}"#;

#[tokio::test]
async fn a_key_is_taken_bare_from_json_and_from_a_client() {
    let now = Instant::now();
    for stored in ["k1", " k1\n", r#"{"api_key": "k1"}"#, TWO] {
        let clients = of(stored);
        assert_eq!(holder(&clients, "k1", now).await.as_deref(), Some("default"), "{stored}");
        assert_eq!(holder(&clients, "k2", now).await, None, "{stored}");
    }
    let clients = of(TWO);
    for key in ["new", "old"] {
        assert_eq!(holder(&clients, key, now).await.as_deref(), Some("shop"));
    }
}

#[tokio::test]
async fn every_protocols_credentials_lead_to_the_client() {
    let found = of(TWO).admit(Instant::now(), |_| Ok::<_, ()>(()), |()| false).await.unwrap().holders;
    for (id, code, known) in [("app", "c1", true), ("app", "c2", true), ("app", "c3", false), ("other", "c1", false)] {
        assert_eq!(by_textin(&found, id, code).is_some(), known, "{id} {code}");
    }
    let secrets = |id: &str| by_access_key(&found, id).map(|(_, keys)| keys.len());
    assert_eq!((secrets("AK1"), secrets("AK2"), secrets("AK3")), (Some(2), Some(1), None));
    let (Place(at), keys) = by_access_key(&found, "AK2").unwrap();
    let shop = &found[at];
    assert!(keys[0].session_token.as_ref().unwrap().matches("t"));
    assert_eq!((shop.provider.as_deref(), shop.quads), (Some("textin"), Some(QuadOrder::Clockwise)));
    for (address, allowed) in [("192.0.2.9", true), ("2001:db8::1", true), ("198.51.100.1", false)] {
        assert_eq!(shop.may_come_from(address.parse().ok()), allowed, "{address}");
    }
    assert!(!shop.may_come_from(None) && found[0].may_come_from(None));
}

#[tokio::test]
async fn a_secret_that_opens_nothing_or_cannot_be_read_is_an_error_that_quotes_nothing() {
    for stored in [
        "",
        r#"{"api_key": ""}"#,
        r#"{"api_key": "hunter2""#,
        r#"{"clients": [{"api_key": "hunter2"}]}"#,
        r#"{"clients": [{"name": "a", "api_key": ["hunter2", "b", "c"]}]}"#,
        r#"{"clients": [{"name": "a", "api_key": "hunter2", "addresses": ["somewhere"]}]}"#,
        r#"{"clients": [{"name": "a", "api_key": "hunter2", "textin_quads": "left"}]}"#,
        r#"{"clients": [{"name": "a", "textin": {"app_id": "", "secret_code": "hunter2"}}]}"#,
        r#"{"clients": [{"name": "a", "volcengine": {"access_key": "hunter2", "secret_key": ""}}]}"#,
        r#"{"clients": [{"name": "a", "api_key": "hunter2"}, {"name": "a", "api_key": "b"}]}"#,
        r#"{"clients": [{"name": "a", "textin": {"app_id": "x", "secret_code": "hunter2"}},
                        {"name": "b", "textin": {"app_id": "x", "secret_code": "c"}}]}"#,
    ] {
        let error = of(stored).look_up(Instant::now(), |_| Ok::<_, ()>(()), |()| false).await.unwrap_err();
        assert!(!format!("{error:?} {}", error.hint()).contains("hunter2"), "{stored}: {error}");
    }
}

#[tokio::test]
async fn a_rotated_key_is_accepted_at_once_and_wrong_ones_cannot_hammer_the_source() {
    let source = Arc::new(Rotating::default());
    source.set("old");
    let clients = Clients::new(source.clone());
    let start = Instant::now();
    assert!(holder(&clients, "old", start).await.is_some());
    source.set("new");
    let later = start + Duration::from_secs(60);
    assert!(holder(&clients, "new", later).await.is_some());
    assert!(holder(&clients, "old", later).await.is_none());
    for _ in 0..100 {
        assert!(holder(&clients, "guess", later).await.is_none());
    }
    assert_eq!(source.fetches(), 2);
}

#[tokio::test]
async fn with_two_values_rotation_needs_no_downtime() {
    let source = Arc::new(Rotating::default());
    let clients = Clients::new(source.clone());
    let start = Instant::now();
    for (minute, stored, expected) in [
        (0, r#"{"api_key": "old"}"#, [true, false]),
        (1, r#"{"api_key": ["new", "old"]}"#, [true, true]),
        (2, r#"{"api_key": "new"}"#, [true, true]),
        // Removed ones end when the value is five minutes old, or somebody brings a wrong one.
        (8, r#"{"api_key": "new"}"#, [false, true]),
    ] {
        source.set(stored);
        let now = start + Duration::from_secs(60 * minute);
        // The new one first, so that it is what asks for the secret.
        let new = holder(&clients, "new", now).await.is_some();
        assert_eq!([holder(&clients, "old", now).await.is_some(), new], expected, "minute {minute}");
    }
}

#[tokio::test]
async fn a_broken_edit_of_the_secret_shuts_nobody_out() {
    let source = Arc::new(Rotating::default());
    source.set(r#"{"api_key": "k1"}"#);
    let clients = Clients::new(source.clone());
    let start = Instant::now();
    assert!(holder(&clients, "k1", start).await.is_some());
    source.set(r#"{"api_key": "k2""#);
    let later = start + Duration::from_secs(600);
    assert!(holder(&clients, "k1", later).await.is_some());
    assert!(holder(&clients, "k2", later).await.is_none());
}

#[tokio::test]
async fn on_a_local_run_the_key_of_the_environment_wins_over_a_secret_that_is_not_there() {
    let config = Config::from_lookup(&|name| match name {
        "FAPIAO_API_KEY" => Some("k1".into()),
        "FAPIAO_API_SECRET_ARN" => Some("ApiKey".into()),
        _ => None,
    });
    let clients = Clients::configured(&config.unwrap(), |_| Arc::new(Secret::new("of the secret"))).unwrap();
    assert!(holder(&clients, "k1", Instant::now()).await.is_some());
}

#[test]
fn without_a_key_nothing_is_served() {
    let config = Config::from_lookup(&|_| None).unwrap();
    let refused = Clients::configured(&config, |_| Arc::new(Secret::new("x"))).unwrap_err();
    assert!(refused.message().contains("FAPIAO_API_SECRET_ARN"));
}

#[test]
fn nothing_of_a_client_prints() {
    let shown = format!("{:?}", stored::parse(&Secret::new(TWO.replace("s3", "hunter2"))).unwrap());
    assert!(!shown.contains("hunter2") && shown.contains("shop"), "{shown}");
    assert!(!format!("{:?}", of("hunter2")).contains("hunter2"));
}

/// Mean and variance of nanoseconds.
fn moments(times: &[f64]) -> (f64, f64) {
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    let variance = times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (times.len() - 1) as f64;
    (mean, variance)
}

/// What lies in the middle nine tenths: the rest is the machine's.
fn middle(mut times: Vec<f64>) -> Vec<f64> {
    times.sort_by(f64::total_cmp);
    let cut = times.len() / 20;
    times[cut..times.len() - cut].to_vec()
}

#[tokio::test]
#[ignore = "measures time: run it alone"]
async fn the_time_of_a_right_key_and_of_wrong_ones_cannot_be_told_apart() {
    let right = "0123456789abcdef0123456789abcdef0123456789abcdef";
    let clients = of(right);
    // Both wrong ones are as long; one shares all but the last character.
    let nearly = format!("{}x", &right[..right.len() - 1]);
    let unlike = "z".repeat(right.len());
    let keys = [right, &nearly, &unlike];
    let now = Instant::now();
    holder(&clients, &unlike, now).await;
    let mut times: [Vec<f64>; 3] = Default::default();
    for round in 0..10_000 {
        // In every order, since who comes after whom shows in the processor's caches.
        for turn in 0..3 {
            let which = if round % 2 == 0 { (round / 2 + turn) % 3 } else { (round / 2 + 3 - turn) % 3 };
            let start = Instant::now();
            let admitted = clients.admit(now, |all| by_key(all, keys[which]).ok_or(()), |()| true).await;
            times[which].push(start.elapsed().as_nanos() as f64);
            assert_eq!(admitted.unwrap().client().is_ok(), which == 0);
        }
    }
    let times = times.map(middle);
    let report = |name: &str, a: &[f64], b: &[f64]| {
        let ((mean_a, variance_a), (mean_b, variance_b)) = (moments(a), moments(b));
        let t = (mean_a - mean_b) / (variance_a / a.len() as f64 + variance_b / b.len() as f64).sqrt();
        let deviation = variance_a.sqrt();
        eprintln!("{name}: {mean_a:.0} and {mean_b:.0} ns, deviation {deviation:.0} ns, t = {t:.2}");
        t
    };
    let wrong = report("right and wrong", &times[0], &times[2]);
    let nearly = report("nearly right and unlike", &times[1], &times[2]);
    assert!(wrong.abs() < 4.5, "the time tells whether a key is right");
    assert!(nearly.abs() < 4.5, "the time tells how much of a key is right");
}
