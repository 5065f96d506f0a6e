//! 序时账: facts written on the chain. An [`event::Event`] becomes canonical bytes ([`canon`], [`wire`]), an
//! [`entry`] seals them under a head that carries the previous entry's hash, and [`replay`] reads them back
//! into the books, judging each entry by the same rules that accepted it.
//!
//! Pure: bytes in, bytes out. The bytes are frozen by `docs/journal-format.md` and `tests/vectors`; a change
//! is a new magic, never a new reading of old bytes.

pub mod canon;
pub mod consequence;
pub mod entry;
pub mod event;
pub mod projection;
pub mod replay;
pub mod request;
pub mod trial;
pub mod wire;

pub use consequence::Consequences;
pub use entry::{Entry, Latest};
pub use event::{Declaration, Declared, Event};
pub use projection::Projection;
pub use replay::{Original, State};
pub use trial::Trial;
