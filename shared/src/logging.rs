//! What the process says about itself, on standard error. Knows nothing of what it says.

use tracing_subscriber::EnvFilter;

/// One JSON object a line, for CloudWatch; `RUST_LOG` sets the level, default `info`.
pub fn init_json() {
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false);
    let subscriber = subscriber.with_span_list(false).with_writer(std::io::stderr);
    // A second call changes nothing.
    let _ = subscriber.with_env_filter(filter("info")).try_init();
}

/// Plain lines for people; `RUST_LOG` sets the level, default `warn`.
pub fn init_plain() {
    let subscriber = tracing_subscriber::fmt().without_time().with_writer(std::io::stderr);
    let _ = subscriber.with_env_filter(filter("warn")).try_init();
}

/// Warnings of a worker, a line each, for its parent, who says them in its own way.
pub fn init_worker() {
    let subscriber = tracing_subscriber::fmt().without_time().with_ansi(false).with_writer(std::io::stderr);
    let _ = subscriber.with_env_filter(EnvFilter::new("warn")).try_init();
}

fn filter(default: &str) -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default))
}
