//! The language of an answer: the one that is asked for, else the setting's. Whatever route answers, its sentences are said
//! anew on the way out, so none can be forgotten. Knows nothing of what is answered.

use fapiao::sentence::{Lang, say_in};
use http::Response;
use http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderValue};
use lambda_http::{Body, Request, RequestExt};
use serde_json::Value;

/// The language that `?lang=` asks for, else `Accept-Language`; none when neither names one of ours.
pub(crate) fn asked_for(request: &Request) -> Option<Lang> {
    let query = request.query_string_parameters_ref();
    let named = query.and_then(|query| query.first("lang")).and_then(|lang| lang.parse().ok());
    named.or_else(|| Lang::accepted(request.headers().get(ACCEPT_LANGUAGE)?.to_str().ok()?))
}

/// The same answer in that language; `stored` is the one in which stored Reports are written.
pub(crate) fn told_in(mut response: Response<Body>, lang: Lang, stored: Lang) -> Response<Body> {
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !matches!(media_type, "application/json" | "application/problem+json") {
        return response;
    }
    // What is made for this answer is made in English.
    if (lang, stored) != (Lang::En, Lang::En)
        && let Body::Text(text) = response.body()
        && let Ok(mut json) = serde_json::from_str::<Value>(text)
    {
        say_in(&mut json, lang);
        *response.body_mut() = Body::Text(json.to_string());
    }
    response.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    response
}
