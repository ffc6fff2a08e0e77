//! Settings from the environment, read once at start-up. Knows nothing of what they steer.
