//! How long to wait for others. Knows nothing of what they do.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// Lets time pass. A function of its own, so that a test's time may pass in steps of its choosing.
pub type Pause = fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// The longest wait after a lost race.
const LONGEST: Duration = Duration::from_millis(400);

/// Real time.
pub(super) fn real(time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(tokio::time::sleep(time))
}

/// Before round `round` of a race, from 0: no wait before the first two, since most are not lost twice; then longer and
/// longer, and for everybody another time.
pub(super) async fn before_round(pause: Pause, round: u32) {
    if let Some(doublings) = round.checked_sub(2) {
        let longest = LONGEST.min(Duration::from_millis(10) * 2_u32.saturating_pow(doublings));
        pause(longest.mul_f64(rand::random::<f64>())).await;
    }
}
