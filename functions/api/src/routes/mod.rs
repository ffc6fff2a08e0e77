//! Which protocol a request speaks, and the table of our own routes. Knows nothing of what stands behind them.
//!
//! - [`invoices`], [`capabilities`]: our own, with a bearer key
//! - [`textin`], [`volcengine`]: the vendors' interfaces, each with its credentials and its errors
//! - [`body`], [`upload`]: the file in a request
//! - [`single`]: the one page that a vendor's interface answers

mod body;
pub(crate) mod capabilities;
mod form;
pub(crate) mod invoices;
mod single;
pub(crate) mod textin;
mod upload;
pub(crate) mod volcengine;

use http::Method;
use http::header::AUTHORIZATION;
use lambda_http::Request;

/// Whose clients speak so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Ours.
    Own,
    /// Every path of its robots.
    Textin,
    /// The root, and whatever is signed in its way.
    Volcengine,
}

/// Tells the protocol without looking at the body.
pub(crate) fn protocol(request: &Request, path: &str) -> Protocol {
    let authorization = request.headers().get(AUTHORIZATION).map(|value| value.as_bytes());
    let is_signed = authorization.is_some_and(|value| value.starts_with(b"HMAC-SHA256"));
    let names_action = || {
        let query = request.uri().query().unwrap_or_default();
        query.split('&').any(|pair| pair.starts_with("Action="))
    };
    if path == "/robot" || path.starts_with("/robot/") {
        Protocol::Textin
    } else if is_signed || (path == "/" && (request.method() == Method::POST || names_action())) {
        Protocol::Volcengine
    } else {
        Protocol::Own
    }
}

/// What a route does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// A file in, the Report out.
    ReadInvoice,
    /// What can be asked for here.
    TellCapabilities,
}

/// One method at one path.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) action: Action,
}

/// Our own routes.
static ROUTES: [Route; 2] = [
    Route { method: Method::POST, path: "/v1/invoices", action: Action::ReadInvoice },
    Route { method: Method::GET, path: "/v1/capabilities", action: Action::TellCapabilities },
];

/// Every method at this path; none when there is nothing.
pub(crate) fn at(path: &str) -> Vec<&'static Route> {
    ROUTES.iter().filter(|route| route.path == path).collect()
}
