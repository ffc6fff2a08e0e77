//! Which protocol a request speaks, and the table of our own routes. Knows nothing of what stands behind them.
//!
//! - [`invoices`], [`capabilities`]: our own, with a bearer key
//! - [`textin`], [`volcengine`]: the vendors' interfaces, each with its credentials and its errors
//! - [`preview`]: the picture of a page, for those who look at a Report beside it
//! - [`body`], [`upload`]: the file in a request
//! - [`single`]: the one page that a vendor's interface answers

mod body;
pub(crate) mod capabilities;
mod form;
pub(crate) mod invoices;
pub(crate) mod preview;
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
    /// A file in, the picture of a page out.
    ShowPreview,
    /// The page for people.
    ShowPage,
}

/// One method at one path.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) action: Action,
}

/// Our own routes.
static ROUTES: [Route; 4] = [
    Route { method: Method::POST, path: "/v1/invoices", action: Action::ReadInvoice },
    Route { method: Method::GET, path: "/v1/capabilities", action: Action::TellCapabilities },
    Route { method: Method::POST, path: "/v1/preview", action: Action::ShowPreview },
    Route { method: Method::GET, path: "/", action: Action::ShowPage },
];

/// Every method at this path; none when there is nothing.
pub(crate) fn at(path: &str) -> Vec<&'static Route> {
    ROUTES.iter().filter(|route| route.path == path).collect()
}
