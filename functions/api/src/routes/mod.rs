//! Which protocol a request speaks, and the table of our own routes. Knows nothing of what stands behind them.
//!
//! - [`invoices`], [`uploads`], [`capabilities`]: our own, with a bearer key
//! - [`health`], [`docs`]: our own, for anybody
//! - [`textin`], [`volcengine`]: the vendors' interfaces, each with its credentials and its errors
//! - [`preview`], [`reports`], [`list`]: the picture of a page, a Report in another language, and many as a list, for those who
//!   look at them
//! - [`body`], [`upload`]: the file in a request
//! - [`single`]: the one page that a vendor's interface answers

mod body;
pub(crate) mod capabilities;
pub(crate) mod docs;
mod form;
pub(crate) mod health;
pub(crate) mod invoices;
pub(crate) mod list;
pub(crate) mod preview;
pub(crate) mod reports;
mod single;
pub(crate) mod textin;
mod upload;
pub(crate) mod uploads;
pub(crate) mod volcengine;

use fapiao::error::Error;
use http::Method;
use http::header::AUTHORIZATION;
use lambda_http::Request;

use crate::problem::Problem;

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
    /// A link for a file that is too large for a request.
    BeginUpload,
    /// What has become of an upload.
    TellUpload,
    /// What can be asked for here.
    TellCapabilities,
    /// A file in, the picture of a page out.
    ShowPreview,
    /// A Report in, the same in another language out.
    SayReport,
    /// Reports in, the list that is booked from out.
    TellList,
    /// The page for people.
    ShowPage,
    /// Whether the function answers at all.
    TellHealth,
    /// All of this, for programs.
    TellContract,
    /// All of this, for people.
    ShowDocs,
}

impl Action {
    /// Whether anybody may ask: what says nothing of anybody's documents, and costs nothing.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::ShowPage | Self::TellHealth | Self::TellContract | Self::ShowDocs)
    }
}

/// One method at one path.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    /// Its last segment may stand in braces, for any that is not empty.
    pub(crate) path: &'static str,
    pub(crate) action: Action,
}

/// Our own routes.
pub(crate) static ROUTES: [Route; 11] = [
    Route { method: Method::POST, path: "/v1/invoices", action: Action::ReadInvoice },
    Route { method: Method::POST, path: "/v1/uploads", action: Action::BeginUpload },
    Route { method: Method::GET, path: "/v1/invoices/{id}", action: Action::TellUpload },
    Route { method: Method::GET, path: "/v1/capabilities", action: Action::TellCapabilities },
    Route { method: Method::POST, path: "/v1/preview", action: Action::ShowPreview },
    Route { method: Method::POST, path: "/v1/reports", action: Action::SayReport },
    Route { method: Method::POST, path: "/v1/list", action: Action::TellList },
    Route { method: Method::GET, path: "/", action: Action::ShowPage },
    Route { method: Method::GET, path: "/health", action: Action::TellHealth },
    Route { method: Method::GET, path: "/openapi.json", action: Action::TellContract },
    Route { method: Method::GET, path: "/docs", action: Action::ShowDocs },
];

impl Route {
    fn is_at(&self, path: &str) -> bool {
        match self.path.split_once('{') {
            Some((before, _)) => path.strip_prefix(before).is_some_and(|last| !last.is_empty() && !last.contains('/')),
            None => self.path == path,
        }
    }
}

/// Every method at this path; none when there is nothing.
pub(crate) fn at(path: &str) -> Vec<&'static Route> {
    ROUTES.iter().filter(|route| route.is_at(path)).collect()
}

/// The answer to an error of ours, of which the log is told.
fn fail(error: Error) -> Problem {
    tracing::error!(code = error.code(), message = error.message(), hint = error.hint(), "not read");
    Problem::from(error)
}
