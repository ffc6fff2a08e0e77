//! The table of routes. Knows nothing of what stands behind them.

mod body;
pub(crate) mod invoices;

use http::Method;

/// Who may use a route. Vendors' protocols bring credentials of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Holders of the API's key.
    Key,
}

/// What a route does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// The file's bytes in, the Report out.
    ReadInvoice,
}

/// One method at one path.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) action: Action,
}

static ROUTES: [Route; 1] =
    [Route { method: Method::POST, path: "/v1/invoices", access: Access::Key, action: Action::ReadInvoice }];

/// Every method at this path; none when there is nothing.
pub(crate) fn at(path: &str) -> Vec<&'static Route> {
    ROUTES.iter().filter(|route| route.path == path).collect()
}
