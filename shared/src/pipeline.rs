//! The story of one document, in one screen.
