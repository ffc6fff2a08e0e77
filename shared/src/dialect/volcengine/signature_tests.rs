use serde_json::Value;

use super::*;

const VECTORS: &str = include_str!("../testdata/volcengine-signature-vectors.json");

fn vectors() -> Vec<Value> {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    all["vectors"].as_array().unwrap().clone()
}

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap()
}

fn time(vector: &Value) -> Timestamp {
    DateTime::strptime(X_DATE_FORMAT, text(vector, "x_date")).unwrap().to_zoned(TimeZone::UTC).unwrap().timestamp()
}

fn credentials(vector: &Value) -> Credentials {
    Credentials {
        access_key_id: text(vector, "access_key_id").into(),
        secret_access_key: Secret::new(text(vector, "secret_access_key")),
        session_token: Some(text(vector, "session_token")).filter(|t| !t.is_empty()).map(Secret::new),
    }
}

fn signed(vector: &Value) -> Vec<(&'static str, String)> {
    let query: Vec<(&str, &str)> =
        vector["query"].as_object().unwrap().iter().map(|(n, v)| (n.as_str(), v.as_str().unwrap())).collect();
    let call = Call { host: text(vector, "host"), query: &query, body_sha256: &hash(text(vector, "body").as_bytes()) };
    sign(&credentials(vector), &call, time(vector))
}

fn headers(vector: &Value) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in vector["headers_sent"].as_object().unwrap() {
        let name: http::HeaderName = name.to_lowercase().parse().unwrap();
        map.insert(name, value.as_str().unwrap().parse().unwrap());
    }
    map
}

fn verified(vector: &Value, headers: &HeaderMap, body: &str, now: Timestamp) -> Result<String, Denial> {
    let request = Received {
        method: text(vector, "method"),
        path: text(vector, "path"),
        query: text(vector, "url").split_once('?').unwrap().1,
        headers,
        body: body.as_bytes(),
    };
    let known = credentials(vector);
    verify(&request, |id| if id == known.access_key_id { vec![known.clone()] } else { Vec::new() }, now)
}

#[test]
fn the_official_signers_four_results_are_reproduced() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 4);
    for vector in &vectors {
        let signed = signed(vector);
        let name = text(vector, "name");
        let sent = signed.iter().find(|(n, _)| *n == "authorization").unwrap();
        assert_eq!(sent.1, text(vector, "authorization"), "{name}");
    }
}

#[test]
fn the_official_signers_requests_are_let_in() {
    for vector in &vectors() {
        let accepted = verified(vector, &headers(vector), text(vector, "body"), time(vector));
        assert_eq!(accepted.as_deref(), Ok("AKEXAMPLE"), "{}", text(vector, "name"));
    }
}

#[test]
fn a_request_that_was_touched_is_refused() {
    let vector = &vectors()[0];
    let (body, now) = (text(vector, "body"), time(vector));
    let edited = |name: &'static str, value: &str| {
        let mut map = headers(vector);
        map.insert(name, value.parse().unwrap());
        map
    };
    let cases = [
        (verified(vector, &headers(vector), "image_base64=AAAA", now), Denial::BadSignature),
        (verified(vector, &edited("host", "elsewhere"), body, now), Denial::BadSignature),
        (verified(vector, &edited("x-date", "yesterday"), body, now), Denial::BadTimestamp),
        (verified(vector, &headers(vector), body, now + SignedDuration::from_mins(16)), Denial::ClockSkew),
        (verified(vector, &edited("authorization", "Bearer x"), body, now), Denial::Forbidden),
        (verified(vector, &edited("x-content-sha256", "00"), body, now), Denial::BadSignature),
    ];
    for (outcome, denial) in cases {
        assert_eq!(outcome, Err(denial));
    }
}

#[test]
fn what_is_wrong_with_an_authorization_is_told_apart() {
    let vector = &vectors()[0];
    let mut map = headers(vector);
    let authorization = text(vector, "authorization");
    for (edited, denial) in [
        (authorization.replace("AKEXAMPLE", "AKOTHER"), Denial::Forbidden),
        (authorization.replace("AKEXAMPLE", ""), Denial::Forbidden),
        (authorization.replace("Credential=", "Key="), Denial::Forbidden),
        (authorization.replace("host;", ""), Denial::BadSignature),
        (authorization.replace("x-date", "x-other"), Denial::BadSignature),
        (authorization.replace("Signature=d3", "Signature=d4"), Denial::BadSignature),
        (authorization.replace("Signature=", "Signature=zz"), Denial::BadSignature),
        (authorization.replace("Signature=", "Nothing="), Denial::BadSignature),
        (authorization.replace("SignedHeaders=", "Nothing="), Denial::BadSignature),
        (authorization.replace("/cv/", "/iam/"), Denial::BadSignature),
        (authorization.replace("/request", ""), Denial::BadSignature),
    ] {
        map.insert("authorization", edited.parse().unwrap());
        assert_eq!(verified(vector, &map, text(vector, "body"), time(vector)), Err(denial), "{edited}");
    }
}

/// Signs a call of our own for a scope and over headers that the usual clients would not take.
fn signed_by_hand(map: &mut HeaderMap, scope: &str, names: &str, date: &str, body: &str) {
    let values: Vec<(&str, String)> = names.split(';').map(|name| (name, header(map, name).unwrap())).collect();
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let canonical = canonical("POST", "/", "Action=A&Version=V", &values, names, &hash(body.as_bytes()));
    let signature = mac(&signing_key("sk", scope), &string_to_sign(date, scope, &canonical)).finalize();
    let signature = hex::encode(signature.into_bytes());
    let authorization = format!(
        "HMAC-SHA256 Credential=ak/{scope}, SignedHeaders={names}, SignedQueries=Action;Version, Signature={signature}"
    );
    map.insert("authorization", authorization.parse().unwrap());
}

#[test]
fn a_client_that_signs_no_host_is_let_in_and_one_of_another_day_or_service_is_not() {
    let date = "20190114T101112Z";
    let now = DateTime::strptime(X_DATE_FORMAT, date).unwrap().to_zoned(TimeZone::UTC).unwrap().timestamp();
    let key = Credentials { access_key_id: "ak".into(), secret_access_key: Secret::new("sk"), session_token: None };
    let with_token = Credentials { session_token: Some(Secret::new("token")), ..key.clone() };
    let of_old = Credentials { secret_access_key: Secret::new("old"), ..key.clone() };
    let usual = "20190114/cn-north-1/cv/request";
    for (scope, names, keys, outcome) in [
        (usual, "x-content-sha256;x-date", vec![key.clone()], Ok("ak")),
        (usual, "x-date", vec![of_old.clone(), key.clone()], Ok("ak")),
        (usual, "x-date;x-security-token", vec![with_token.clone()], Ok("ak")),
        (usual, "x-content-sha256", vec![key.clone()], Err(Denial::BadSignature)),
        (usual, "x-date", vec![of_old], Err(Denial::BadSignature)),
        ("20190113/cn-north-1/cv/request", "x-date", vec![key.clone()], Err(Denial::BadSignature)),
        ("20190114/cn-north-1/iam/request", "x-date", vec![key.clone()], Err(Denial::BadSignature)),
        ("20190114/cn-beijing/cv/request", "x-date", vec![key], Err(Denial::BadSignature)),
        (
            usual,
            "x-date",
            vec![Credentials { session_token: Some(Secret::new("no")), ..with_token }],
            Err(Denial::Forbidden),
        ),
    ] {
        let mut map = HeaderMap::new();
        for (name, value) in [("x-date", date), ("x-content-sha256", &hash(b"image")), ("x-security-token", "token")] {
            map.insert(name, value.parse().unwrap());
        }
        signed_by_hand(&mut map, scope, names, date, "image");
        let request =
            Received { method: "POST", path: "/", query: "Version=V&Action=A", headers: &map, body: b"image" };
        let got = verify(&request, |_| keys, now);
        assert_eq!(got.as_deref().map_err(|denial| *denial), outcome, "{scope} {names}");
    }
}

#[test]
fn credentials_do_not_show_in_debug() {
    let shown = format!("{:?}", credentials(&vectors()[1]));
    assert!(!shown.contains("SKEXAMPLE") && !shown.contains("STSTOKEN"), "{shown}");
}
